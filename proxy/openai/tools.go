package openai

import (
	"encoding/json"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// tools writes the tools that the client runs, and which of them may or must be used.
func (e *encoder) tools(r *request) {
	known := map[string]bool{}
	for i := range e.body.Tools {
		t := &e.body.Tools[i]
		if t.Type != "" && t.Type != "custom" {
			e.labels.Add("server_tools")
			continue
		}
		if t.DeferLoading {
			e.labels.Add("defer_loading")
		}
		if anthropic.Given(t.CacheControl) {
			e.labels.Add("cache_control")
		}
		known[t.Name] = true
		schema, lossy := anthropic.CleanSchema(t.InputSchema)
		if lossy {
			e.labels.Add("tool_schema")
		}
		r.Tools = append(r.Tools, tool{"function", function{e.names.Tool(t.Name), t.Description, schema, t.Strict}})
	}
	choice := e.body.ToolChoice
	if choice == nil || len(r.Tools) == 0 {
		return
	}
	if choice.DisableParallel {
		r.Parallel = new(bool)
	}
	switch choice.Type {
	case "auto", "none":
		r.ToolChoice = choice.Type
	case "any":
		r.ToolChoice = "required"
	case "tool":
		if !known[choice.Name] {
			e.labels.Add("tool_choice")
			return
		}
		named := namedTool{Type: "function"}
		named.Function.Name = e.names.Sent(choice.Name)
		r.ToolChoice = named
	default:
		e.labels.Add(anthropic.LabelFor("tool_choice_" + choice.Type))
	}
}

// strict reports whether OpenAI would take a schema with the promise to keep to it: every object must
// name all its properties as required, and allow no others.
func strict(schema json.RawMessage) bool { return strictly(gjson.ParseBytes(schema), mostNested) }

// mostNested bounds how deep a schema is looked at: each level is read once more. OpenAI takes 10 levels.
const mostNested = 24

func strictly(schema gjson.Result, levels int) bool {
	if levels == 0 {
		return false
	}
	if properties := schema.Get("properties"); schema.Get("type").Str == "object" || properties.Exists() {
		if schema.Get("additionalProperties").Raw != "false" {
			return false
		}
		required := map[string]bool{}
		for _, name := range schema.Get("required").Array() {
			required[name.Str] = true
		}
		all := true
		properties.ForEach(func(name, of gjson.Result) bool {
			all = required[name.Str] && strictly(of, levels-1)
			return all
		})
		if !all {
			return false
		}
	}
	all := true
	each := func(_, of gjson.Result) bool {
		all = all && strictly(of, levels-1)
		return all
	}
	schema.Get("anyOf").ForEach(each)
	schema.Get("$defs").ForEach(each)
	if items := schema.Get("items"); items.IsObject() {
		each(gjson.Result{}, items)
	}
	return all
}
