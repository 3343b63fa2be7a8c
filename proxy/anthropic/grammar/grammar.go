// Package grammar judges streams of the Messages API: tests of every dialect ask it.
package grammar

import (
	"errors"
	"fmt"
	"io"

	"github.com/tidwall/gjson"

	"afterglow/proxy/nesting"
	"afterglow/proxy/sse"
)

// Check reads a stream to its end. It returns nil for one whole message, io.ErrUnexpectedEOF for one
// that is right so far but not complete, errFailed wrapped for one that ended with an error event
// ([Failed] tells), and what is wrong for any other.
func Check(s sse.Stream) error {
	var c checker
	for {
		e, err := s.Next()
		if err == io.EOF {
			err = c.ended()
		}
		if err == nil {
			err = c.event(e)
		}
		if err != nil || c.complete {
			return err
		}
	}
}

var errFailed = errors.New("the stream ended with an error")

// Failed reports whether a stream was right until it ended with an error event.
func Failed(err error) bool { return errors.Is(err, errFailed) }

// checker is how far a stream has come.
type checker struct {
	started, delta, complete bool
	open                     string // the open block's type
	index                    int64  // of the open block, or of the next one
	input                    []byte // of the open tool's call
}

func (c *checker) ended() error {
	if c.complete {
		return nil
	}
	return io.ErrUnexpectedEOF
}

func (c *checker) event(e sse.Event) error {
	if e.Data == nil {
		return nil
	}
	if !nesting.ValidBytes(e.Data) {
		return fmt.Errorf("event %q: its data is not JSON: %s", e.Name, e.Data)
	}
	data := gjson.ParseBytes(e.Data)
	name := string(e.Name)
	if kind := data.Get("type").Str; kind != name {
		return fmt.Errorf("event %q has the type %q", name, kind)
	}
	switch name {
	case "ping":
		return nil
	case "error":
		if data.Get("error.type").Str == "" || data.Get("error.message").Str == "" {
			return fmt.Errorf("error event without type or message: %s", e.Data)
		}
		return fmt.Errorf("%w: %s", errFailed, e.Data)
	case "message_start":
		return c.start(data)
	}
	if !c.started {
		return fmt.Errorf("%s before message_start", name)
	}
	switch name {
	case "content_block_start":
		return c.blockStart(data)
	case "content_block_delta":
		return c.blockDelta(data)
	case "content_block_stop":
		return c.blockStop(data)
	case "message_delta":
		return c.messageDelta(data)
	case "message_stop":
		if !c.delta {
			return errors.New("message_stop without message_delta")
		}
		c.complete = true
		return nil
	}
	return fmt.Errorf("unknown event %q", name)
}

func (c *checker) start(data gjson.Result) error {
	if c.started {
		return errors.New("a second message_start")
	}
	c.started = true
	m := data.Get("message")
	if m.Get("id").Str == "" || m.Get("role").Str != "assistant" || m.Get("type").Str != "message" || !m.Get("content").IsArray() {
		return fmt.Errorf("message_start: %s", data.Raw)
	}
	return counts(m.Get("usage"))
}

func counts(usage gjson.Result) error {
	for _, key := range []string{"input_tokens", "output_tokens"} {
		if v := usage.Get(key); v.Type != gjson.Number || v.Int() < 0 {
			return fmt.Errorf("usage without %s: %s", key, usage.Raw)
		}
	}
	return nil
}

func (c *checker) blockStart(data gjson.Result) error {
	block := data.Get("content_block")
	switch {
	case c.delta:
		return errors.New("a block after message_delta")
	case c.open != "":
		return fmt.Errorf("a block starts while one is open: %s", data.Raw)
	case data.Get("index").Int() != c.index:
		return fmt.Errorf("block %s, expected %d", data.Get("index").Raw, c.index)
	}
	c.open, c.input = block.Get("type").Str, nil
	switch c.open {
	case "text", "thinking":
		return nil
	case "web_search_tool_result":
		if block.Get("tool_use_id").Str == "" || !block.Get("content").IsArray() {
			return fmt.Errorf("result of a search without its id or content: %s", block.Raw)
		}
		return nil
	case "tool_use", "server_tool_use":
		if block.Get("id").Str == "" || block.Get("name").Str == "" || block.Get("input").Raw != "{}" {
			return fmt.Errorf("tool_use without id or name, or with input: %s", block.Raw)
		}
		return nil
	}
	return fmt.Errorf("block of type %q", c.open)
}

// deltas are the types of deltas that a block may have.
var deltas = map[string][2]string{
	"text":     {"text_delta", "text_delta"},
	"thinking": {"thinking_delta", "signature_delta"},
	"tool_use": {"input_json_delta", "input_json_delta"},
	// A search that the vendor made.
	"server_tool_use": {"input_json_delta", "input_json_delta"},
}

func (c *checker) blockDelta(data gjson.Result) error {
	kind := data.Get("delta.type").Str
	if may := deltas[c.open]; c.open == "" || data.Get("index").Int() != c.index || kind != may[0] && kind != may[1] {
		return fmt.Errorf("delta outside of its block: %s", data.Raw)
	}
	c.input = append(c.input, data.Get("delta.partial_json").Str...)
	return nil
}

func (c *checker) blockStop(data gjson.Result) error {
	if c.open == "" || data.Get("index").Int() != c.index {
		return fmt.Errorf("stop of a block that is not open: %s", data.Raw)
	}
	c.open = ""
	c.index++
	return nil
}

func (c *checker) messageDelta(data gjson.Result) error {
	if c.open != "" || c.delta {
		return fmt.Errorf("message_delta out of place: %s", data.Raw)
	}
	c.delta = true
	if data.Get("delta.stop_reason").Str == "" {
		return fmt.Errorf("message_delta without stop_reason: %s", data.Raw)
	}
	return counts(data.Get("usage"))
}
