package gemini

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// claudes is what v1internal gets for Claude.
func claudes(t *testing.T, messages string) (gjson.Result, anthropic.Labels) {
	t.Helper()
	req, err := anthropic.ParseRequest(`{"model":"m","max_tokens":32000,"thinking":{"type":"enabled","budget_tokens":4000},"tools":[{"name":"EnterPlanMode","input_schema":{"type":"object","properties":{}}}],"messages":[` + messages + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Dialect{Internal: true}.Encode(req, "claude-opus-4-6-thinking")
	if err != nil {
		t.Fatal(err)
	}
	return gjson.Parse(strings.Join(out.Body, "")), out.Labels
}

const (
	asked = `{"role":"user","content":"hi"}`
	use   = `{"type":"tool_use","id":"toolu_1","name":"EnterPlanMode","input":{}}`
	given = `{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"ok"}]}`
)

func TestClaudesToolsAlwaysHaveASchema(t *testing.T) {
	got, _ := claudes(t, asked)
	if got.Get("tools.0.functionDeclarations.0.parameters").Raw != string(placeholderSchema) {
		t.Error(got)
	}
	message, err := Dialect{}.DecodeMessage([]byte(`{"candidates":[{"content":{"parts":[{"functionCall":{"id":"a","name":"EnterPlanMode","args":{"_placeholder":true}}}]},"finishReason":"STOP"}]}`), "m")
	if err != nil || gjson.GetBytes(message, "content.0.input").Raw != "{}" {
		t.Errorf("%s %v", message, err)
	}
}

func TestClaudeGetsNoThinkingThatNobodySigned(t *testing.T) {
	got, labels := claudes(t, asked+`,{"role":"assistant","content":[{"type":"thinking","thinking":"hmm","signature":""},`+use+`]},`+given)
	if strings.Contains(got.Raw, "hmm") || got.Get("contents.1.parts.#").Int() != 1 || !strings.Contains(strings.Join(labels, " "), "thinking_dropped") {
		t.Error(got, labels)
	}
}

func TestClaudeThinksInAToolLoopOnlyIfItBeganWithThinking(t *testing.T) {
	signed := `{"type":"thinking","thinking":"hmm","signature":"gemini:thought:c2ln"},`
	for messages, want := range map[string]bool{
		asked: true,
		asked + `,{"role":"assistant","content":[` + use + `]},` + given:          false,
		asked + `,{"role":"assistant","content":[` + signed + use + `]},` + given: true,
		asked + `,{"role":"assistant","content":[` + signed + use + `]},` + given + `,{"role":"assistant","content":[` + strings.Replace(use, "_1", "_2", 1) + `]},` + strings.Replace(given, "_1", "_2", 1): true,
		asked + `,{"role":"assistant","content":[` + use + `]},` + given + `,{"role":"assistant","content":"done"},` + asked:                                                                                 true,
	} {
		got, _ := claudes(t, messages)
		if got.Get("generationConfig.thinkingConfig").Exists() != want {
			t.Errorf("%s: %s", messages, got.Get("generationConfig"))
		}
	}
}
