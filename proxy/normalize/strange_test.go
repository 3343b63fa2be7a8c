package normalize_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/normalize"
)

// odd are JSON values of any shape, in which the words of the Messages API stand in any place.
func odd(depth int) *rapid.Generator[string] {
	leaf := rapid.SampledFrom([]string{
		`null`, `true`, `7`, `""`, `" "`, `"text"`, `"user"`, `"tool_use"`, `"tool_result"`, `"server_tool_use"`, `"thinking"`, `"toolu_a"`, `"call_1"`,
		`"tool\u005fuse"`, `"a \" b\\"`, `[]`, `{}`, `{"type":"text","text":"x"}`, `{"type":"text","text":""}`,
		`{"type":"tool_use","id":"call_1","name":"n","input":{}}`, `{"type":"tool_result","tool_use_id":"call_1"}`,
		`{"type":"server_tool_use","id":"call_1","name":"n"}`, `{"type":"server_tool_use_delta"}`, `{"type":"thinking","thinking":"t"}`,
		`{"type":"image"}`, `{"type":"tool_use","id":"call_1","id":"call_2","input":[]}`, `{"type":"tool_result","tool_use_id":"toolu_a","is_error":true,"content":[ ]}`,
	})
	if depth == 0 {
		return leaf
	}
	keys := rapid.SampledFrom([]string{`"type"`, `"id"`, `"tool_use_id"`, `"input"`, `"content"`, `"text"`, `"role"`, `"cache_control"`, `"is_error"`, `"x"`})
	pair := rapid.Custom(func(t *rapid.T) string { return keys.Draw(t, "key") + " : " + odd(depth-1).Draw(t, "value") })
	return rapid.OneOf(leaf,
		rapid.Map(rapid.SliceOfN(odd(depth-1), 0, 4), func(s []string) string { return "[ " + strings.Join(s, " , ") + "]" }),
		rapid.Map(rapid.SliceOfN(pair, 0, 4), func(s []string) string { return "{" + strings.Join(s, ",\n") + " }" }))
}

// TestStrangeShapes holds what must be true of any JSON: the result is JSON, and mending is done once.
func TestStrangeShapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var turns []string
		for range rapid.IntRange(0, 6).Draw(t, "turns") {
			role := rapid.SampledFrom([]string{`"user"`, `"assistant"`, `"system"`, `"tool"`, `5`}).Draw(t, "role")
			content := rapid.OneOf(rapid.Map(rapid.SliceOfN(odd(2), 0, 4), func(s []string) string { return list(s...) }), odd(1)).Draw(t, "content")
			turns = append(turns, rapid.SampledFrom([]string{
				`{"role":` + role + `,"content":` + content + `}`, `{"content":` + content + `,"role":` + role + `,"x":{}}`,
				`{"role":` + role + `,"role":"user","content":` + content + `}`, `{"role":` + role + `}`, content,
			}).Draw(t, "turn"))
		}
		body := `{"model":"m","system":` + odd(2).Draw(t, "system") + `,"tools":` + odd(2).Draw(t, "tools") +
			`,"messages":[` + strings.Join(turns, " ,") + `],"tool_choice":` + odd(1).Draw(t, "tool_choice") + `}`
		to := targets().Draw(t, "target")
		to.Provenance = made()
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		got, labels := normalize.Mend(req, to)
		if !json.Valid([]byte(got.Body)) {
			t.Fatalf("in  %s\nout %s", body, got.Body)
		}
		if again, more := normalize.Mend(got, to); again != got || more != nil {
			t.Fatalf("not idempotent, %q then %q\nin     %s\nfirst  %s\nsecond %s", labels, more, body, got.Body, again.Body)
		}
	})
}
