package gemini

import (
	"strings"

	"afterglow/proxy/anthropic"
)

// tools translates the tools and the choice among them. Those that only Anthropic runs are left out;
// a web search on its own becomes Google's, which takes no functions beside it.
func tools(b *anthropic.Body, names *anthropic.Names, labels *anthropic.Labels) ([]tool, *toolConfig) {
	var functions []declaration
	search := false
	for _, t := range b.Tools {
		if anthropic.Given(t.CacheControl) {
			labels.Add("cache_control")
		}
		if t.Type != "" && t.Type != "custom" {
			labels.Add("server_tools")
			search = search || strings.HasPrefix(t.Type, "web_search_")
			continue
		}
		functions = append(functions, function(t, names.Tool(t.Name), labels))
	}
	switch {
	case len(functions) > 0:
		return []tool{{FunctionDeclarations: functions}}, choice(b.ToolChoice, functions, names, labels)
	case b.ToolChoice != nil && b.ToolChoice.Type != "auto" && b.ToolChoice.Type != "none":
		labels.Add("tool_choice")
	}
	if search && (b.ToolChoice == nil || b.ToolChoice.Type != "none") {
		labels.Add("google_search")
		return []tool{{GoogleSearch: &struct{}{}}}, nil
	}
	return nil, nil
}

func function(t anthropic.Tool, name string, labels *anthropic.Labels) declaration {
	if t.Strict != nil && *t.Strict {
		labels.Add("strict")
	}
	if t.DeferLoading {
		labels.Add("defer_loading")
	}
	schema, lossy := cleanSchema(t.InputSchema)
	if lossy {
		labels.Add("tool_schema")
	}
	return declaration{Name: name, Description: t.Description, Parameters: schema}
}

func choice(c *anthropic.ToolChoice, functions []declaration, names *anthropic.Names, labels *anthropic.Labels) *toolConfig {
	if c == nil {
		return nil
	}
	if c.DisableParallel {
		labels.Add("disable_parallel_tool_use")
	}
	config := functionCallingConfig{}
	switch c.Type {
	case "auto":
		config.Mode = "AUTO"
	case "any":
		config.Mode = "ANY"
	case "none":
		config.Mode = "NONE"
	case "tool":
		config.Mode = "ANY"
		for _, f := range functions {
			if f.Name == names.Sent(c.Name) {
				config.AllowedFunctionNames = []string{f.Name}
			}
		}
		if config.AllowedFunctionNames == nil {
			labels.Add("tool_choice")
			return nil
		}
	default:
		labels.Add("tool_choice")
		return nil
	}
	return &toolConfig{config}
}
