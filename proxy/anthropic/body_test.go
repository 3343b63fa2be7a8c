package anthropic

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"afterglow/proxy/boundtest"
	"afterglow/proxy/capturetest"
)

func decoded(t *testing.T, body string) *Body {
	t.Helper()
	req, err := ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := req.Decode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeBody(t *testing.T) {
	b := decoded(t, `{"model":"m","stream":true,"system":"be brief","temperature":0.70,"top_k":5,"metadata":{"user_id":"u"},"container":"c",
		"output_config":{"effort":"high"},"output_format":{"type":"json_schema","schema":{"b":1,"a":2}},"stop_sequences":["x"],
		"tools":[{"name":"Bash","description":"d","input_schema":{"z":1,"a":12345678901234567890},"defer_loading":true}],
		"tool_choice":{"type":"tool","name":"Bash","disable_parallel_tool_use":true},
		"messages":[
			{"role":"user","content":"hi"},
			{"role":"system","content":[{"type":"text","text":"now"}]},
			{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"i","name":"Bash","input":{"z":1,"a":2}}]},
			{"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":"ok","is_error":true},
				{"type":"search_result","source":"https://x","title":"T","content":[{"type":"text","text":"found"}]},
				{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},
				{"type":"web_search_tool_result","tool_use_id":"w","content":{"type":"web_search_tool_result_error","error_code":"x"}}]},
			{"role":"assistant","content":null}],"speed":"fast"}`)
	if b.System[0].Text != "be brief" || b.Temperature != "0.70" || b.TopK != "5" || b.TopP != "" || b.UserID != "u" || b.StopSequences[0] != "x" {
		t.Errorf("%+v", b)
	}
	if b.OutputConfig.Effort != "high" || string(b.OutputConfig.Format.Schema) != `{"b":1,"a":2}` {
		t.Errorf("%+v", b.OutputConfig)
	}
	if tool := b.Tools[0]; string(tool.InputSchema) != `{"z":1,"a":12345678901234567890}` || !tool.DeferLoading || !b.ToolChoice.DisableParallel {
		t.Errorf("%+v", tool)
	}
	if b.Messages[0].Content[0].Text != "hi" || b.Messages[1].Role != "system" || string(b.Messages[2].Content[1].Input) != `{"z":1,"a":2}` {
		t.Errorf("%+v", b.Messages)
	}
	last := b.Messages[3].Content
	if last[0].Content[0].Text != "ok" || !last[0].IsError || last[1].Source.URL != "https://x" || last[1].Content[0].Text != "found" ||
		last[2].Source.MediaType != "image/png" || last[3].Content[0].Type != "web_search_tool_result_error" {
		t.Errorf("%+v", last)
	}
	if b.Messages[4].Content != nil {
		t.Errorf("%+v", b.Messages[4])
	}
}

func TestDecodeNamesWhatIsWrong(t *testing.T) {
	for body, want := range map[string]string{
		`{"model":"m","messages":5}`:                                         "messages: number was not expected here",
		`{"model":"m","messages":[{"role":"user","content":5}]}`:             "messages",
		`{"model":"m","messages":[{"role":5,"content":"x"}]}`:                "messages.role: number was not expected here",
		`{"model":"m","tools":{}}`:                                           "tools: object was not expected here",
		`{"model":"m","messages":[{"role":"user","content":[{"text":{}}]}]}`: "messages",
		`{"model":"m","messages":[}`:                                         "messages",
	} {
		req, err := ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = req.Decode()
		var refused *Error
		if !errors.As(err, &refused) || refused.Status != http.StatusBadRequest || !strings.HasPrefix(refused.Message, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// No field of a real client's bodies is unread but what only Anthropic's own API manages.
func TestDecodeKnowsWhatRealClientsSend(t *testing.T) {
	for file, text := range capturetest.Bodies(t) {
		for _, key := range decoded(t, text).Unread {
			if key != "context_management" && key != "output_config" { // a system message repeats the latter
				t.Errorf("%s: %s", file, key)
			}
		}
	}
}

func FuzzDecodeBody(f *testing.F) {
	for file, text := range capturetest.Bodies(f) {
		if strings.HasPrefix(file, "06") || strings.HasPrefix(file, "07") { // the short ones: the fuzzer is faster with them
			f.Add(text)
		}
	}
	f.Add(`{"model":"m","messages":[{"role":"user","content":{"type":"text"}}],"tools":[null],"system":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		defer boundtest.Bound(t, 128<<20)()
		req, err := ParseRequest(body)
		if err != nil {
			return
		}
		b, err := req.Decode()
		var refused *Error
		if err != nil && (!errors.As(err, &refused) || refused.Status != http.StatusBadRequest) {
			t.Fatal(err)
		}
		if err == nil && b.EstimateTokens() < 1 {
			t.Fatal("no tokens")
		}
	})
}
