package gemini

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/anthropic/grammar"
	"afterglow/proxy/sse"
)

// events decodes a stream and lists its events' data, a line each.
func events(r io.Reader) (list string, err error) {
	s := Dialect{}.Decode(sse.NewReader(r), "m")
	var b strings.Builder
	for {
		e, err := s.Next()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		b.Write(e.Data)
		b.WriteByte('\n')
	}
}

// ids are made up from the answer's id: what they are does not matter here.
var madeUp = regexp.MustCompile(`toolu_[0-9a-f]{24}`)

// RC-3, RC-4, RC-11, RC-13: whatever the network does to a stream, the events are the same.
func TestStreams(t *testing.T) {
	for name, tc := range answers() {
		want := strings.Join(tc.want, "\n") + "\n"
		plain := stream(tc.chunks...)
		for form, s := range map[string]string{
			"plain":          plain,
			"CRLF":           strings.ReplaceAll(plain, "\n", "\r\n"),
			"no space":       strings.ReplaceAll(plain, "data: ", "data:"),
			"comments":       ": hello\n\n" + strings.ReplaceAll(plain, "data: ", "id: 1\nretry: 2\ndata: "),
			"[DONE]":         plain + "data: [DONE]\n\n",
			"[DONE], cut":    plain + "data: [DONE]",
			"no blank line":  strings.TrimRight(plain, "\n"),
			"a list in each": strings.ReplaceAll(strings.ReplaceAll(plain, "data: ", "data: ["), "\n\n", "]\n\n"),
		} {
			for size, r := range map[string]io.Reader{"whole": strings.NewReader(s), "byte by byte": iotest.OneByteReader(strings.NewReader(s))} {
				got, err := events(r)
				got = strings.TrimLeft(got, "\n") // the comment
				if d := cmp.Diff(madeUp.ReplaceAllString(want, "ID"), madeUp.ReplaceAllString(got, "ID")); d != "" || err != nil {
					t.Errorf("%s, %s, %s: %v %s", name, form, size, err, d)
				}
			}
			if err := grammar.Check(Dialect{}.Decode(sse.NewReader(strings.NewReader(s)), "m")); err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
			}
		}
	}
}

