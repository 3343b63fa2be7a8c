package anthropic

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"afterglow/proxy/nesting"
)

// Writer writes a vendor's answer in the terms of the Messages API: as events, or with Whole as one
// message. A dialect tells it what the answer says, in order; the Writer keeps the grammar. Blocks
// have rising indexes, one is open at a time, each start has one stop, and nothing is written before
// the answer says something, so that what fails before that can still go to another vendor.
type Writer struct {
	Whole bool
	Model string // what the client calls the model: it sends thinking back only under the name it asked for

	id       string
	served   string // what the vendor calls the model
	usage    Usage
	started  bool // message_start is written
	finished bool
	called   bool // a tool was called
	open     string
	index    int // of the open block, or of the next one

	buf     []byte // events, or the blocks of a whole message
	events  []bounds
	text    []byte // of the open block, for a whole message
	held    []byte // its signature, or the beginning of a tool's call
	message []byte // the whole message once it is finished
	failure *Error // what Fail was given
	tags    thinkTags
}

// Found is what a search found.
type Found struct{ Title, URL string }

// bounds are an event's place in the buffer.
type bounds struct{ from, name, data, to int }

// Begin tells the answer's id, and what the vendor calls the model, as soon as they are known. The first
// that is not empty counts.
func (w *Writer) Begin(id, served string) {
	if w.id == "" {
		w.id = id
	}
	if w.served == "" {
		w.served = served
	}
}

// ID is the message's id, made up if the vendor gave none.
func (w *Writer) ID() string {
	if w.id == "" {
		w.id = newID()
	}
	return w.id
}

// Usage tells the tokens of the request, if they are known before the answer begins.
func (w *Writer) Usage(u Usage) { w.usage = u }

// Text continues a text block, or opens one. Thinking between tags at the beginning of an answer becomes a thinking block.
func (w *Writer) Text(delta string) {
	thinking, text := w.tags.split(delta)
	w.think(thinking)
	w.say(text)
}

// settle writes what Text held back.
func (w *Writer) settle() {
	thinking, text := w.tags.flush()
	w.think(thinking)
	w.say(text)
}

func (w *Writer) say(delta string) {
	if delta != "" {
		w.block("text", `{"type":"text","text":""}`)
		w.delta(`{"type":"text_delta","text":`, delta)
	}
}

// Thinking continues a thinking block, or opens one.
func (w *Writer) Thinking(delta string) {
	if delta != "" {
		w.settle()
		w.think(delta)
	}
}

func (w *Writer) think(delta string) {
	if delta != "" {
		w.block("thinking", `{"type":"thinking","thinking":"","signature":""}`)
		w.delta(`{"type":"thinking_delta","thinking":`, delta)
	}
}

// Sign gives the open thinking block its signature and closes it; without one it makes a block that
// holds nothing else.
func (w *Writer) Sign(signature string) {
	if signature == "" {
		return
	}
	w.settle()
	w.block("thinking", `{"type":"thinking","thinking":"","signature":""}`)
	if w.Whole {
		w.held = append(w.held[:0], signature...)
	} else {
		w.delta(`{"type":"signature_delta","signature":`, signature)
	}
	w.close()
}

// ToolUse opens a block for a tool's call. Its input follows with ToolInput.
func (w *Writer) ToolUse(id, name string) {
	w.settle()
	w.close()
	start := append([]byte(`{"type":"tool_use","id":`), quoted(id)...)
	start = append(append(start, `,"name":`...), quoted(name)...)
	w.block("tool_use", string(append(start, `,"input":{}}`...)))
	w.called = true
}

// ToolInput continues the input of the open tool's call: the next piece of its JSON.
func (w *Writer) ToolInput(partial string) {
	if partial != "" && w.open == "tool_use" {
		w.delta(`{"type":"input_json_delta","partial_json":`, partial)
	}
}

// Search writes a search of the web that the vendor made: its query, and the sources that it found.
func (w *Writer) Search(id, query string, sources []Found) {
	w.settle()
	w.close()
	w.block("server_tool_use", `{"type":"server_tool_use","id":`+string(quoted(id))+`,"name":"web_search","input":{}}`)
	w.delta(`{"type":"input_json_delta","partial_json":`, `{"query":`+string(quoted(query))+`}`)
	w.close()
	result := []byte(`{"type":"web_search_tool_result","tool_use_id":` + string(quoted(id)) + `,"content":[`)
	for n, s := range sources {
		if n > 0 {
			result = append(result, ',')
		}
		result = append(append(result, `{"type":"web_search_result","title":`...), quoted(s.Title)...)
		result = append(append(append(result, `,"url":`...), quoted(s.URL)...), `,"encrypted_content":"","page_age":null}`...)
	}
	w.block("web_search_tool_result", string(append(result, "]}"...)))
	w.close()
}

// Open is the type of the block that is open, "" if none is.
func (w *Writer) Open() string { return w.open }

// Said reports whether the answer has said anything.
func (w *Writer) Said() bool { return w.started || w.tags.held != "" }

// Finished reports whether Finish was called.
func (w *Writer) Finished() bool { return w.finished }

