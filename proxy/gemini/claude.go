package gemini

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"afterglow/proxy/anthropic"
)

// placeholder is the one property of a tool without parameters, for Claude behind v1internal: the API leaves a schema
// without properties out, and Claude refuses a tool without a schema.
const placeholder = "_placeholder"

var placeholderSchema = json.RawMessage(`{"type":"object","properties":{"` + placeholder + `":{"type":"boolean","description":"Leave this out."}}}`)

// isClaude reports whether a vendor model is one of Anthropic's. They refuse what Gemini takes.
func isClaude(model string) bool { return strings.Contains(strings.ToLower(model), "claude") }

// withoutPlaceholder takes the placeholder out of a call's arguments, should the model have written it.
func withoutPlaceholder(args gjson.Result) gjson.Result {
	if !args.Get(placeholder).Exists() {
		return args
	}
	without, err := sjson.Delete(args.Raw, placeholder)
	if err != nil {
		return args
	}
	return gjson.Parse(without)
}

// forClaude adapts a request for Claude, which has no search of Google: within a tool loop that did not begin with thinking there is none.
func (r *request) forClaude(labels *anthropic.Labels) {
	r.Tools = slices.DeleteFunc(r.Tools, func(t tool) bool { return t.GoogleSearch != nil })
	for _, t := range r.Tools {
		for n := range t.FunctionDeclarations {
			if f := &t.FunctionDeclarations[n]; f.Parameters == nil {
				f.Parameters = placeholderSchema
			}
		}
	}
	if g := r.GenerationConfig; g != nil && g.ThinkingConfig != nil && loopWithoutThinking(r.Contents) {
		labels.Add("thinking_disabled")
		if g.ThinkingConfig = nil; g.empty() {
			r.GenerationConfig = nil
		}
	}
}

// loopWithoutThinking reports whether the contents end in a tool loop whose first answer does not begin with a thought that is signed.
func loopWithoutThinking(contents []content) bool {
	begin := -1
	for n := len(contents) - 1; n > 0 && contents[n].Role == "user" && contents[n].Parts[0].FunctionResponse != nil; n -= 2 {
		begin = n - 1
	}
	if begin < 0 {
		return false
	}
	first := contents[begin].Parts[0]
	return !first.Thought || first.ThoughtSignature == ""
}
