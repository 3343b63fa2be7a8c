package usage

import (
	"strings"
	"testing"

	"afterglow/proxy/boundtest"
)

// FuzzMeter: whatever passes is read the same however it is cut, and what is kept of it is bounded.
func FuzzMeter(f *testing.F) {
	for _, text := range []string{
		`{"model":"m","usage":{"prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}}`, `[{"modelVersion":"g","usageMetadata":{"promptTokenCount":4}}]`,
		"data: {\"type\":\"response.completed\",\"response\":{\"model\":\"m\",\"usage\":{\"input_tokens\":9}}}\n\n", "event: error\ndata: {\"error\":{\"message\":\"x\"}}\n\ndata: [DONE]\n\n", `{"mod\u0065l":"a\"b","usage":{"x":-1}}`,
	} {
		f.Add(text, uint8(3), true)
		f.Add(text, uint8(1), false)
	}
	f.Fuzz(func(t *testing.T, text string, size uint8, events bool) {
		defer boundtest.Bound(t, 64<<20)()
		kind := "application/json"
		if events {
			kind = "text/event-stream"
		}
		whole, cut := New(kind), New(kind)
		whole.Write([]byte(text))
		for rest := text; rest != ""; {
			n := min(len(rest), 1+int(size))
			cut.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		whole.End()
		cut.End()
		if whole.Model != cut.Model || whole.Usage.Usage != cut.Usage.Usage || (whole.Err == nil) != (cut.Err == nil) {
			t.Errorf("%q in pieces of %d: %+v %q, whole %+v %q", text, 1+int(size), cut.Usage.Usage, cut.Model, whole.Usage.Usage, whole.Model)
		}
		if u := whole.Usage.Usage; u.Input < 0 || u.Output < 0 || u.CacheRead < 0 || u.CacheCreation < 0 || len(whole.Model) > longestModel || len(whole.Usage.Details) > 100 {
			t.Errorf("%q: %+v %q", text, whole.Usage, whole.Model)
		}
	})
}

// FuzzOperation: each path has an operation, and a model that it names is a part of it.
func FuzzOperation(f *testing.F) {
	for _, path := range []string{"/v1/chat/completions", "/v1beta/models/g:streamGenerateContent", "/upload/v1beta/files", "//", "/v1/%zz", "/models/a%2Fb:countTokens"} {
		f.Add("gemini", "POST", path)
		f.Add("openai", "GET", path)
	}
	f.Fuzz(func(t *testing.T, dialect, method, path string) {
		defer boundtest.Bound(t, 64<<20)()
		if op := OperationOf(dialect, method, path); op.Name == "" {
			t.Errorf("%s %q has no name", method, path)
		}
		if model := ModelIn(path); model != "" && !strings.Contains(plain(path), model) {
			t.Errorf("%q names %q", path, model)
		}
	})
}