// Finish ends the message. The stop reason of one that called a tool is "tool_use" unless it was cut
// off ("max_tokens") or refused ("refusal"). stopSequence is "" if none was met.
func (w *Writer) Finish(stopReason, stopSequence string, u Usage) {
	if w.finished {
		return
	}
	w.settle()
	w.start()
	w.close()
	w.finished = true
	if w.called && stopReason != "max_tokens" && stopReason != "refusal" {
		stopReason = "tool_use"
	}
	sequence := json.RawMessage("null")
	if stopSequence != "" {
		sequence = quoted(stopSequence)
	}
	if w.Whole {
		w.message = append(w.message, `{"id":`...)
		w.message = append(append(w.message, quoted(w.ID())...), `,"type":"message","role":"assistant","model":`...)
		w.message = append(append(w.message, w.names()...), `,"content":[`...)
		w.message = append(append(w.message, w.buf...), `],"stop_reason":`...)
		w.message = append(append(w.message, quoted(stopReason)...), `,"stop_sequence":`...)
		w.message = append(append(w.message, sequence...), `,"usage":`...)
		w.message = append(appendUsage(w.message, u), '}')
		return
	}
	w.event("message_delta")
	w.buf = append(append(w.buf, `,"delta":{"stop_reason":`...), quoted(stopReason)...)
	w.buf = append(append(w.buf, `,"stop_sequence":`...), sequence...)
	w.buf = append(w.buf, `},"usage":`...)
	w.buf = appendUsage(w.buf, u)
	w.end()
	w.event("message_stop")
	w.end()
}

// Fail ends the answer with an error: the stream with an error event.
func (w *Writer) Fail(e *Error) {
	if w.finished {
		return
	}
	w.finished, w.failure = true, e
	from := len(w.buf)
	w.buf = append(w.buf, "event: error\ndata: "...)
	data := len(w.buf)
	w.buf = append(w.buf, compact(e.Envelope())...)
	w.buf = append(w.buf, "\n\n"...)
	w.events = append(w.events, bounds{from, len("error"), data, len(w.buf)})
}

// Failure is the error that the answer ended with, nil if it did not.
func (w *Writer) Failure() *Error { return w.failure }

// Message is the whole message, nil unless Whole is set and Finish was called.
func (w *Writer) Message() []byte { return w.message }

func (w *Writer) start() {
	if w.started {
		return
	}
	w.started = true
	if w.Whole {
		return
	}
	w.event("message_start")
	w.buf = append(append(w.buf, `,"message":{"id":`...), quoted(w.ID())...)
	w.buf = append(append(w.buf, `,"type":"message","role":"assistant","model":`...), w.names()...)
	w.buf = append(w.buf, `,"content":[],"stop_reason":null,"stop_sequence":null,"usage":`...)
	w.buf = append(appendUsage(w.buf, w.usage), '}')
	w.end()
}

// names is the model's name for the client, and the vendor's under a key of ours.
func (w *Writer) names() []byte {
	names := quoted(w.Model)
	if w.served != "" {
		names = append(append(names, `,"`+servedKey+`":`...), quoted(w.served)...)
	}
	return names
}

// block opens a block of a kind, unless one of the kind is open.
func (w *Writer) block(kind, content string) {
	if w.open == kind {
		return
	}
	w.close()
	w.start()
	w.open = kind
	if w.Whole {
		w.text, w.held = w.text[:0], w.held[:0]
		if kind == "tool_use" || kind == "server_tool_use" || kind == "web_search_tool_result" {
			w.held = append(w.held, content...) // its input is put in when the block is closed
		}
		return
	}
	w.event("content_block_start")
	w.buf = strconv.AppendInt(append(w.buf, `,"index":`...), int64(w.index), 10)
	w.buf = append(append(w.buf, `,"content_block":`...), content...)
	w.end()
}

func (w *Writer) delta(opening, text string) {
	if w.Whole {
		w.text = append(w.text, text...)
		return
	}
	w.event("content_block_delta")
	w.buf = strconv.AppendInt(append(w.buf, `,"index":`...), int64(w.index), 10)
	w.buf = append(append(w.buf, `,"delta":`...), opening...)
	w.buf = append(gjson.AppendJSONString(w.buf, text), '}')
	w.end()
}

func (w *Writer) close() {
	if w.open == "" {
		return
	}
	if w.Whole {
		w.closeWhole()
	} else {
		w.event("content_block_stop")
		w.buf = strconv.AppendInt(append(w.buf, `,"index":`...), int64(w.index), 10)
		w.end()
	}
	w.open = ""
	w.index++
}

func (w *Writer) closeWhole() {
	if w.index > 0 {
		w.buf = append(w.buf, ',')
	}
	switch w.open {
	case "text":
		w.buf = append(gjson.AppendJSONString(append(w.buf, `{"type":"text","text":`...), string(w.text)), '}')
	case "thinking":
		w.buf = gjson.AppendJSONString(append(w.buf, `{"type":"thinking","thinking":`...), string(w.text))
		w.buf = append(gjson.AppendJSONString(append(w.buf, `,"signature":`...), string(w.held)), '}')
	case "web_search_tool_result":
		w.buf = append(w.buf, w.held...)
	case "tool_use", "server_tool_use":
		w.buf = append(w.buf, slices.Clone(w.held[:len(w.held)-len(`{}}`)])...)
		w.buf = append(append(w.buf, InputObject(w.text)...), '}')
	}
}

// InputObject is a call's input as the Messages API wants it: an object. What is none is kept as text.
func InputObject(text []byte) []byte {
	if len(text) == 0 {
		return []byte("{}")
	}
	if nesting.ValidBytes(text) {
		if gjson.ParseBytes(text).IsObject() {
			return text
		}
		input, _ := sjson.SetRawBytes([]byte("{}"), "value", text)
		return input
	}
	return append(append([]byte(`{"value":`), quoted(string(text))...), '}')
}
