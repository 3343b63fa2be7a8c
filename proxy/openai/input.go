package openai

import (
	"bytes"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/nesting"
)

// input is what has come of a call's arguments, and where in their JSON they stand.
type input struct {
	text      []byte
	depth     int // open braces and brackets
	quoted    bool
	escaped   bool
	last      byte // the last that is no space, outside of texts
	ended     bool // the first value, an object, is closed
	malformed bool // something follows it
}

func (i *input) add(piece string) {
	i.text = append(i.text, piece...)
	for _, c := range []byte(piece) {
		switch {
		case i.quoted:
			i.quote(c)
		case c == ' ', c == '\n', c == '\t', c == '\r':
			continue
		default:
			i.malformed = i.malformed || i.ended
			i.last = c
			switch c {
			case '"':
				i.quoted = true
			case '{', '[':
				i.depth++
			case '}', ']':
				i.depth--
				i.ended = i.ended || i.depth == 0
			}
		}
	}
}

// quote reads a character within a text.
func (i *input) quote(c byte) {
	switch {
	case i.escaped:
		i.escaped = false
	case c == '\\':
		i.escaped = true
	case c == '"':
		i.quoted = false
	}
}

// blank reports whether nothing was said, or only what some vendors send first and then put right.
func (i *input) blank() bool {
	t := bytes.TrimSpace(i.text)
	return len(t) == 0 || string(t) == "{}" || string(t) == "null"
}

// object reports whether it may be passed on as it comes: it is an object and not an empty one.
func (i *input) object() bool {
	t := bytes.TrimSpace(i.text)
	return len(t) > 0 && t[0] == '{' && !i.blank()
}

// complete reports whether it is one object.
func (i *input) complete() bool {
	return i.ended && !i.malformed && isObject(i.text)
}

func isObject(text []byte) bool {
	return len(text) > 0 && nesting.ValidBytes(text) && gjson.ParseBytes(text).IsObject()
}

// rest is what a piece adds. Some vendors say all of it again with each piece, or once more at the end. A piece that
// begins as all before it did is such a one, unless an object may begin here.
func (i *input) rest(piece string) string {
	whole := string(i.text)
	switch {
	case i.ended && strings.TrimSpace(piece) == strings.TrimSpace(whole):
		return ""
	case len(whole) > 0 && whole[0] == '{' && strings.HasPrefix(piece, whole) && (i.quoted || !strings.ContainsRune(":[,", rune(i.last))):
		return piece[len(whole):]
	}
	return piece
}

// decoded is the input of a call that was not passed on as it came: once its encoding as a text is taken off, if it has
// one.
func (i *input) decoded() []byte {
	if i.blank() {
		return bytes.TrimSpace(bytes.ReplaceAll(i.text, []byte("null"), nil))
	}
	if nesting.ValidBytes(i.text) {
		if v := gjson.ParseBytes(i.text); v.Type == gjson.String {
			if strings.TrimSpace(v.Str) == "" || isObject([]byte(v.Str)) {
				return bytes.TrimSpace([]byte(v.Str))
			}
		}
	}
	return i.text
}
