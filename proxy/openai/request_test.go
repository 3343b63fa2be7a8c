package openai

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// sent is what a vendor gets for a request with these fields beside the model and a message.
func sent(t *testing.T, d Dialect, fields string) (gjson.Result, anthropic.Labels) {
	t.Helper()
	if fields != "" {
		fields += ","
	}
	req, err := anthropic.ParseRequest(`{"model":"m",` + fields + `"messages":[{"role":"user","content":"hi"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Encode(req, "gpt-x")
	if err != nil {
		t.Fatal(err)
	}
	return gjson.Parse(strings.Join(out.Body, "")), out.Labels
}

// conversation is what a vendor gets for these messages.
func conversation(t *testing.T, d Dialect, messages string) gjson.Result {
	t.Helper()
	req, err := anthropic.ParseRequest(`{"model":"m","messages":[` + messages + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Encode(req, "gpt-x")
	if err != nil {
		t.Fatal(err)
	}
	return gjson.Parse(strings.Join(out.Body, ""))
}

// RC-43 among them: thinking that is off asks for no reasoning.
func TestReasoningEffort(t *testing.T) {
	for fields, want := range map[string]string{
		``:                               "",
		`"thinking":{"type":"disabled"}`: "",
		`"thinking":{"type":"disabled"},"output_config":{"effort":"high"}`:                     "",
		`"thinking":{"type":"adaptive"}`:                                                       "",
		`"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}`:                      "low",
		`"thinking":{"type":"enabled","budget_tokens":2000}`:                                   "low",
		`"thinking":{"type":"enabled","budget_tokens":10000}`:                                  "medium",
		`"thinking":{"type":"enabled","budget_tokens":30000}`:                                  "high",
		`"thinking":{"type":"enabled","budget_tokens":30000},"output_config":{"effort":"low"}`: "low",
		`"output_config":{"effort":"max"}`:                                                     "high",
	} {
		got, labels := sent(t, Dialect{}, fields)
		if got.Get("reasoning_effort").Str != want || slices.Contains(labels, "effort") != strings.Contains(fields, "max") {
			t.Errorf("%s: %s %v", fields, got.Get("reasoning_effort"), labels)
		}
		if got, _ := sent(t, Dialect{Effort: "none"}, fields); got.Get("reasoning_effort").Str != "none" {
			t.Errorf("%s, always none: %s", fields, got.Raw)
		}
		if got, _ := sent(t, Dialect{Effort: "omit"}, fields); got.Get("reasoning_effort").Exists() {
			t.Errorf("%s, never: %s", fields, got.Raw)
		}
	}
}

func TestWhereVendorsDiffer(t *testing.T) {
	got, _ := sent(t, Dialect{}, `"max_tokens":9`)
	if got.Get("max_tokens").Int() != 9 || got.Get("max_completion_tokens").Exists() {
		t.Error(got)
	}
	got, _ = sent(t, Dialect{MaxTokens: "max_completion_tokens"}, `"max_tokens":9`)
	if got.Get("max_completion_tokens").Int() != 9 || got.Get("max_tokens").Exists() {
		t.Error(got)
	}
	got, labels := sent(t, Dialect{}, `"stop_sequences":["a","b","c","d","e"]`)
	if got.Get("stop.#").Int() != 4 || !slices.Contains(labels, "stop_sequences") {
		t.Error(got, labels)
	}
}

// RC-44, and what has no bytes and no address is refused.
func TestImages(t *testing.T) {
	got, _ := sent(t, Dialect{}, `"x":1`)
	if got.Get("messages.0.content").Str != "hi" {
		t.Error(got)
	}
	for source, want := range map[string]string{
		`{"type":"url","url":"https://h/a.png"}`:                   "https://h/a.png",
		`{"type":"base64","media_type":"image/png","data":"AAAA"}`: "data:image/png;base64,AAAA",
		`{"type":"file","file_id":"f"}`:                            "",
		`null`:                                                     "",
	} {
		req, err := anthropic.ParseRequest(`{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":` + source + `}]}]}`)
		if err != nil {
			t.Fatal(err)
		}
		out, err := Dialect{}.Encode(req, "gpt-x")
		if want == "" {
			if err == nil || !strings.Contains(err.Error(), "messages.0.content.0") {
				t.Errorf("%s: %v", source, err)
			}
			continue
		}
		if url := gjson.Get(strings.Join(out.Body, ""), "messages.0.content.0.image_url.url").Str; err != nil || url != want {
			t.Errorf("%s: %s %v", source, url, err)
		}
	}
}

func TestStrictOnlyWhereOpenAITakesIt(t *testing.T) {
	for schema, want := range map[string]bool{
		`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`:                                                    true,
		`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`:                                                                     false,
		`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}`:                                                                                 false,
		`{"type":"array","items":{"type":"object","properties":{},"additionalProperties":false}}`:                                                                 true,
		`{"type":"array","items":{"type":"object","properties":{}}}`:                                                                                              false,
		`{"anyOf":[{"type":"string"},{"type":"object","properties":{}}]}`:                                                                                         false,
		`{"type":"object","properties":{"a":{"type":"object","properties":{"b":{}},"additionalProperties":false}},"required":["a"],"additionalProperties":false}`: false,
	} {
		if got := strict([]byte(schema)); got != want {
			t.Errorf("%s: %v", schema, got)
		}
	}
}

// A longer conversation keeps the bytes of the earlier one, or no vendor's prompt cache holds.
func TestEarlierTurnsKeepTheirBytes(t *testing.T) {
	encode := func(messages string) string {
		req, err := anthropic.ParseRequest(`{"model":"m","messages":[` + messages + `]}`)
		if err != nil {
			t.Fatal(err)
		}
		out, err := Dialect{}.Encode(req, "gpt-x")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(out.Body, "")
	}
	first := `{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`
	more := first + `,{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Bash","input":{"z":1,"a":2}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"ok"}]}`
	head := strings.TrimSuffix(encode(first), "]}")
	if !strings.HasPrefix(encode(more), head) || !strings.HasPrefix(encode(more+`,{"role":"user","content":"on"}`), strings.TrimSuffix(encode(more), "]}")) {
		t.Errorf("%s\n%s", encode(first), encode(more))
	}
}

// Some vendors take an empty text beside tool calls for an answer.
func TestCallsWithoutTextHaveNoContent(t *testing.T) {
	req, err := anthropic.ParseRequest(`{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}]},{"role":"assistant","content":[]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Dialect{}.Encode(req, "gpt-x")
	if err != nil {
		t.Fatal(err)
	}
	got := gjson.Parse(strings.Join(out.Body, ""))
	if got.Get("messages.0.content").Raw != "null" || got.Get("messages.1.content").Raw != `""` {
		t.Error(got)
	}
}
