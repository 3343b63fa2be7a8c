package openai

import (
	"bytes"
	"errors"
	"io"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/nesting"
)

// decoder reads the chunks of one stream, or the one choice of a whole answer.
type decoder struct {
	calls   calls
	finish  string // the finish_reason; "" until it is known
	refused bool
	counted bool // its usage came behind the finish_reason
	usage   anthropic.Usage
}

var errNotJSON = errors.New("an event of the stream is not JSON")

// Event implements anthropic.Decoder. The message is finished only by [DONE], by the end of the stream,
// or by the usage that comes last, because usage may come behind the finish_reason.
func (d *decoder) Event(w *anthropic.Writer, data []byte) error {
	if data = bytes.TrimSpace(data); string(data) == "[DONE]" {
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
	w.Begin(chunk.Get("id").Str, chunk.Get("model").Str)
	d.count(chunk.Get("usage"))
	choice := first(chunk.Get("choices"))
	if !choice.Exists() {
		if d.finish != "" && d.counted {
			return d.End(w)
		}
		return nil
	}
	return d.choice(w, choice)
}

// choice reads one choice of a chunk.
func (d *decoder) choice(w *anthropic.Writer, choice gjson.Result) error {
	if failed := choice.Get("error"); present(failed) {
		w.Fail(failure([]byte(choice.Raw), failed))
		return nil
	}
	d.count(choice.Get("usage"))
	delta := choice.Get("delta")
	if !delta.Exists() {
		delta = choice.Get("message")
	}
	if err := d.say(w, delta); err != nil {
		return err
	}
	if d.calls.kept > bounds.Waiting {
		return errKeptTooMuch
	}
	if reason := choice.Get("finish_reason").Str; reason != "" {
		d.finish = reason
	}
	if d.finish == "error" {
		w.Fail(anthropic.Errorf(502, "the vendor ended its answer with an unnamed error"))
	}
	return nil
}

// End implements anthropic.Decoder. What has no finish_reason was cut, even if the vendor says [DONE].
func (d *decoder) End(w *anthropic.Writer) error {
	if d.finish == "" {
		return io.ErrUnexpectedEOF
	}
	if err := d.calls.flush(w); err != nil {
		return err
	}
	w.Finish(d.stopReason(), "", d.usage)
	return nil
}

func (d *decoder) stopReason() string {
	switch {
	case d.finish == "length":
		return "max_tokens"
	case d.refused || d.finish == "content_filter":
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

// first is the choice with index 0: nobody asks for more.
func first(choices gjson.Result) (found gjson.Result) {
	choices.ForEach(func(_, choice gjson.Result) bool {
		if choice.Get("index").Int() == 0 {
			found = choice
			return false
		}
		return true
	})
	return found
}

func present(v gjson.Result) bool { return v.IsObject() || v.Type == gjson.String && v.Str != "" }
