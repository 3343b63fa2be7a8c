package gemini

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func TestFamilies(t *testing.T) {
	for name, want := range map[string]family{
		"gemini-3.1-pro-preview":         {generation: 3.1, pro: true, thinks: true},
		"models/gemini-2.5-flash-lite":   {generation: 2.5, lite: true, thinks: true},
		"Gemini 3 Flash":                 {generation: 3, thinks: true},
		"gemini-2.0-flash":               {generation: 2},
		"gemini-flash-latest":            {generation: newest, thinks: true},
		"gemini-infinity":                {generation: newest, thinks: true},
		"Claude Opus 4.6 Thinking":       {thinks: true},
		"Claude Sonnet 4.6":              {},
		"":                               {},
		"tunedModels/gemini-2.5-pro-abc": {generation: 2.5, pro: true, thinks: true},
	} {
		if got := familyOf(name); got != want {
			t.Errorf("%q: %+v, want %+v", name, got, want)
		}
	}
}

func TestThinkingConfig(t *testing.T) {
	const on, adaptive, off = `"thinking":{"type":"enabled","budget_tokens":5000}`, `"thinking":{"type":"adaptive"}`, `"thinking":{"type":"disabled"}`
	effort := func(e string) string { return `,"output_config":{"effort":"` + e + `"}` }
	for _, tc := range []struct{ model, body, want, labels string }{
		{pro3, `"top_k":1`, ``, ""},
		{pro3, adaptive, `{"includeThoughts":true}`, ""},
		{pro3, adaptive + effort("low"), `{"includeThoughts":true,"thinkingLevel":"LOW"}`, ""},
		{pro3, adaptive + effort("medium"), `{"includeThoughts":true,"thinkingLevel":"MEDIUM"}`, ""},
		{"gemini-3-pro-preview", adaptive + effort("medium"), `{"includeThoughts":true,"thinkingLevel":"HIGH"}`, ""},
		{flash3, adaptive + effort("max"), `{"includeThoughts":true,"thinkingLevel":"HIGH"}`, ""},
		{flash3, on, `{"includeThoughts":true,"thinkingLevel":"MEDIUM"}`, "thinking_budget"},
		{flash3, `"thinking":{"type":"adaptive","display":"omitted"}` + effort("low"), `{"thinkingLevel":"LOW"}`, ""},
		{flash3, `"thinking":null` + effort("low"), `{"thinkingLevel":"LOW"}`, ""},
		{flash3, off + effort("high"), `{"thinkingLevel":"MINIMAL"}`, ""},
		{pro3, off, `{"thinkingLevel":"LOW"}`, "thinking"},
		{flash2, on, `{"includeThoughts":true,"thinkingBudget":5000}`, ""},
		{flash2, adaptive, `{"includeThoughts":true,"thinkingBudget":-1}`, ""},
		{flash2, adaptive + effort("medium"), `{"includeThoughts":true,"thinkingBudget":8192}`, ""},
		{flash2, off, `{"thinkingBudget":0}`, ""},
		{"gemini-2.5-pro", off, `{"thinkingBudget":128}`, "thinking"},
		{flash2, `"thinking":{"type":"enabled","budget_tokens":60000}`, `{"includeThoughts":true,"thinkingBudget":24576}`, "thinking_budget"},
		{"gemini-2.5-flash-lite", `"thinking":{"type":"enabled","budget_tokens":1}`, `{"includeThoughts":true,"thinkingBudget":512}`, "thinking_budget"},
		{"gemini-2.0-flash", on + effort("low"), ``, "thinking effort"},
		{"gemini-2.0-flash", off, ``, ""},
		{"Claude Opus 4.6 Thinking", adaptive, `{"includeThoughts":true,"thinkingBudget":24576}`, ""},
		{"Claude Opus 4.6 Thinking", off, ``, ""},
		{"Claude Opus 4.6 Thinking", adaptive + `,"max_tokens":8000`, `{"includeThoughts":true,"thinkingBudget":4000}`, "thinking_budget"},
		{"Claude Opus 4.6 Thinking", adaptive + `,"max_tokens":1500`, ``, "thinking_budget"},
		{flash2, adaptive + effort("high") + `,"max_tokens":24576`, `{"includeThoughts":true,"thinkingBudget":12288}`, "thinking_budget"},
		{flash2, adaptive + `,"max_tokens":100`, `{"includeThoughts":true,"thinkingBudget":-1}`, ""},
		{"gemini-2.5-pro", off + `,"max_tokens":100`, `{"thinkingBudget":128}`, "thinking thinking_budget"},
		{"Claude Sonnet 4.6", adaptive, ``, "thinking"},
	} {
		body, labels := encodeFor(t, tc.model, tc.body)
		if got := gjson.Get(body, "generationConfig.thinkingConfig").Raw; got != tc.want || strings.Join(labels, " ") != tc.labels {
			t.Errorf("%s, %s:\n got %s %v\nwant %s %s", tc.model, tc.body, got, labels, tc.want, tc.labels)
		}
	}
}
