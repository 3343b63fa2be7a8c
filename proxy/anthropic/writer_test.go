package anthropic_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"pgregory.net/rapid"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/anthropic/grammar"
	"afterglow/proxy/sse"
)

// script tells a Writer what a vendor's stream says, an instruction a line, and finishes the message at
// "finish REASON". It is the simplest dialect there is.
type script struct{}

func (script) Event(w *anthropic.Writer, data []byte) error {
	for line := range strings.SplitSeq(string(data), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "text":
			w.Text(rest)
		case "think":
			w.Thinking(rest)
		case "sign":
			w.Sign(rest)
		case "tool":
			id, name, _ := strings.Cut(rest, " ")
			w.ToolUse(id, name)
		case "input":
			w.ToolInput(rest)
		case "finish":
			w.Finish(rest, "", anthropic.Usage{Input: 7, Output: 5, CacheRead: 80})
		case "fail":
			w.Fail(anthropic.Errorf(529, "%s", rest))
		}
	}
	return nil
}

func (script) Ended() bool { return false }

func (script) End(*anthropic.Writer) error { return io.ErrUnexpectedEOF }

// stream is what becomes of an upstream stream, event by event, until it ends.
func stream(src string) (events []string, err error) {
	s := anthropic.Translate(sse.NewReader(strings.NewReader(src)), "vendor-model", script{})
	for {
		e, err := s.Next()
		if err != nil {
			return events, err
		}
		events = append(events, string(e.Raw))
	}
}

func said(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("data: " + l + "\n\n")
	}
	return b.String()
}

