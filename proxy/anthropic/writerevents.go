package anthropic

import (
	"strconv"

	"github.com/tidwall/gjson"

	"afterglow/proxy/sse"
)

// event begins an event; end ends it.
func (w *Writer) event(name string) {
	from := len(w.buf)
	w.buf = append(append(append(w.buf, "event: "...), name...), "\ndata: "...)
	w.events = append(w.events, bounds{from: from, name: len(name), data: len(w.buf)})
	w.buf = append(append(append(w.buf, `{"type":"`...), name...), '"')
}

func (w *Writer) end() {
	w.buf = append(w.buf, "}\n\n"...)
	w.events[len(w.events)-1].to = len(w.buf)
}

// comment stands for an event without data: a vendor's keep-alive keeps the client too.
func (w *Writer) comment() {
	from := len(w.buf)
	w.buf = append(w.buf, ":\n\n"...)
	w.events = append(w.events, bounds{from: from, data: -1, to: len(w.buf)})
}

// next takes the first event that was written.
func (w *Writer) next() sse.Event {
	at := w.events[0]
	w.events = w.events[1:]
	e := sse.Event{Raw: w.buf[at.from:at.to:at.to]}
	if at.data >= 0 {
		name := at.from + len("event: ")
		e.Name = w.buf[name : name+at.name : name+at.name]
		e.Data = w.buf[at.data : at.to-2 : at.to-2]
	}
	return e
}

// appendUsage writes counts as the Messages API has them: input and output always, what only some vendors tell where it
// is not zero.
func appendUsage(b []byte, u Usage) []byte {
	b = strconv.AppendInt(append(b, `{"input_tokens":`...), u.Input, 10)
	if u.CacheCreation > 0 {
		b = strconv.AppendInt(append(b, `,"cache_creation_input_tokens":`...), u.CacheCreation, 10)
	}
	if u.CacheRead > 0 {
		b = strconv.AppendInt(append(b, `,"cache_read_input_tokens":`...), u.CacheRead, 10)
	}
	b = strconv.AppendInt(append(b, `,"output_tokens":`...), u.Output, 10)
	if u.Reasoning > 0 {
		b = append(strconv.AppendInt(append(b, `,"output_tokens_details":{"thinking_tokens":`...), u.Reasoning, 10), '}')
	}
	return append(b, '}')
}

func quoted(text string) []byte { return gjson.AppendJSONString(nil, text) }
