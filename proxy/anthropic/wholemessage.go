package anthropic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"afterglow/proxy/nesting"
	"afterglow/proxy/sse"
)

// longestMessageEvents bounds, in bytes, the events that MessageOf reads.
const longestMessageEvents = 64 << 20

// EventsOf are the events for which a whole message stands: for a client that asked for a stream where the vendor gave none. The
// message is one that DecodeMessage has returned.
func EventsOf(message []byte) sse.Stream {
	s := &eventList{}
	begin := message
	for _, edit := range [][2]string{{"content", "[]"}, {"stop_reason", "null"}, {"stop_sequence", "null"}} {
		begin, _ = sjson.SetRawBytes(begin, edit[0], []byte(edit[1]))
	}
	s.add("message_start", `{"type":"message_start","message":%s}`, begin)
	index := 0
	gjson.GetBytes(message, "content").ForEach(func(_, block gjson.Result) bool {
		start, deltas := partsOf(block)
		s.add("content_block_start", `{"type":"content_block_start","index":%d,"content_block":%s}`, index, start)
		for _, delta := range deltas {
			s.add("content_block_delta", `{"type":"content_block_delta","index":%d,"delta":%s}`, index, delta)
		}
		s.add("content_block_stop", `{"type":"content_block_stop","index":%d}`, index)
		index++
		return true
	})
	raw := func(path string) string {
		if r := gjson.GetBytes(message, path); r.Exists() {
			return r.Raw
		}
		return "null"
	}
	usage := `{"output_tokens":0}`
	if u := gjson.GetBytes(message, "usage"); u.IsObject() {
		usage = u.Raw
	}
	s.add("message_delta", `{"type":"message_delta","delta":{"stop_reason":%s,"stop_sequence":%s},"usage":%s}`, raw("stop_reason"), raw("stop_sequence"), usage)
	s.add("message_stop", `{"type":"message_stop"}`)
	return s
}

// partsOf are a content block as a stream begins it, and the deltas that make it whole.
func partsOf(block gjson.Result) (start string, deltas []string) {
	quote := func(text string) string { return string(quoted(text)) }
	start = block.Raw
	without := func(path, value string) { start, _ = sjson.SetRaw(start, path, value) }
	switch block.Get("type").Str {
	case "text":
		without("text", `""`)
		deltas = append(deltas, `{"type":"text_delta","text":`+quote(block.Get("text").Str)+`}`)
		if citations := block.Get("citations"); citations.IsArray() {
			without("citations", `[]`)
			for _, c := range citations.Array() {
				deltas = append(deltas, `{"type":"citations_delta","citation":`+c.Raw+`}`)
			}
		}
	case "thinking":
		without("thinking", `""`)
		without("signature", `""`)
		deltas = append(deltas, `{"type":"thinking_delta","thinking":`+quote(block.Get("thinking").Str)+`}`,
			`{"type":"signature_delta","signature":`+quote(block.Get("signature").Str)+`}`)
	case "tool_use", "server_tool_use", "mcp_tool_use":
		without("input", `{}`)
		deltas = append(deltas, `{"type":"input_json_delta","partial_json":`+quote(block.Get("input").Raw)+`}`)
	}
	return start, deltas
}

// eventList is a Stream of events that are there already.
type eventList struct{ events []sse.Event }

func (s *eventList) add(name, format string, args ...any) {
	var data bytes.Buffer
	if err := json.Compact(&data, fmt.Appendf(nil, format, args...)); err != nil { // the parts are valid JSON
		panic(err)
	}
	raw := fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, data.Bytes())
	s.events = append(s.events, sse.Event{Raw: raw, Name: []byte(name), Data: data.Bytes()})
}

// Next implements sse.Stream.
func (s *eventList) Next() (sse.Event, error) {
	if len(s.events) == 0 {
		return sse.Event{}, io.EOF
	}
	e := s.events[0]
	s.events = s.events[1:]
	return e, nil
}

// Ready implements sse.Stream.
func (s *eventList) Ready() bool { return len(s.events) > 0 }

