// Package strict checks a request body against the rules of the Messages API, more sternly than any
// vendor does. Only tests use it: as the judge of what package normalize makes, and as the ears of
// simulated vendors. It decodes the body with encoding/json and shares no code with normalize, so the
// two cannot be wrong together.
package strict

import (
	"encoding/json"
	"fmt"
	"strings"

	"afterglow/proxy/normalize"
)

// Rules are what one vendor refuses.
type Rules struct {
	// Accepts is what it takes.
	Accepts normalize.Accepts
	// Issued reports whether the vendor made thinking that is known by a signature, by its data if
	// it is redacted, by its text if it is unsigned. With nil, it takes anybody's.
	Issued func(signature string) bool
}

type body struct {
	Messages          []message          `json:"messages"`
	System            json.RawMessage    `json:"system"`
	Tools             []map[string]any   `json:"tools"`
	ToolChoice        map[string]any     `json:"tool_choice"`
	Thinking          *thinkingParameter `json:"thinking"`
	MaxTokens         int                `json:"max_tokens"`
	ContextManagement json.RawMessage    `json:"context_management"`
	CacheControl      json.RawMessage    `json:"cache_control"`
}

type thinkingParameter struct {
	Type   string `json:"type"`
	Budget int    `json:"budget_tokens"`
}

type message struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
	blocks  []block
}

type block struct {
	Type      string          `json:"type"`
	Text      *string         `json:"text"`
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Input     json.RawMessage `json:"input"`
	ToolUseID string          `json:"tool_use_id"`
	Content   json.RawMessage `json:"content"`
	IsError   bool            `json:"is_error"`
	Thinking  string          `json:"thinking"`
	Signature string          `json:"signature"`
	Data      string          `json:"data"`
	Cache     json.RawMessage `json:"cache_control"`
}

// Check returns the first rule that a body breaks, with the place of the message; nil if none.
func Check(data []byte, rules Rules) error {
	var b body
	if err := json.Unmarshal(data, &b); err != nil {
		return fmt.Errorf("decode body: %w", err)
	}
	if len(b.Messages) == 0 {
		return fmt.Errorf("messages: at least one message is required")
	}
	for n := range b.Messages {
		if err := b.Messages[n].decode(n == len(b.Messages)-1); err != nil {
			return fmt.Errorf("messages.%d: %w", n, err)
		}
	}
	for _, check := range []func(body, Rules) error{checkEnvelope, checkRoles, checkBlocks, checkTools, checkThinking} {
		if err := check(b, rules); err != nil {
			return err
		}
	}
	return nil
}

func (m *message) decode(last bool) error {
	var text string
	if json.Unmarshal(m.Content, &text) == nil {
		m.blocks = []block{{Type: "text", Text: &text}}
	} else if err := json.Unmarshal(m.Content, &m.blocks); err != nil {
		return fmt.Errorf("decode content: %w", err)
	}
	if last && m.Role == "assistant" {
		return nil // may be empty
	}
	if len(m.blocks) == 0 {
		return fmt.Errorf("content is empty")
	}
	for _, b := range m.blocks {
		if b.Type == "text" && (b.Text == nil || strings.TrimSpace(*b.Text) == "") {
			return fmt.Errorf("text without words")
		}
	}
	return nil
}

func checkEnvelope(b body, rules Rules) error {
	a := rules.Accepts
	if b.ContextManagement != nil && !a.ContextManagement {
		return fmt.Errorf("context_management: extra inputs are not permitted")
	}
	if b.CacheControl != nil && !a.CacheControl {
		return fmt.Errorf("cache_control: extra inputs are not permitted")
	}
	names := map[string]bool{}
	for _, tool := range b.Tools {
		names[fmt.Sprint(tool["name"])] = true
		if kind, typed := tool["type"]; typed && kind != "custom" && !a.ServerTools {
			return fmt.Errorf("tools: unknown type %v", kind)
		}
		if tool["cache_control"] != nil && !a.CacheControl {
			return fmt.Errorf("tools: cache_control is not permitted")
		}
	}
	if name := b.ToolChoice["name"]; name != nil && !names[fmt.Sprint(name)] {
		return fmt.Errorf("tool_choice: no tool %q", name)
	}
	var blocks []block
	if json.Unmarshal(b.System, &blocks) == nil {
		for _, s := range blocks {
			if s.Text != nil && strings.HasPrefix(*s.Text, "x-anthropic-billing-header:") && !a.Billing {
				return fmt.Errorf("system: a billing header")
			}
			if s.Cache != nil && !a.CacheControl {
				return fmt.Errorf("system: cache_control is not permitted")
			}
		}
	}
	return nil
}

func checkRoles(b body, rules Rules) error {
	before, first := "", true
	for n, m := range b.Messages {
		switch {
		case m.Role == "system" && !rules.Accepts.SystemRole:
			return fmt.Errorf("messages.%d: role 'system' is not supported on this model", n)
		case m.Role != "user" && m.Role != "assistant" && m.Role != "system":
			return fmt.Errorf("messages.%d: role %q", n, m.Role)
		case m.Role == "assistant" && first:
			return fmt.Errorf("messages.%d: first message must use the user role", n)
		case m.Role == before && m.Role != "system" && !rules.Accepts.Consecutive:
			return fmt.Errorf("messages.%d: roles must alternate", n)
		}
		first = first && m.Role == "system"
		before = m.Role
	}
	return nil
}
