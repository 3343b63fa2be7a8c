package openai

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/nesting"
)

// decoder reads the chunks of one stream, or the one choice of a whole answer.
type decoder struct {
	calls   calls
	proofs  proofs
	finish  string // the finish_reason; "" until it is known
	done    bool   // [DONE] has come
	refused bool
	counted bool // its usage came behind the finish_reason
	usage   anthropic.Usage
}

var errNotJSON = errors.New("an event of the stream is not JSON")

// Event implements anthropic.Decoder. The message is finished only by [DONE], by the end of the stream,
// or by the usage that comes last, because usage may come behind the finish_reason.
func (d *decoder) Event(w *anthropic.Writer, data []byte) error {
	if data = bytes.TrimSpace(data); string(data) == "[DONE]" {
		d.done = true
		return d.End(w)
	}
	if !nesting.ValidBytes(data) {
		return errNotJSON
	}
	chunk := gjson.ParseBytes(data)
	if failed := chunk.Get("error"); present(failed) {
		w.Fail(failure(data, failed))
		return nil
	}
	w.Begin(anthropic.Word(chunk.Get("id")), chunk.Get("model").Str)
	d.count(chunk.Get("usage"))
	chosen, err := d.choices(w, chunk.Get("choices"))
	if err == nil && !chosen && d.finish != "" && d.counted {
		return d.End(w)
	}
	return err
}

// choices reads all choices of a chunk: nobody asks for more than one answer, but Copilot spreads one over several.
func (d *decoder) choices(w *anthropic.Writer, choices gjson.Result) (any bool, err error) {
	anthropic.Each(choices, func(_ int, choice gjson.Result) bool {
		any = true
		err = d.choice(w, choice)
		return err == nil && !w.Finished()
	})
	return any, err
}

// choice reads one choice of a chunk.
func (d *decoder) choice(w *anthropic.Writer, choice gjson.Result) error {
	if failed := choice.Get("error"); present(failed) {
		w.Fail(failure([]byte(choice.Raw), failed))
		return nil
	}
	d.count(choice.Get("usage"))
	delta := choice.Get("delta")
	if !delta.IsObject() {
		delta = choice.Get("message")
	}
	if err := d.say(w, delta); err != nil {
		return err
	}
	if d.calls.kept+d.proofs.kept > bounds.Waiting {
		return errKeptTooMuch
	}
	if reason := strings.ToLower(choice.Get("finish_reason").Str); reason != "" && d.stopReason() == "end_turn" {
		d.finish = reason
	}
	if d.finish == "error" || d.finish == "network_error" {
		w.Fail(anthropic.Errorf(502, "the vendor ended its answer with an unnamed error"))
	}
	return nil
}

// Ended implements anthropic.Decoder.
func (d *decoder) Ended() bool { return d.finish != "" }

// End implements anthropic.Decoder. What has no finish_reason was cut, unless the vendor counted its tokens and says
// [DONE], or has called tools and every input is complete.
func (d *decoder) End(w *anthropic.Writer) error {
	if d.finish == "" && !(d.done && d.counted && d.usage.Output > 0) && !d.calls.whole() {
		return io.ErrUnexpectedEOF
	}
	if err := d.calls.flush(w, d.stopReason() != "end_turn"); err != nil {
		return err
	}
	if len(d.calls.list) > 0 { // at the end of a text it would be taken for the answer
		w.Sign(d.proofs.take())
	}
	w.Finish(d.stopReason(), "", d.usage)
	return nil
}

func (d *decoder) stopReason() string {
	switch d.finish {
	case "length", "max_tokens", "model_length":
		return "max_tokens"
	case "content_filter", "sensitive":
		return "refusal"
	}
	if d.refused {
		return "refusal"
	}
	return "end_turn" // the Writer knows whether a tool was called
}

// count takes the counts that are there. Zero never overwrites, and null is nothing.
func (d *decoder) count(usage gjson.Result) {
	if !usage.IsObject() {
		return
	}
	d.counted = true
	prompt := usage.Get("prompt_tokens").Int()
	cached := max(usage.Get("prompt_tokens_details.cached_tokens").Int(), usage.Get("prompt_cache_hit_tokens").Int(), usage.Get("cached_tokens").Int())
	written := usage.Get("prompt_tokens_details.cache_write_tokens").Int()
	if prompt > 0 {
		written = min(written, max(prompt-cached, 0)) // OpenRouter may count a token as both
		// Here the prompt includes what the cache served; in the Messages API it does not.
		d.usage.Input = max(prompt-cached-written, 0)
	}
	for into, n := range map[*int64]int64{
		&d.usage.CacheRead: cached, &d.usage.CacheCreation: written, &d.usage.Output: usage.Get("completion_tokens").Int(),
		&d.usage.Reasoning: usage.Get("completion_tokens_details.reasoning_tokens").Int(),
	} {
		if n > 0 {
			*into = n
		}
	}
	d.usage.Reasoning = min(d.usage.Reasoning, d.usage.Output) // some count it beside the output
}

// present reports whether an error was given. Some vendors send an empty one with every answer.
func present(v gjson.Result) bool {
	return v.IsObject() && len(v.Map()) > 0 || v.Type == gjson.String && v.Str != ""
}
