package normalize

import (
	"strings"

	"github.com/tidwall/gjson"
)

// cursor walks over JSON text once, without decoding it. gjson would scan a block's text again at
// every level above it, which is most of a conversation four times. The cursor is lenient: on text
// that is not JSON it ends somewhere, and whoever edits checks the whole text first.
type cursor struct {
	s   string
	i   int
	bad bool // the text ended too early, or something else stood where a value was expected
}

func (c *cursor) space() {
	for c.i < len(c.s) {
		switch c.s[c.i] {
		case ' ', '\n', '\t', '\r':
			c.i++
		default:
			return
		}
	}
}

// peek returns the first byte of the next value, 0 at the end.
func (c *cursor) peek() byte {
	c.space()
	if c.i >= len(c.s) {
		c.bad = true
		return 0
	}
	return c.s[c.i]
}

// open enters an object or an array; it reports whether there is one.
func (c *cursor) open(bracket byte) bool {
	if c.peek() != bracket {
		return false
	}
	c.i++
	return true
}

// next moves to the next item of an object or array; false at its end.
func (c *cursor) next(bracket byte) bool {
	switch c.peek() {
	case bracket:
		c.i++
		return false
	case ',':
		c.i++
		c.space()
	}
	return !c.bad
}

// key reads a key and its colon.
func (c *cursor) key() string {
	k := c.text()
	if c.peek() == ':' {
		c.i++
	} else {
		c.bad = true
	}
	c.space()
	return k
}

// text reads a string and decodes it; a copy is made only where there are escapes.
func (c *cursor) text() string { return decode(c.str()) }

// str reads a string and returns it as it is written, quotes included; "" if there is none.
func (c *cursor) str() string {
	if c.peek() != '"' {
		c.bad = true
		return ""
	}
	start := c.i
	i := start + 1
	for end := min(i+short, len(c.s)); i < end && c.s[i] != '\\'; i++ {
		if c.s[i] == '"' {
			c.i = i + 1
			return c.s[start:c.i]
		}
	}
	for {
		j := strings.IndexByte(c.s[i:], '"')
		if j < 0 {
			c.i, c.bad = len(c.s), true
			return ""
		}
		i += j + 1
		k := i - 2
		for c.s[k] == '\\' {
			k--
		}
		if (i-2-k)%2 == 0 { // an even number of backslashes: the quote is not escaped
			c.i = i
			return c.s[start:i]
		}
	}
}

// short is how long a string may be to be read byte by byte: most are keys, types and ids, for which
// a call of IndexByte costs more. Found by measuring.
const short = 24

// skip passes over a value and returns it as it is written.
func (c *cursor) skip() string {
	first := c.peek()
	start := c.i
	switch first {
	case '"':
		return c.str()
	case '{', '[':
		c.skipNested()
	default:
		for c.i < len(c.s) && strings.IndexByte(",]} \n\t\r", c.s[c.i]) < 0 {
			c.i++
		}
		c.bad = c.bad || c.i == start
	}
	return c.s[start:c.i]
}

func (c *cursor) skipNested() {
	for depth := 0; c.i < len(c.s) && !c.bad; {
		switch c.s[c.i] {
		case '"':
			c.str()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.i++
		if depth == 0 {
			return
		}
	}
	c.bad = true
}

// decode returns what a string that is written with its quotes means. Anything else stays as it is.
func decode(written string) string {
	if len(written) < 2 || written[0] != '"' {
		return written
	}
	if inside := written[1 : len(written)-1]; strings.IndexByte(inside, '\\') < 0 {
		return inside
	}
	return gjson.Parse(written).Str
}

// blank reports whether a written string holds nothing but white space. Vendors refuse such text.
func blank(written string) bool {
	if len(written) < 2 || written[0] != '"' {
		return false
	}
	for s := written[1 : len(written)-1]; s != ""; {
		switch {
		case s[0] == ' ':
			s = s[1:]
		case len(s) > 1 && s[0] == '\\' && strings.IndexByte("ntr", s[1]) >= 0:
			s = s[2:]
		default:
			return false
		}
	}
	return true
}
