package openai

import (
	"strings"

	"afterglow/proxy/anthropic"
)

// content collects the parts of a user's turn, or of a tool's result.
type content struct {
	encoder *encoder
	message int // its place in the request, for errors
	parts   []part
}

func (c *content) say(text string) { c.parts = append(c.parts, part{Type: "text", Text: text}) }

// value is the content: a string where it is text alone, because some vendors take nothing else.
func (c *content) value() any {
	var texts []string
	for _, p := range c.parts {
		if p.Type != "text" || p.CacheControl != nil {
			return c.parts
		}
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, gap)
}

// add adds the block at a place of the message.
func (c *content) add(at int, b *anthropic.Block) error {
	c.encoder.label(b)
	defer c.cache(b)
	switch b.Type {
	case "text":
		c.say(b.Text)
	case "image":
		return c.image(at, b.Source)
	case "document":
		return c.document(at, b)
	case "search_result":
		return c.found(at, b)
	case "tool_reference":
		c.encoder.labels.Add("tool_reference")
		c.say("[tool: " + b.ToolName + "]")
	default:
		c.encoder.labels.Add(anthropic.LabelFor(b.Type))
	}
	return nil
}

func (c *content) image(at int, s *anthropic.Source) error {
	switch {
	case s != nil && s.Type == "base64":
		c.parts = append(c.parts, part{Type: "image_url", ImageURL: &imageURL{dataURL(s)}})
	case s != nil && s.Type == "url":
		c.parts = append(c.parts, part{Type: "image_url", ImageURL: &imageURL{s.URL}})
	default:
		return refuse(c.message, at, "an image that is not given by its bytes or its address")
	}
	return nil
}

func dataURL(s *anthropic.Source) string { return "data:" + s.MediaType + ";base64," + s.Data }

// document is a file where it is given by its bytes, else its text under its title.
func (c *content) document(at int, b *anthropic.Block) error {
	s := b.Source
	if s == nil {
		return refuse(c.message, at, "a document without a source")
	}
	switch s.Type {
	case "base64":
		name := b.Title
		if name == "" {
			name = "document.pdf"
		}
		if b.Context != "" {
			c.say(b.Context)
		}
		c.parts = append(c.parts, part{Type: "file", File: &file{Name: name, Data: dataURL(s)}})
		return nil
	case "text":
		c.titled(b)
		c.say(s.Data)
		return nil
	case "content":
		c.titled(b)
		return c.all(at, s.Content)
	}
	return refuse(c.message, at, "a document that is not given by its bytes or its text")
}

// titled says what a document is called and where it comes from.
func (c *content) titled(b *anthropic.Block) {
	for _, text := range []string{b.Title, b.Context} {
		if text != "" {
			c.say(text)
		}
	}
}

func (c *content) found(at int, b *anthropic.Block) error {
	c.titled(b)
	if b.Source != nil && b.Source.URL != "" {
		c.say(b.Source.URL)
	}
	return c.all(at, b.Content)
}

func (c *content) all(at int, blocks anthropic.Content) error {
	for i := range blocks {
		if err := c.add(at, &blocks[i]); err != nil {
			return err
		}
	}
	return nil
}
