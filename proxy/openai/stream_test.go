package openai

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/anthropic/grammar"
	"afterglow/proxy/bounds"
	"afterglow/proxy/sse"
)

// played is what a client gets for a vendor's stream: its events, and how it ended if not well.
func played(t *testing.T, stream string) (events string, err error) {
	t.Helper()
	s := Dialect{}.Decode(sse.NewReader(strings.NewReader(stream)), "claude-x")
	var out strings.Builder
	for {
		e, err := s.Next()
		if err == io.EOF {
			if bad := grammar.Check(sse.NewReader(strings.NewReader(out.String()))); bad != nil && !grammar.Failed(bad) {
				t.Errorf("%v: %s", bad, out.String())
			}
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
		out.Write(e.Raw)
	}
}

// data is the data of the first event of a name.
func data(events, name string) gjson.Result {
	_, rest, _ := strings.Cut(events, "event: "+name+"\ndata: ")
	line, _, _ := strings.Cut(rest, "\n")
	return gjson.Parse(line)
}

const said = `data: {"id":"c","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}` + "\n\n"

func TestRC1AndRC5UsageNullAndLate(t *testing.T) {
	events, err := played(t, said+`data: {"choices":[],"usage":null}`+"\n\n"+
		`data: {"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":80}}}`+"\n\ndata: [DONE]\n\n")
	if got := data(events, "message_delta").Get("usage").Raw; err != nil || got != `{"input_tokens":20,"cache_read_input_tokens":80,"output_tokens":20}` {
		t.Errorf("%s %v", got, err)
	}
}

func TestRC6ZeroDoesNotOverwrite(t *testing.T) {
	events, _ := played(t, `data: {"choices":[{"index":0,"delta":{"content":"hi"}}],"usage":{"prompt_tokens":1200,"completion_tokens":1}}`+"\n\n"+
		`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":9}}`+"\n\ndata: [DONE]\n\n")
	if got := data(events, "message_delta").Get("usage"); got.Get("input_tokens").Int() != 1200 || got.Get("output_tokens").Int() != 9 {
		t.Error(got)
	}
}

// RC-9: what the vendor calls the model, and nothing where it does not say.
func TestRC9WhatTheVendorCallsTheModel(t *testing.T) {
	for name, want := range map[string]string{`"model":"glm-5.1-0414",`: "glm-5.1-0414", "": ""} {
		events, _ := played(t, strings.Replace(said, `"choices"`, name+`"choices"`, 1)+"data: [DONE]\n\n")
		m := data(events, "message_start").Get("message")
		if m.Get("model").Str != "claude-x" || m.Get("vendor_model").Str != want {
			t.Error(m.Raw)
		}
	}
}

func TestRC11NoDoneReachesTheClientAndCountsAreNumbers(t *testing.T) {
	events, _ := played(t, said+"data: [DONE]\n\n")
	for _, usage := range []gjson.Result{data(events, "message_start").Get("message.usage"), data(events, "message_delta").Get("usage")} {
		if usage.Get("input_tokens").Type != gjson.Number || usage.Get("output_tokens").Type != gjson.Number {
			t.Error(usage)
		}
	}
	if strings.Contains(events, "[DONE]") {
		t.Error(events)
	}
}

func TestRC13CRLFAndNoSpace(t *testing.T) {
	plain, _ := played(t, said+"data: [DONE]\n\n")
	other, err := played(t, strings.NewReplacer("\n", "\r\n", "data: ", "data:").Replace(said+"data: [DONE]\n\n"))
	if err != nil || plain != other {
		t.Errorf("%v\n%s\n%s", err, plain, other)
	}
}

func TestRC69bCallsWithFinishStop(t *testing.T) {
	events, _ := played(t, `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"Bash","arguments":"{}"}}]},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
	if got := data(events, "message_delta").Get("delta.stop_reason").Str; got != "tool_use" {
		t.Error(got)
	}
}

// RC-69d: nothing at all is an error; a finish without a word is a message without blocks.
func TestRC69dEmptyStreams(t *testing.T) {
	for _, stream := range []string{"", "data: [DONE]\n\n", ": wait\n\n"} {
		if events, err := played(t, stream); err != io.ErrUnexpectedEOF || strings.Contains(events, "event:") {
			t.Errorf("%q: %q %v", stream, events, err)
		}
	}
	events, err := played(t, `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
	if err != nil || strings.Count(events, "event:") != 3 {
		t.Errorf("%s %v", events, err)
	}
}

func TestRC69eInlineInputIsOneDelta(t *testing.T) {
	events, _ := played(t, `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"Bash","arguments":{"a":1}}}]},"finish_reason":"tool_calls"}]}`+"\n\ndata: [DONE]\n\n")
	if start := data(events, "content_block_start"); start.Get("content_block.input").Raw != "{}" || data(events, "content_block_delta").Get("delta.partial_json").Str != `{"a":1}` || strings.Count(events, "input_json_delta") != 1 {
		t.Error(events)
	}
}

// A call whose input was complete cannot go on: better an error than an input that lacks its end.
func TestACallThatGoesOnBehindItsEnd(t *testing.T) {
	piece := func(index, args string) string {
		return `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":` + index + `,"id":"c` + index + `","function":{"name":"Bash","arguments":"` + args + `"}}]}}]}` + "\n\n"
	}
	if _, err := played(t, piece("0", `{\"a\":1}`)+piece("1", `{\"a\":1}`)+piece("0", "x")); err != errLateInput {
		t.Error(err)
	}
}

// RC-45 and RC-46: a refusal without a word of sense keeps its status, for the chain to judge.
func TestRC45AndRC46RefusalsOfAForm(t *testing.T) {
	for body, code := range map[string]string{"Bad Request\n": "", `{"error":{"code":"invalid_tool_call_format","message":"x"}}`: "invalid_tool_call_format"} {
		if e := (Dialect{}).DecodeError(400, nil, []byte(body)); e.Status != 400 || e.Type != "invalid_request_error" || e.Code != code {
			t.Errorf("%+v", e)
		}
	}
}

func TestErrorBodyIsOpenAIs(t *testing.T) {
	e := anthropic.Errorf(529, "busy")
	e.Code = "c"
	if got := string(ErrorBody(e)); got != `{"error":{"message":"busy","type":"overloaded_error","param":null,"code":"c"}}` {
		t.Error(got)
	}
}

// Tool calls that alternate are kept until the one before them has ended, but not without end.
func TestAnAnswerThatKeepsTooMuchFails(t *testing.T) {
	piece := strings.Repeat("x", 1<<20)
	for name, event := range map[string]string{
		"input of a call that waits": `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"two","arguments":"` + piece + `"}}]}}]}`,
		"text behind a call":         `{"choices":[{"index":0,"delta":{"content":"` + piece + `"}}]}`,
		"an open call":               `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"` + piece + `"}}]}}]}`,
	} {
		stream := `data: {"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"one","arguments":"{"}}]}}]}` + "\n\n" +
			strings.Repeat("data: "+event+"\n\n", 2*bounds.Waiting>>20)
		if events, err := played(t, stream); !errors.Is(err, errKeptTooMuch) {
			t.Errorf("%s: %v, %d bytes of events", name, err, len(events))
		}
	}
}

// What broke behind the finish_reason took nothing away.
func TestAConnectionThatResetsBehindTheFinishReasonEndedWell(t *testing.T) {
	reset := errors.New("connection reset by peer")
	for stream, want := range map[string]error{said: nil, strings.Replace(said, `"stop"`, "null", 1): reset} {
		s := Dialect{}.Decode(sse.NewReader(io.MultiReader(strings.NewReader(stream), iotest.ErrReader(reset))), "m")
		if err := grammar.Check(s); !errors.Is(err, want) {
			t.Errorf("%s: %v", stream, err)
		}
	}
}

func TestAnEmptyToolResultIsNotAnEmptyText(t *testing.T) {
	got := conversation(t, Dialect{}, `{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"t","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":""}]}`)
	if got.Get("messages.1.content").Str != anthropic.NoOutput {
		t.Error(got)
	}
}
