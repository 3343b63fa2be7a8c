package fakevendor

import (
	"fmt"
	"strings"
)

// Message is what a model says. Answer renders it once, so that sending it costs no more than
// writing its bytes.
type Message struct {
	Model  string // "" = "simulated"
	Blocks []Block
	Input  int // input tokens of the usage; 0 = 12
}

// Block is a content block.
type Block struct {
	whole  string   // as it is in a message
	start  string   // as it is in content_block_start
	deltas []string // what its content_block_deltas hold
	tool   bool
}

// Text is a message of one text: as events where the call asks for a stream, a word in each.
func Text(text string) Answer { return Message{Blocks: []Block{TextBlock(text)}}.Answer() }

// TextBlock is a text, streamed word by word.
func TextBlock(text string) Block {
	b := Block{whole: `{"type":"text","text":` + quote(text) + `}`, start: `{"type":"text","text":""}`}
	for _, w := range strings.SplitAfter(text, " ") {
		b.deltas = append(b.deltas, `{"type":"text_delta","text":`+quote(w)+`}`)
	}
	return b
}

// ThinkingBlock is a thought with its signature, streamed word by word, the signature last.
func ThinkingBlock(text, signature string) Block {
	b := Block{
		whole: `{"type":"thinking","thinking":` + quote(text) + `,"signature":` + quote(signature) + `}`,
		start: `{"type":"thinking","thinking":"","signature":""}`,
	}
	for _, w := range strings.SplitAfter(text, " ") {
		b.deltas = append(b.deltas, `{"type":"thinking_delta","thinking":`+quote(w)+`}`)
	}
	b.deltas = append(b.deltas, `{"type":"signature_delta","signature":`+quote(signature)+`}`)
	return b
}

// ToolUseBlock is the use of a tool. Its input is JSON, and streamed in pieces that are not.
func ToolUseBlock(id, name, input string) Block {
	head := `{"type":"tool_use","id":` + quote(id) + `,"name":` + quote(name) + `,"input":`
	b := Block{whole: head + input + `}`, start: head + `{}}`, tool: true}
	half := len(input) / 2
	for _, piece := range []string{"", input[:half], input[half:]} {
		b.deltas = append(b.deltas, `{"type":"input_json_delta","partial_json":`+quote(piece)+`}`)
	}
	return b
}

// Answer is the message, with an event in each chunk and whole in the body.
func (m Message) Answer() Answer {
	if m.Model == "" {
		m.Model = "simulated"
	}
	if m.Input == 0 {
		m.Input = 12
	}
	stop, output := "end_turn", 0
	var events, whole []string
	for i, b := range m.Blocks {
		whole = append(whole, b.whole)
		output += len(b.deltas)
		if b.tool {
			stop = "tool_use"
		}
		events = append(events, event("content_block_start", fmt.Sprintf(`"index":%d,"content_block":%s`, i, b.start)))
		if i == 0 {
			events = append(events, "event: ping\ndata: {\"type\": \"ping\"}\n\n")
		}
		for _, delta := range b.deltas {
			events = append(events, event("content_block_delta", fmt.Sprintf(`"index":%d,"delta":%s`, i, delta)))
		}
		events = append(events, event("content_block_stop", fmt.Sprintf(`"index":%d`, i)))
	}
	a := Chunked(event("message_start", `"message":`+m.envelope("", "null", 1)))
	a.Chunks = append(a.Chunks, Chunked(events...).Chunks...)
	a.Chunks = append(a.Chunks, Chunked(
		event("message_delta", fmt.Sprintf(`"delta":{"stop_reason":"%s","stop_sequence":null},"usage":{"output_tokens":%d}`, stop, output)),
		"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
	).Chunks...)
	a.Body = m.envelope(strings.Join(whole, ","), `"`+stop+`"`, output)
	return a
}

func (m Message) envelope(content, stop string, output int) string {
	return fmt.Sprintf(`{"id":"msg_simulated","type":"message","role":"assistant","model":%s,"content":[%s],"stop_reason":%s,"stop_sequence":null,`+
		`"usage":{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%d}}`,
		quote(m.Model), content, stop, m.Input, output)
}

func event(kind, fields string) string {
	return "event: " + kind + "\ndata: {\"type\":\"" + kind + "\"," + fields + "}\n\n"
}
