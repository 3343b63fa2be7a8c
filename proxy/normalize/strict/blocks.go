package strict

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"afterglow/proxy/normalize"
)

func checkBlocks(b body, rules Rules) error {
	for n, m := range b.Messages {
		for k, c := range m.blocks {
			if err := checkBlock(c, m.Role, rules.Accepts); err != nil {
				return fmt.Errorf("messages.%d.content.%d: %w", n, k, err)
			}
			var nested []block
			if json.Unmarshal(c.Content, &nested) != nil || c.Type != "tool_result" {
				continue
			}
			for _, inner := range nested {
				if err := checkKind(inner, rules.Accepts); err != nil {
					return fmt.Errorf("messages.%d.content.%d.content: %w", n, k, err)
				}
			}
		}
	}
	return nil
}

func checkBlock(c block, role string, a normalize.Accepts) error {
	switch c.Type {
	case "tool_use", "server_tool_use", "thinking", "redacted_thinking":
		if role != "assistant" {
			return fmt.Errorf("%s blocks can only be in assistant messages", c.Type)
		}
	case "tool_result":
		if role != "user" {
			return fmt.Errorf("tool_result blocks can only be in user messages")
		}
		if content := strings.Trim(string(c.Content), "\"[] "); c.IsError && content == "" {
			return fmt.Errorf("content cannot be empty if is_error is true")
		}
	}
	return checkKind(c, a)
}

func checkKind(c block, a normalize.Accepts) error {
	if c.Cache != nil && !a.CacheControl {
		return fmt.Errorf("cache_control is not permitted")
	}
	switch {
	case c.Type == "server_tool_use_delta":
	case c.Type == "image" && !a.Images:
	case c.Type == "document" && !a.Documents:
	case !a.ServerTools && (c.Type == "server_tool_use" || c.Type == "mcp_tool_use" || c.Type == "tool_reference"):
	case !a.ServerTools && strings.HasSuffix(c.Type, "_tool_result"):
	default:
		return nil
	}
	return fmt.Errorf("%s blocks are not supported", c.Type)
}

var toolID = regexp.MustCompile(`^toolu_[A-Za-z0-9_-]+$`)

// checkTools checks the client's tools: ids, inputs, and that the message after a use begins with
// its result.
func checkTools(b body, _ Rules) error {
	ids := map[string]bool{}
	var open map[string]bool // uses of the assistant's message before that have no result yet
	for n, m := range b.Messages {
		if m.Role == "system" {
			continue
		}
		answered, err := checkResults(m, open)
		if err != nil {
			return fmt.Errorf("messages.%d: %w", n, err)
		}
		if answered < len(open) {
			return fmt.Errorf("messages.%d: tool_use ids without tool_result blocks immediately after", n)
		}
		open = map[string]bool{}
		for _, c := range m.blocks {
			if c.Type != "tool_use" {
				continue
			}
			var input map[string]any
			switch {
			case !toolID.MatchString(c.ID):
				return fmt.Errorf("messages.%d: tool_use.id %q should match pattern", n, c.ID)
			case ids[c.ID]:
				return fmt.Errorf("messages.%d: tool_use ids must be unique, %q", n, c.ID)
			case json.Unmarshal(c.Input, &input) != nil || input == nil:
				return fmt.Errorf("messages.%d: tool_use.input should be an object, is %s", n, c.Input)
			}
			ids[c.ID], open[c.ID] = true, true
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("messages: tool_use ids without tool_result blocks at the end")
	}
	return nil
}

func checkResults(m message, open map[string]bool) (answered int, err error) {
	done, text := map[string]bool{}, false
	for _, c := range m.blocks {
		switch {
		case c.Type != "tool_result":
			text = true
		case !open[c.ToolUseID]:
			return 0, fmt.Errorf("unexpected tool_use_id %q: no such tool_use in the message before", c.ToolUseID)
		case done[c.ToolUseID]:
			return 0, fmt.Errorf("more than one tool_result for %q", c.ToolUseID)
		case text:
			return 0, fmt.Errorf("tool_result after other content")
		default:
			done[c.ToolUseID] = true
		}
	}
	return len(done), nil
}

func checkThinking(b body, rules Rules) error {
	a := rules.Accepts
	if t := b.Thinking; t != nil {
		switch {
		case a.Thinking == "none", t.Type == "adaptive" && a.Thinking == "enabled":
			return fmt.Errorf("thinking: %q is not supported", t.Type)
		case t.Type == "enabled" && b.MaxTokens > 0 && t.Budget >= b.MaxTokens:
			return fmt.Errorf("thinking: budget_tokens must be below max_tokens")
		}
	}
	for n, m := range b.Messages {
		for _, c := range m.blocks {
			known := c.Signature + c.Data
			if c.Type == "thinking" && c.Signature == "" {
				known = c.Thinking
			}
			switch {
			case c.Type != "thinking" && c.Type != "redacted_thinking":
			case a.Thinking == "none":
				return fmt.Errorf("messages.%d: %s blocks are not supported", n, c.Type)
			case rules.Issued != nil && !rules.Issued(known):
				return fmt.Errorf("messages.%d: invalid signature in thinking block", n)
			case rules.Issued == nil && c.Type == "thinking" && c.Signature == "" && !a.Unsigned:
				return fmt.Errorf("messages.%d: thinking.signature: field required", n)
			}
		}
	}
	return nil
}
