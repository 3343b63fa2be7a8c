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
	w.Begin(answer.Get("id").Str, answer.Get("model").Str)
	choice := first(answer.Get("choices"))
	if !choice.Exists() {
		return nil, errors.New("the answer has no choices")
	}
	d.count(answer.Get("usage"))
	if err := d.choice(w, choice); err != nil {
		return nil, err
	}
	if d.finish == "" {
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
	if err := d.speak(w, delta.Get("content")); err != nil {
		return err
	}
	if refusal := delta.Get("refusal").Str; refusal != "" {
		d.refused = true
		d.calls.text(w, refusal)
	}
	var problem error
	delta.Get("tool_calls").ForEach(func(at, call gjson.Result) bool {
		problem = d.calls.piece(w, at.Int(), call.Get("index"), call.Get("id").Str, call.Get("function"))
		return problem == nil
	})
	if old := delta.Get("function_call"); old.IsObject() && problem == nil { // what tools were called before 2023
		problem = d.calls.piece(w, 0, gjson.Result{}, "", old)
	}
	return problem
}

// speak reads content, which is a text or a list of parts.
func (d *decoder) speak(w *anthropic.Writer, content gjson.Result) error {
	if content.Type == gjson.String {
		d.calls.text(w, content.Str)
		return nil
	}
	content.ForEach(func(_, p gjson.Result) bool {
		switch p.Get("type").Str {
		case "text":
			d.calls.text(w, p.Get("text").Str)
		case "refusal":
			d.refused = true
			d.calls.text(w, p.Get("refusal").Str)
		case "thinking":
			p.Get("thinking").ForEach(func(_, t gjson.Result) bool {
				d.calls.think(w, t.Get("text").Str)
				return true
			})
		}
		return true
	})
	return nil
}

// reasoning is a delta's reasoning under whichever name: DeepSeek's, OpenRouter's, or in pieces.
func reasoning(delta gjson.Result) string {
	for _, name := range []string{"reasoning_content", "reasoning"} {
		if text := delta.Get(name).Str; text != "" {
			return text
		}
	}
	text := ""
	delta.Get("reasoning_details").ForEach(func(_, detail gjson.Result) bool {
		text += detail.Get("text").Str + detail.Get("summary").Str
		return true
	})
	return text
}