// MessageOf reads a stream to its end and returns the message for which its events stand: for a client that asked for a message
// where the vendor gave a stream. The error is an *Error if the stream has one, else that of the stream, which ends with
// io.ErrUnexpectedEOF if the message is not complete.
func MessageOf(events sse.Stream) ([]byte, error) {
	m := &collector{}
	for {
		e, err := events.Next()
		if err == io.EOF || err == nil && e.Cut {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		if m.read += len(e.Raw); m.read > longestMessageEvents {
			return nil, fmt.Errorf("answer longer than %d MiB", longestMessageEvents>>20)
		}
		kind := KindOf(e)
		if kind == Failure {
			return nil, EventError(e)
		}
		if m.message == nil && !OfMessage(kind, e) {
			if failed := FailedWithin200(e.Data); failed != nil {
				return nil, failed
			}
		}
		if kind == Idle || kind == Done || !nesting.ValidBytes(e.Data) {
			continue
		}
		data := gjson.ParseBytes(e.Data)
		switch kind {
		case MessageStart:
			m.message = bytes.Clone([]byte(data.Get("message").Raw))
		case MessageDelta:
			m.delta(data)
		case MessageStop:
			return m.whole()
		default:
			m.block(data)
		}
	}
}

// collector puts a message together.
type collector struct {
	message []byte
	blocks  []*collectedBlock
	read    int // bytes of events
}

type collectedBlock struct {
	index                            int64
	start                            []byte
	text, thinking, signature, input []byte
	citations                        []string
}

func (m *collector) block(data gjson.Result) {
	index := data.Get("index").Int()
	if data.Get("type").Str == "content_block_start" {
		m.blocks = append(m.blocks, &collectedBlock{index: index, start: bytes.Clone([]byte(data.Get("content_block").Raw))})
		return
	}
	for _, b := range slices.Backward(m.blocks) {
		if b.index != index {
			continue
		}
		d := data.Get("delta")
		b.text = append(b.text, d.Get("text").Str...)
		b.thinking = append(b.thinking, d.Get("thinking").Str...)
		b.signature = append(b.signature, d.Get("signature").Str...)
		b.input = append(b.input, d.Get("partial_json").Str...)
		if c := d.Get("citation"); c.Exists() {
			b.citations = append(b.citations, string([]byte(c.Raw)))
		}
		return
	}
}

// delta takes the reason of the end, and the usage, of which a zero does not replace a count.
func (m *collector) delta(data gjson.Result) {
	for _, key := range []string{"stop_reason", "stop_sequence", "container"} {
		if v := data.Get("delta." + key); v.Exists() {
			m.message, _ = sjson.SetRawBytes(m.message, key, []byte(v.Raw))
		}
	}
	data.Get("usage").ForEach(func(key, value gjson.Result) bool {
		if value.Type != gjson.Number || value.Num != 0 {
			m.message, _ = sjson.SetRawBytes(m.message, "usage."+gjson.Escape(key.Str), []byte(value.Raw))
		}
		return true
	})
}

func (m *collector) whole() ([]byte, error) {
	if m.message == nil {
		return nil, errors.New("the stream has no message_start")
	}
	message, err := sjson.SetRawBytes(m.message, "content", []byte("[]"))
	for _, b := range m.blocks {
		for path, text := range map[string][]byte{"text": b.text, "thinking": b.thinking, "signature": b.signature} {
			if len(text) > 0 {
				b.start, err = sjson.SetBytes(b.start, path, gjson.GetBytes(b.start, path).Str+string(text))
			}
		}
		if len(b.input) > 0 {
			if !nesting.ValidBytes(b.input) {
				return nil, errors.New("the input of a tool call is not JSON")
			}
			b.start, err = sjson.SetRawBytes(b.start, "input", b.input)
		}
		for _, c := range b.citations {
			b.start, err = sjson.SetRawBytes(b.start, "citations.-1", []byte(c))
		}
		if err == nil {
			message, err = sjson.SetRawBytes(message, "content.-1", b.start)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("put the message together: %w", err)
	}
	return message, nil
}
