package gemini

import (
	"path"
	"strings"

	"afterglow/proxy/anthropic"
)

// gave adds a block of a user's message, or one that may be in any.
func (t *turns) gave(b anthropic.Block) error {
	if b.Type == "tool_result" {
		return t.result(b)
	}
	t.flush()
	parts, err := t.parts(b)
	for _, p := range parts {
		t.add(p)
	}
	return err
}

// flush adds the media that results brought.
func (t *turns) flush() {
	for _, p := range t.moved {
		t.add(p)
	}
	t.moved = nil
}

// parts translates a block that is not about a call. A kind without a part gets a label.
func (t *turns) parts(b anthropic.Block) ([]part, error) {
	switch b.Type {
	case "text":
		return []part{text(b.Text)}, nil
	case "image":
		p, err := t.media(b.Type, b.Source, "image/jpeg")
		return []part{p}, err
	case "document":
		return t.document(b)
	case "search_result":
		return t.searchResult(b)
	case "tool_reference":
		t.labels.Add("tool_reference")
		return []part{text("[tool: " + b.ToolName + "]")}, nil
	case "thinking", "redacted_thinking":
		t.labels.Add("thinking_dropped")
	case "server_tool_use", "mcp_tool_use":
		t.labels.Add("server_tools")
	default:
		if strings.HasSuffix(b.Type, "_tool_result") {
			t.labels.Add("server_tools")
		} else {
			t.labels.Add(anthropic.LabelFor(b.Type))
		}
	}
	return nil, nil
}

// media translates a source of bytes. kind is that of the URL if nothing tells it.
func (t *turns) media(block string, s *anthropic.Source, kind string) (part, error) {
	if s == nil {
		return part{}, t.refuse("%s without a source", block)
	}
	switch s.Type {
	case "base64":
		return part{InlineData: &blob{s.MediaType, s.Data}}, nil
	case "url":
		if head, data, ok := strings.Cut(s.URL, ";base64,"); ok && strings.HasPrefix(head, "data:") {
			return part{InlineData: &blob{strings.TrimPrefix(head, "data:"), data}}, nil
		}
		if known := kindOfURL(s.URL); known != "" {
			kind = known
		}
		if s.MediaType != "" {
			kind = s.MediaType
		}
		return part{FileData: &fileData{kind, s.URL}}, nil
	}
	return part{}, t.refuse("this vendor takes no %s with a source of type %q", block, s.Type)
}

// kindOfURL is the media type that a URL's ending tells, "" if it tells none. The system's table of
// types would make it depend on the machine.
func kindOfURL(url string) string {
	url, _, _ = strings.Cut(url, "?")
	switch strings.ToLower(path.Ext(url)) {
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	case ".pdf":
		return "application/pdf"
	case ".txt", ".md":
		return "text/plain"
	}
	return ""
}

// document translates a document, its title and context ahead of it.
func (t *turns) document(b anthropic.Block) (parts []part, err error) {
	for _, about := range []string{b.Title, b.Context} {
		if about != "" {
			parts = append(parts, text(about))
		}
	}
	switch {
	case b.Source != nil && b.Source.Type == "text":
		return append(parts, text(b.Source.Data)), nil
	case b.Source != nil && b.Source.Type == "content":
		return t.all(parts, b.Source.Content)
	}
	p, err := t.media(b.Type, b.Source, "application/pdf")
	return append(parts, p), err
}

// searchResult translates what a client found: the title and the source, then the text.
func (t *turns) searchResult(b anthropic.Block) ([]part, error) {
	var parts []part
	if b.Title != "" {
		parts = append(parts, text(b.Title))
	}
	if b.Source != nil && b.Source.URL != "" {
		parts = append(parts, text(b.Source.URL))
	}
	return t.all(parts, b.Content)
}

// all translates the blocks inside a block.
func (t *turns) all(parts []part, blocks anthropic.Content) ([]part, error) {
	for _, b := range blocks {
		b.Label(t.labels)
		more, err := t.parts(b)
		if err != nil {
			return nil, err
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

// result translates a tool's result. A response holds text; media follow behind the message's last
// result, each after a text that says whose it is.
func (t *turns) result(b anthropic.Block) error {
	parts, err := t.all(nil, b.Content)
	if err != nil {
		return err
	}
	var texts []string
	for _, p := range parts {
		if p.Text != nil {
			texts = append(texts, *p.Text)
			continue
		}
		t.moved = append(t.moved, text("[of the result of "+b.ToolUseID+":]"), p)
	}
	answer := strings.Join(texts, "\n")
	if len(parts) == 0 || len(texts) == len(parts) && answer == "" {
		answer = anthropic.NoOutput
	}
	f := functionResponse{ID: t.ids.Result(b.ToolUseID), Name: t.tools[b.ToolUseID], Response: response{Output: &answer}}
	if f.Name == "" {
		f.Name = t.names.Sent(b.ToolUseID)
	}
	if b.IsError {
		f.Response = response{Error: &answer}
	}
	t.add(part{FunctionResponse: &f})
	return nil
}
