package strict_test

import (
	"strings"
	"testing"

	"afterglow/proxy/normalize"
	"afterglow/proxy/normalize/strict"
)

const use = `{"type":"tool_use","id":"toolu_a","name":"n","input":{}}`

// TestCheck names, for each rule, a body that breaks only this one.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{"messages":[]}`, "at least one message"},
		{`{"messages":[{"role":"user","content":5}]}`, "decode content"},
		{`{"messages":[{"role":"user","content":" "}]}`, "text without words"},
		{`{"messages":[{"role":"user","content":[]}]}`, "content is empty"},
		{`{"messages":[{"role":"tool","content":"x"}]}`, `role "tool"`},
		{`{"messages":[{"role":"system","content":"x"},{"role":"user","content":"x"}]}`, "role 'system' is not supported"},
		{`{"messages":[{"role":"assistant","content":"x"}]}`, "must use the user role"},
		{`{"messages":[{"role":"user","content":"x"},{"role":"user","content":"x"}]}`, "must alternate"},
		{`{"messages":[{"role":"user","content":[` + use + `]}]}`, "can only be in assistant messages"},
		{history(`[{"type":"tool_result","tool_use_id":"toolu_a","content":"x"}]`, ``), "can only be in user messages"},
		{history(`[`+use+`]`, ``), "at the end"},
		{history(`[`+use+`]`, `"x"`), "immediately after"},
		{history(`[`+use+`]`, `[{"type":"text","text":"x"},{"type":"tool_result","tool_use_id":"toolu_a","content":"x"}]`), "after other content"},
		{history(`[`+use+`]`, `[{"type":"tool_result","tool_use_id":"toolu_b","content":"x"}]`), "no such tool_use"},
		{history(`[`+use+`]`, strings.Replace(`[R,R]`, "R", `{"type":"tool_result","tool_use_id":"toolu_a","content":"x"}`, 2)), "more than one"},
		{history(`[`+use+`]`, `[{"type":"tool_result","tool_use_id":"toolu_a","content":"","is_error":true}]`), "cannot be empty"},
		{history(`[`+use+`,`+use+`]`, `"x"`), "must be unique"},
		{history(strings.Replace(`[`+use+`]`, "toolu_a", "call:1", 1), `"x"`), "should match pattern"},
		{history(strings.Replace(`[`+use+`]`, "{}", "[]", 1), `"x"`), "should be an object"},
		{history(`[{"type":"thinking","thinking":"x","signature":"theirs"}]`, `"x"`), "invalid signature"},
		{history(`[{"type":"server_tool_use_delta"}]`, `"x"`), "server_tool_use_delta blocks"},
		{history(`[{"type":"server_tool_use","id":"srvtoolu_a"}]`, `"x"`), "server_tool_use blocks"},
		{history(`"x"`, `[{"type":"image"}]`), "image blocks"},
		{history(`"x"`, `[{"type":"document"}]`), "document blocks"},
		{history(`"x"`, `[{"type":"text","text":"x","cache_control":{}}]`), "cache_control"},
		{`{"context_management":{},` + history(`"x"`, `"x"`)[1:], "context_management"},
		{`{"cache_control":{},` + history(`"x"`, `"x"`)[1:], "cache_control"},
		{`{"tools":[{"type":"web_search_20250305"}],` + history(`"x"`, `"x"`)[1:], "unknown type"},
		{`{"tool_choice":{"name":"n"},` + history(`"x"`, `"x"`)[1:], "no tool"},
		{`{"system":[{"type":"text","text":"x-anthropic-billing-header: x"}],` + history(`"x"`, `"x"`)[1:], "billing"},
		{`{"thinking":{"type":"adaptive"},` + history(`"x"`, `"x"`)[1:], "thinking"},
		{`{"max_tokens":5,"thinking":{"type":"enabled","budget_tokens":5},` + history(`"x"`, `"x"`)[1:], "below max_tokens"},
	} {
		rules := strict.Rules{Accepts: normalize.Accepts{Thinking: "enabled"}, Issued: func(s string) bool { return s == "ours" }}
		if err := strict.Check([]byte(c.body), rules); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot %v, want %q", c.body, err, c.want)
		}
	}
}

// history is a conversation with one answer and what the user says to it, if anything.
func history(answer, then string) string {
	if then != "" {
		then = `,{"role":"user","content":` + then + `}`
	}
	return `{"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":` + answer + `}` + then + `]}`
}

func TestCheckTakesWhatIsRight(t *testing.T) {
	body := history(`[{"type":"thinking","thinking":"x","signature":"ours"},`+use+`]`, `[{"type":"tool_result","tool_use_id":"toolu_a","content":"x"},{"type":"text","text":"x"}]`)
	if err := strict.Check([]byte(body), strict.Rules{Issued: func(s string) bool { return s == "ours" }}); err != nil {
		t.Error(err)
	}
	if err := strict.Check([]byte(history(`""`, ``)), strict.Rules{}); err != nil {
		t.Errorf("a last empty message of the assistant: %v", err)
	}
}
