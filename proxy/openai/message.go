package openai

import (
	"bytes"
	"errors"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/nesting"
)

// DecodeMessage turns a whole answer into a message.
func (Dialect) DecodeMessage(body []byte, model string) ([]byte, error) {
	body = bytes.TrimSpace(body)
	if !nesting.ValidBytes(body) || !gjson.ParseBytes(body).IsObject() {
		return nil, errors.New("the answer is not a JSON object")
	}
	answer := gjson.ParseBytes(body)
	if failed := answer.Get("error"); present(failed) {
		return nil, failure(body, failed)
	}
	w, d := &anthropic.Writer{Whole: true, Model: model}, &decoder{}
	w.Begin(anthropic.Word(answer.Get("id")), answer.Get("model").Str)
	d.count(answer.Get("usage"))
	chosen, err := d.choices(w, answer.Get("choices"))
	switch {
	case err != nil:
		return nil, err
	case !chosen:
		return nil, errors.New("the answer has no choices")
	case d.finish == "":
		d.finish = "stop" // a whole answer cannot have been cut
	}
	if err := d.End(w); err != nil {
		return nil, err
	}
	if w.Failure() != nil {
		return nil, w.Failure()
	}
	return w.Message(), nil
}

// say reads what a delta says, or a whole message: they have the same fields.
func (d *decoder) say(w *anthropic.Writer, delta gjson.Result) error {
	d.calls.think(w, reasoning(delta))
	d.proofs.read(delta)
	if content := delta.Get("content"); content.IsArray() || content.Str != "" || delta.Get("tool_calls.0").Exists() {
		d.calls.sign(w, d.proofs.take())
	}
	d.speak(w, delta.Get("content"))
	if refusal := delta.Get("refusal").Str; refusal != "" {
		d.refused = true
		d.calls.text(w, refusal)
	}
	return d.call(w, delta)
}

// call reads the tool calls of a delta.
func (d *decoder) call(w *anthropic.Writer, delta gjson.Result) (problem error) {
	list := delta.Get("tool_calls")
	many := list.IsArray() && list.Get("#").Int() > 1
	anthropic.Each(list, func(at int, call gjson.Result) bool {
		index := call.Get("index")
		given := index.Type == gjson.Number || index.Type == gjson.String
		place := int64(at) // it stands for an index that is missing
		if given {
			place = index.Int()
		}
		p := pieceOf(call.Get("function"))
		p.index, p.given, p.id = place, given || many, anthropic.Word(call.Get("id"))
		p.signature = call.Get("extra_content.google.thought_signature").Str
		problem = d.calls.piece(w, p)
		return problem == nil
	})
	if old := delta.Get("function_call"); old.IsObject() && problem == nil { // what tools were called before 2023
		problem = d.calls.piece(w, pieceOf(old))
	}
	return problem
}

// speak reads content, which is a text or a list of parts.
func (d *decoder) speak(w *anthropic.Writer, content gjson.Result) {
	if content.Type == gjson.String {
		d.calls.text(w, content.Str)
		return
	}
	anthropic.Each(content, func(_ int, p gjson.Result) bool {
		switch p.Get("type").Str {
		case "text":
			d.calls.text(w, p.Get("text").Str)
		case "refusal":
			d.refused = true
			d.calls.text(w, p.Get("refusal").Str)
		case "thinking":
			d.calls.think(w, p.Get("thinking").Str)
			anthropic.Each(p.Get("thinking"), func(_ int, t gjson.Result) bool {
				d.calls.think(w, t.Get("text").Str)
				return true
			})
		}
		return true
	})
}

// reasoning is a delta's reasoning under whichever name: DeepSeek's, OpenRouter's, or in pieces.
func reasoning(delta gjson.Result) string {
	for _, name := range []string{"reasoning_content", "reasoning", "reasoning_text"} {
		if text := delta.Get(name).Str; text != "" {
			return text
		}
	}
	text := ""
	anthropic.Each(delta.Get("reasoning_details"), func(_ int, detail gjson.Result) bool {
		text += detail.Get("text").Str + detail.Get("summary").Str
		return true
	})
	return text
}
