package openai

import (
	"net/http"
	"strings"

	"afterglow/proxy/anthropic"
)

// turns writes the system prompt and the conversation.
func (e *encoder) turns() error {
	if system := e.text(e.body.System); system != "" {
		e.messages = append(e.messages, message{Role: "system", Content: system})
	}
	for n, m := range e.body.Messages {
		switch m.Role {
		case "assistant":
			e.assistant(m.Content)
		case "system":
			e.messages = append(e.messages, message{Role: "system", Content: e.text(m.Content)})
		default:
			if err := e.user(n, m.Content); err != nil {
				return err
			}
		}
	}
	return nil
}

// gap stands between texts that were blocks of their own.
const gap = "\n\n"

// text joins the texts of blocks that hold nothing else.
func (e *encoder) text(blocks anthropic.Content) any {
	texts := content{encoder: e}
	for i := range blocks {
		if b := &blocks[i]; b.Type == "text" {
			e.label(b)
			texts.say(b.Text)
			texts.cache(b)
		} else {
			e.labels.Add(anthropic.LabelFor(b.Type))
		}
	}
	return texts.value()
}

func (e *encoder) assistant(blocks anthropic.Content) {
	m := message{Role: "assistant"}
	var texts, thoughts []string
	signature := "" // of the next call
	for i := range blocks {
		b := &blocks[i]
		b.Label(&e.labels) // also with a cache_control: there is no part to hold it
		switch b.Type {
		case "text":
			texts = append(texts, b.Text)
		case "thinking":
			if of := m.prove(b); of != "" {
				signature = of
			}
			if b.Thinking != "" {
				thoughts = append(thoughts, b.Thinking)
			}
		case "tool_use":
			m.ToolCalls = append(m.ToolCalls, e.called(b, signature))
			signature = ""
		case "server_tool_use":
			e.labels.Add("server_tools")
		default:
			if strings.HasSuffix(b.Type, "_tool_result") {
				e.labels.Add("server_tools")
			} else {
				e.labels.Add(anthropic.LabelFor(b.Type))
			}
		}
	}
	if len(texts) > 0 || len(m.ToolCalls) == 0 {
		m.Content = strings.Join(texts, gap)
	}
	e.think(&m, strings.Join(thoughts, gap))
	e.messages = append(e.messages, m)
}

// think gives a message the reasoning that led to it. DeepSeek and Kimi refuse calls without any: another vendor's have
// an empty one.
func (e *encoder) think(m *message, reasoning string) {
	switch {
	case e.dialect.Reasoning == "reasoning_content":
		if reasoning != "" || len(m.ToolCalls) > 0 {
			m.ReasoningContent = &reasoning
		}
	case reasoning == "" || m.ReasoningDetails != nil || m.ReasoningOpaque != "": // what is signed says it too
	case e.dialect.Reasoning == "reasoning":
		m.Reasoning = reasoning
	default:
		e.labels.Add("thinking")
	}
}

func (e *encoder) called(b *anthropic.Block, signature string) toolCall {
	name := e.names.Sent(b.Name)
	c := toolCall{ID: e.ids.Call(b.ID, name), Type: "function"}
	if signature != "" {
		c.Extra = &extraContent{}
		c.Extra.Google.ThoughtSignature = signature
	}
	c.Function.Name, c.Function.Arguments = name, string(b.Input)
	if len(b.Input) == 0 || c.Function.Arguments == "null" {
		c.Function.Arguments = "{}"
	}
	return c
}

// user writes a user's turn: first a message for each tool's result, which must follow the calls, then
// the rest. What a tool's message cannot hold, images and files, leads the rest.
func (e *encoder) user(n int, blocks anthropic.Content) error {
	rest := content{encoder: e, message: n}
	for i := range blocks {
		if b := &blocks[i]; b.Type == "tool_result" {
			if err := e.result(&rest, i, b); err != nil {
				return err
			}
		}
	}
	for i := range blocks {
		if b := &blocks[i]; b.Type != "tool_result" {
			if err := rest.add(i, b); err != nil {
				return err
			}
		}
	}
	if last := len(e.messages) - 1; len(rest.parts) > 0 && e.family.answered && last >= 0 && e.messages[last].Role == "tool" {
		e.messages = append(e.messages, message{Role: "assistant", Content: answered})
	}
	if len(rest.parts) > 0 || len(blocks) == 0 {
		e.messages = append(e.messages, message{Role: "user", Content: rest.value()})
	}
	return nil
}

// result writes the message of a tool's result.
func (e *encoder) result(rest *content, at int, b *anthropic.Block) error {
	e.label(b)
	own := content{encoder: e, message: rest.message}
	for i := range b.Content {
		if err := own.add(at, &b.Content[i]); err != nil {
			return err
		}
	}
	var texts []string
	moved := false
	for _, p := range own.parts {
		if p.Type == "text" {
			texts = append(texts, p.Text)
			continue
		}
		if !moved {
			moved = true
			rest.parts = append(rest.parts, part{Type: "text", Text: "[result of tool call " + e.ids.Result(b.ToolUseID) + "]"})
		}
		rest.parts = append(rest.parts, p)
	}
	text := strings.Join(texts, gap)
	if moved {
		text = strings.TrimPrefix(text+gap+"[the rest of this result follows in the next message]", gap)
	}
	switch {
	case b.IsError:
		text = "[ERROR]\n" + text
	case text == "":
		text = anthropic.NoOutput
	}
	own.parts = []part{{Type: "text", Text: text}}
	own.cache(b)
	e.messages = append(e.messages, message{Role: "tool", ToolCallID: e.ids.Result(b.ToolUseID), Content: own.value()})
	return nil
}

// refuse is the error for what would change the answer if it were left out.
func refuse(message, block int, what string) error {
	return anthropic.Errorf(http.StatusBadRequest, "messages.%d.content.%d: %s cannot be sent in the Chat Completions format", message, block, what)
}
