package anthropic

import "strings"

// thinkTags finds thinking that a model writes into its text between tags, which some vendors leave there: MiniMax and the
// models of Ollama and LM Studio <think>, Claude on Antigravity <thinking>. Only the beginning of an answer is
// looked at. The zero value stands before it.
type thinkTags struct {
	place place
	held  string // what may be a tag, or the space around one
	end   string // the tag that closes the thinking
	began bool   // thinking that is not space has come
}

// place is where in an answer thinkTags is.
type place uint8

const (
	before place = iota // nothing but space has come
	within
	behind // the space behind the thinking, which nobody needs
	past   // there are no more tags
)

var tags = []struct{ open, close string }{{"<think>", "</think>"}, {"<thinking>", "</thinking>"}}

// split returns what is to be written of a text that goes on with more: thinking, then text.
func (t *thinkTags) split(more string) (thinking, text string) {
	if t.place == past {
		return "", more
	}
	t.held += more
	if t.place == before && !t.open() {
		return "", t.text()
	}
	if t.place == within {
		thinking = t.close()
	}
	if t.place == behind {
		t.held = strings.TrimLeft(t.held, " \t\r\n")
		if t.held != "" {
			t.place = past
		}
	}
	return thinking, t.text()
}

// text is what is held, once the tags are past.
func (t *thinkTags) text() (text string) {
	if t.place == past {
		text, t.held = t.held, ""
	}
	return text
}

// open looks for a tag that opens thinking, and reports whether there is one.
func (t *thinkTags) open() bool {
	text := strings.TrimLeft(t.held, " \t\r\n")
	maybe := false
	for _, tag := range tags {
		if rest, ok := strings.CutPrefix(text, tag.open); ok {
			t.place, t.held, t.end = within, rest, tag.close
			return true
		}
		maybe = maybe || strings.HasPrefix(tag.open, text)
	}
	if !maybe {
		t.place = past
	}
	return false
}

// close returns the thinking as far as it has come, and keeps what may begin the tag that closes it.
func (t *thinkTags) close() (thinking string) {
	if !t.began {
		t.held = strings.TrimLeft(t.held, " \t\r\n")
		t.began = t.held != "" && !strings.HasPrefix(t.end, t.held)
	}
	thinking, rest, found := strings.Cut(t.held, t.end)
	if found {
		t.place, t.held = behind, rest
		return thinking
	}
	keep := min(len(t.end)-1, len(t.held))
	for !strings.HasPrefix(t.end, t.held[len(t.held)-keep:]) {
		keep--
	}
	thinking, t.held = t.held[:len(t.held)-keep], t.held[len(t.held)-keep:]
	return thinking
}

// flush returns what is held when something other than text follows: there are no tags any more.
func (t *thinkTags) flush() (thinking, text string) {
	switch t.place {
	case before:
		text = t.held
	case within:
		thinking = t.held
	}
	if t.held != "" || t.place == within {
		t.place = past
	}
	t.held = ""
	return thinking, text
}
