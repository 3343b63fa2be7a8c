package openai

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// as is what a vendor gets for a body under a model's name.
func as(t *testing.T, model, body string) (gjson.Result, anthropic.Labels) {
	t.Helper()
	req, err := anthropic.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Dialect{MaxTokens: "max_tokens"}.Encode(req, model)
	if err != nil {
		t.Fatal(err)
	}
	return gjson.Parse(strings.Join(out.Body, "")), out.Labels
}

const looping = `{"model":"m","max_tokens":9,"system":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"hi"},
	{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"t","input":{}}]},
	{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"ok","cache_control":{"type":"ephemeral"}},{"type":"text","text":"go on","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}`

func TestCacheControlGoesToOpenRoutersModelsOfAnthropicAndGoogle(t *testing.T) {
	for _, model := range []string{"anthropic/claude-sonnet-4.6", "google/gemini-3-pro-preview"} {
		got, labels := as(t, model, looping)
		if got.Get("messages.0.content.#").Int() != 2 || got.Get("messages.0.content.0.cache_control").Exists() || got.Get("messages.0.content.1.cache_control.type").Str != "ephemeral" ||
			got.Get("messages.3.content.0.cache_control.type").Str != "ephemeral" || got.Get("messages.4.content.0.cache_control.ttl").Str != "1h" || slices.Contains(labels, "cache_control") {
			t.Error(model, got, labels)
		}
	}
	got, labels := as(t, "deepseek/deepseek-v4", looping)
	if strings.Contains(got.Raw, "cache_control") || got.Get("messages.0.content").Str != "a\n\nb" || !slices.Contains(labels, "cache_control") {
		t.Error(got, labels)
	}
}

func TestModelsOfOpenAIThatReasonGetMaxCompletionTokensFromAnyVendor(t *testing.T) {
	for model, want := range map[string]string{"gpt-5.6": "max_completion_tokens", "o3-mini": "max_completion_tokens", "gpt-4.1": "max_tokens", "openai/gpt-5.6": "max_tokens", "gpt-oss-120b": "max_tokens"} {
		if got, _ := as(t, model, looping); !got.Get(want).Exists() || got.Get("max_tokens").Exists() == got.Get("max_completion_tokens").Exists() {
			t.Error(model, got)
		}
	}
}

func TestMistralGetsNoTextDirectlyBehindAToolResult(t *testing.T) {
	roles := func(model string) string {
		got, _ := as(t, model, looping)
		return got.Get("messages.#.role").Raw
	}
	if got := roles("mistral-large-latest"); got != `["system","user","assistant","tool","assistant","user"]` {
		t.Error(got)
	}
	if got := roles("gpt-4.1"); got != `["system","user","assistant","tool","user"]` {
		t.Error(got)
	}
}