func TestWriterStreamsBlocksInOrder(t *testing.T) {
	events, err := stream(said("think hm", "sign s1", "text a", "text b", "tool t1 Bash", `input {"x":`, "input 1}", "tool t2 Read", "text end", "finish end_turn"))
	if err != io.EOF {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		_, data, _ := strings.Cut(e, "data: ")
		v := gjson.Parse(data)
		got = append(got, strings.Join(strings.Fields(strings.NewReplacer("content_block_", "", "_delta", "").Replace(v.Get("type").Str)+" "+v.Get("index").Raw+
			" "+v.Get("content_block.type").Str+v.Get("delta").Raw), " "))
	}
	want := []string{
		"message_start",
		"start 0 thinking", `delta 0 {"type":"thinking_delta","thinking":"hm"}`, `delta 0 {"type":"signature_delta","signature":"s1"}`, "stop 0",
		"start 1 text", `delta 1 {"type":"text_delta","text":"a"}`, `delta 1 {"type":"text_delta","text":"b"}`, "stop 1",
		"start 2 tool_use", `delta 2 {"type":"input_json_delta","partial_json":"{\"x\":"}`, `delta 2 {"type":"input_json_delta","partial_json":"1}"}`, "stop 2",
		"start 3 tool_use", "stop 3",
		"start 4 text", `delta 4 {"type":"text_delta","text":"end"}`, "stop 4",
		`message {"stop_reason":"tool_use","stop_sequence":null}`, "message_stop",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if usage := gjson.Get(events[len(events)-2][len("event: message_delta\ndata: "):], "usage").Raw; usage != `{"input_tokens":7,"cache_read_input_tokens":80,"output_tokens":5}` {
		t.Error(usage)
	}
	if start := events[0]; !strings.Contains(start, `"model":"vendor-model"`) || !strings.Contains(start, `"usage":{"input_tokens":0,"output_tokens":0}`) {
		t.Error(start)
	}
}

// What is left of a stream that says nothing worth committing to can still go to another vendor.
func TestWriterSaysNothingBeforeTheVendorDoes(t *testing.T) {
	events, err := stream(": wait\n\n" + said("role", "", "text "))
	if err != io.ErrUnexpectedEOF || len(events) != 1 || events[0] != ":\n\n" {
		t.Fatalf("%q %v", events, err)
	}
}

func TestAFailureIsTheLastEvent(t *testing.T) {
	events, err := stream(said("text a", "fail too busy", "text b", "finish end_turn"))
	if err != io.EOF || !strings.HasPrefix(events[len(events)-1], "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"") {
		t.Fatalf("%q %v", events, err)
	}
	if err := grammar.Check(sse.NewReader(strings.NewReader(strings.Join(events, "")))); !grammar.Failed(err) {
		t.Error(err)
	}
}

func TestALastEventWithoutItsBlankLine(t *testing.T) {
	if _, err := stream("data: text a\n\ndata: finish end_turn\n"); err != io.ErrUnexpectedEOF {
		t.Errorf("data that is not JSON: %v", err)
	}
	if _, err := stream(said("text a", "finish end_turn") + "data: [DONE]"); err != io.EOF {
		t.Errorf("[DONE]: %v", err)
	}
}

// A writer that flushes only when nothing is at hand must not wait for an event that says nothing.
func TestReadyMeansAnEventIsAtHand(t *testing.T) {
	r, w := io.Pipe()
	s := anthropic.Translate(sse.NewReader(r), "m", script{})
	go io.WriteString(w, said("text a", "nothing", "nothing"))
	for range 3 { // message_start, content_block_start, the delta
		if _, err := s.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if s.Ready() {
		t.Fatal("ready, but the vendor said nothing more")
	}
	go func() {
		io.WriteString(w, said("nothing"))
		io.WriteString(w, said("finish end_turn"))
		w.Close()
	}()
	for _, want := range []string{"content_block_stop", "message_delta", "message_stop"} {
		if e, err := s.Next(); err != nil || string(e.Name) != want {
			t.Fatalf("%s %v, want %s", e.Name, err, want)
		}
	}
	if _, err := s.Next(); err != io.EOF {
		t.Fatal(err)
	}
}

// An event that was handed out stays as it is until the next is asked for, whatever Ready looks at.
func TestEventsStayValidUntilTheNext(t *testing.T) {
	s := anthropic.Translate(sse.NewReader(strings.NewReader(said("text first", "text "+strings.Repeat("x", 5000)))), "m", script{})
	for {
		e, err := s.Next()
		if err != nil {
			return
		}
		before := string(e.Raw)
		s.Ready()
		if string(e.Raw) != before {
			t.Fatal("an event changed")
		}
	}
}

func whole(lines ...string) string {
	w := anthropic.Writer{Whole: true, Model: "m"}
	w.Begin("msg_1", "")
	script{}.Event(&w, []byte(strings.Join(lines, "\n")))
	return string(w.Message())
}

func TestWriterMakesAWholeMessage(t *testing.T) {
	const usage = `,"stop_sequence":null,"usage":{"input_tokens":7,"cache_read_input_tokens":80,"output_tokens":5}}`
	const head = `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[`
	for name, tc := range map[string]struct{ got, want string }{
		"empty": {whole("finish end_turn"), head + `],"stop_reason":"end_turn"` + usage},
		"blocks": {whole("think hm", "sign s", "text a\"", "text b", `tool t Bash`, `input {"x":`, "input 1}", "finish stop"),
			head + `{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a\"b"},{"type":"tool_use","id":"t","name":"Bash","input":{"x":1}}],"stop_reason":"tool_use"` + usage},
		"no input":           {whole("tool t Bash", "finish stop"), head + `{"type":"tool_use","id":"t","name":"Bash","input":{}}],"stop_reason":"tool_use"` + usage},
		"an input of a list": {whole("tool t Bash", "input [1]", "finish stop"), head + `{"type":"tool_use","id":"t","name":"Bash","input":{"value":[1]}}],"stop_reason":"tool_use"` + usage},
		"an input cut off":   {whole("tool t Bash", `input {"x`, "finish max_tokens"), head + `{"type":"tool_use","id":"t","name":"Bash","input":{"value":"{\"x"}}],"stop_reason":"max_tokens"` + usage},
		"not finished":       {whole("text a"), ""},
	} {
		if tc.got != tc.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, tc.got, tc.want)
		}
		if tc.got != "" && !json.Valid([]byte(tc.got)) {
			t.Errorf("%s: not JSON", name)
		}
	}
}

// Whatever a dialect tells the Writer, in whatever order, the stream keeps the grammar, and says the same
// as the whole message.
func TestWriterKeepsTheGrammar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"text a", "text <&>\u2028", "text \"", "think t", "sign s", "tool t Bash", "tool u Read", "input {", "input }", "nothing"})
		lines := append(rapid.SliceOf(words).Draw(t, "lines"), "finish "+rapid.SampledFrom([]string{"end_turn", "max_tokens", "refusal"}).Draw(t, "reason"))
		events, err := stream(said(lines...))
		if err != io.EOF {
			t.Fatal(err)
		}
		if err := grammar.Check(sse.NewReader(strings.NewReader(strings.Join(events, "")))); err != nil {
			t.Fatalf("%v: %q", err, events)
		}
		message := whole(lines...)
		if !json.Valid([]byte(message)) {
			t.Fatal(message)
		}
		starts := strings.Count(strings.Join(events, ""), "event: content_block_start")
		if blocks := gjson.Get(message, "content.#").Int(); int(blocks) != starts {
			t.Fatalf("%d blocks whole, %d streamed: %s", blocks, starts, message)
		}
		if a, b := gjson.Get(message, "stop_reason").Str, strings.Join(events, ""); !strings.Contains(b, `"stop_reason":"`+a+`"`) {
			t.Fatalf("%s whole, streamed %s", a, b)
		}
	})
}