// A whole answer, and the list of a stream's chunks, say what the stream says.
func TestMessagesAreLikeStreams(t *testing.T) {
	for name, tc := range answers() {
		message, err := Dialect{}.DecodeMessage([]byte("["+strings.Join(tc.chunks, ",\n")+"]"), "m")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		streamed, err := events(strings.NewReader(stream(tc.chunks...)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(collect(streamed), string(message)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// collect makes the message that a client makes of events.
func collect(events string) string {
	var content []string
	var text, signature, block, end string
	for line := range strings.Lines(events) {
		e := gjson.Parse(line)
		switch e.Get("type").Str {
		case "content_block_start":
			text, signature, block = "", "", e.Get("content_block").Raw
		case "content_block_delta":
			d := e.Get("delta")
			text += d.Get("text").Str + d.Get("thinking").Str + d.Get("partial_json").Str
			signature += d.Get("signature").Str
		case "content_block_stop":
			quoted := string(gjson.AppendJSONString(nil, text))
			switch gjson.Get(block, "type").Str {
			case "text":
				block = `{"type":"text","text":` + quoted + `}`
			case "thinking":
				block = `{"type":"thinking","thinking":` + quoted + `,"signature":"` + signature + `"}`
			case "tool_use":
				if text == "" {
					text = "{}"
				}
				block = strings.TrimSuffix(block, "{}}") + text + "}"
			}
			content = append(content, block)
		case "message_delta":
			end = `"stop_reason":` + e.Get("delta.stop_reason").Raw + `,"stop_sequence":null,"usage":` + e.Get("usage").Raw + `}`
		}
	}
	return `{"id":"r1","type":"message","role":"assistant","model":"m","vendor_model":"gemini-x","content":[` + strings.Join(content, ",") + `],` + end
}

func TestBlockedPrompt(t *testing.T) {
	for _, reason := range []string{"SAFETY", "PROHIBITED_CONTENT", "OTHER", "NEW"} {
		blocked := `{"promptFeedback":{"blockReason":"` + reason + `"},"usageMetadata":{"promptTokenCount":9},"responseId":"r1"}`
		message, err := Dialect{}.DecodeMessage([]byte(blocked), "m")
		want := `{"id":"r1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"The vendor stopped this answer (` + reason + `)"}],"stop_reason":"refusal","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":0}}`
		if string(message) != want || err != nil {
			t.Errorf("%s %v", message, err)
		}
	}
}

// RC-2, RC-8: counts that are null, negative or too large.
func TestUsage(t *testing.T) {
	for usage, want := range map[string]string{
		`null`: `{"input_tokens":0,"output_tokens":0}`,
		`{"promptTokenCount":5,"cachedContentTokenCount":9,"candidatesTokenCount":-1}`:       `{"input_tokens":0,"cache_read_input_tokens":9,"output_tokens":0}`,
		`{"promptTokenCount":5000,"cachedContentTokenCount":5000,"candidatesTokenCount":40}`: `{"input_tokens":0,"cache_read_input_tokens":5000,"output_tokens":40}`,
		`{"promptTokenCount":null,"thoughtsTokenCount":4}`:                                   `{"input_tokens":0,"output_tokens":4,"output_tokens_details":{"thinking_tokens":4}}`,
	} {
		message, err := Dialect{}.DecodeMessage([]byte(`{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":`+usage+`}`), "m")
		if got := gjson.GetBytes(message, "usage").Raw; got != want || err != nil {
			t.Errorf("%s: %s %v", usage, got, err)
		}
	}
}

// RC-6: a zero overwrites nothing.
func TestZerosOverwriteNothing(t *testing.T) {
	counted := `{"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4}}`
	message, err := Dialect{}.DecodeMessage([]byte(`[`+counted+`,{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":0,"candidatesTokenCount":0,"totalTokenCount":13}}]`), "m")
	if got := gjson.GetBytes(message, "usage").Raw; got != `{"input_tokens":9,"output_tokens":4}` || err != nil {
		t.Errorf("%s %v", got, err)
	}
}

// A message is complete with its last chunk, whatever the connection does afterwards.
func TestTheLastChunkCompletesTheMessage(t *testing.T) {
	broken := errors.New("connection reset")
	r := io.MultiReader(strings.NewReader(stream(parts(`{"text":"a"}`), last("STOP"))), iotest.ErrReader(broken))
	if err := grammar.Check(Dialect{}.Decode(sse.NewReader(r), "m")); err != nil {
		t.Error(err)
	}
}

// An id that the vendor does not give is the same whenever the answer is read, and no other answer's.
func TestCallIDs(t *testing.T) {
	ids := func(response string) (list []string) {
		s := strings.ReplaceAll(stream(parts(`{"functionCall":{"name":"A"}},{"functionCall":{"name":"A"}}`), last("STOP")), `"r1"`, response)
		got, err := events(strings.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		return madeUp.FindAllString(got, -1)
	}
	one, two := ids(`"r1"`), ids(`"r2"`)
	if len(one) != 2 || one[0] == one[1] || one[0] == two[0] || cmp.Diff(one, ids(`"r1"`)) != "" {
		t.Errorf("%v %v", one, two)
	}
	if none := ids(`null`); len(none) != 2 || none[0] == none[1] {
		t.Error(none)
	}
}

// What is not whole is never a message.
func TestCutStreams(t *testing.T) {
	for name, s := range map[string]string{
		"nothing":             "",
		"only a comment":      ": hi\n\n",
		"only [DONE]":         "data: [DONE]\n\n",
		"before the end":      stream(parts(`{"text":"a"}`)),
		"in an event":         stream(parts(`{"text":"a"}`)) + `data: {"candidates":[{"fini`,
		"usage, but no end":   stream(`{"usageMetadata":{"promptTokenCount":1}}`),
		"no candidate's part": stream(`{"candidates":[]}`, `{"candidates":null}`, `{}`),
	} {
		if _, err := events(strings.NewReader(s)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("connection reset")
	if _, err := events(io.MultiReader(strings.NewReader(stream(parts(`{"text":"a"}`))), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := events(strings.NewReader("data: {]\n\n")); !errors.Is(err, errNoJSON) {
		t.Error(err)
	}
	if _, err := (Dialect{}).DecodeMessage([]byte(parts(`{"text":"a"}`)), "m"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if _, err := (Dialect{}).DecodeMessage([]byte("<html>"), "m"); !errors.Is(err, errNoJSON) {
		t.Error(err)
	}
}

const overloaded = `{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}`

// An error is one that can go to another vendor as long as nothing was said, and an event after that.
func TestErrorsInStreams(t *testing.T) {
	malformed := last("MALFORMED_FUNCTION_CALL")
	for name, tc := range map[string]struct {
		failure, kind string
		status        int
	}{
		"overloaded":      {overloaded, "overloaded_error", 503},
		"in a list":       {"[" + overloaded + "]", "overloaded_error", 503},
		"too many":        {`{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}`, "rate_limit_error", 429},
		"by name alone":   {`{"error":{"message":"m","status":"PERMISSION_DENIED"}}`, "permission_error", 403},
		"just a text":     {`{"error":"broken"}`, "api_error", 500},
		"inside":          {`{"response":` + overloaded + `}`, "overloaded_error", 503},
		"unreadable call": {malformed, "api_error", 502},
	} {
		var early *anthropic.Error
		if _, err := events(strings.NewReader(stream(tc.failure))); !errors.As(err, &early) || early.Type != tc.kind || early.Status != tc.status || !early.Within200 {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := (Dialect{}).DecodeMessage([]byte(tc.failure), "m"); !errors.As(err, &early) || early.Type != tc.kind {
			t.Errorf("%s, whole: %v", name, err)
		}
		if _, err := (Dialect{}).DecodeMessage([]byte("["+parts(`{"text":"a"}`)+","+strings.Trim(tc.failure, "[]")+"]"), "m"); !errors.As(err, &early) || early.Type != tc.kind {
			t.Errorf("%s, whole, late: %v", name, err)
		}
		late := stream(parts(`{"text":"a"}`), tc.failure)
		got, err := events(strings.NewReader(late))
		lines := strings.Split(strings.TrimSpace(got), "\n")
		if end := lines[len(lines)-1]; err != nil || gjson.Get(end, "type").Str != "error" || gjson.Get(end, "error.type").Str != tc.kind {
			t.Errorf("%s, late: %v %s", name, err, got)
		}
		if err := grammar.Check(Dialect{}.Decode(sse.NewReader(strings.NewReader(late)), "m")); !grammar.Failed(err) {
			t.Errorf("%s, late: %v", name, err)
		}
	}
}
