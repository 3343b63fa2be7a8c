package usage

import (
	"bytes"

	"github.com/tidwall/gjson"

	"afterglow/proxy/bounds"
)

// longestValue bounds, in bytes, a value that Members keeps. What is asked for is a name or a few
// counts.
const longestValue = bounds.Member

// Members is an io.Writer that finds top-level members of a JSON object while its text passes. It
// keeps the values that it is asked for and nothing else, so that a text of any length costs the
// same memory. Of an array it looks into every element, and the last value counts. A text that is not
// JSON has no members.
type Members struct {
	values map[string][]byte // by the names asked for; nil until found

	depth    int  // of brackets
	level    int  // of the members; 0 before the first bracket
	object   bool // what is open at level is an object
	name     bool // the next string at level is a member's name
	inString bool
	escaped  bool
	reading  []byte // the name
	naming   bool   // the open string is a name
	keep     string // the member whose value is passing, "" if it was not asked for
	dead     bool   // no JSON object or array
}

// NewMembers returns a Members that keeps the values of these.
func NewMembers(names ...string) *Members {
	m := &Members{values: make(map[string][]byte, len(names))}
	for _, name := range names {
		m.values[name] = nil
	}
	return m
}

// Get returns a member's value. It does not exist if it was not found, or was longer than 64 KiB.
func (m *Members) Get(name string) gjson.Result {
	return gjson.ParseBytes(m.values[name])
}

// Write takes the text's next bytes, and all of them.
func (m *Members) Write(p []byte) (int, error) {
	for i := 0; i < len(p) && !m.dead; i++ {
		switch {
		case !m.inString:
			m.structure(p[i])
		case m.naming || m.keep != "" || m.escaped:
			m.text(p[i])
		default: // what is long is in strings: pictures, files
			skip := bytes.IndexByte(p[i:], '"')
			if skip < 0 {
				skip = len(p) - i
			}
			if escape := bytes.IndexByte(p[i:i+skip], '\\'); escape >= 0 {
				skip = escape
			}
			if i += skip; i < len(p) {
				m.text(p[i])
			}
		}
	}
	return len(p), nil
}

// text takes a byte within a string.
func (m *Members) text(c byte) {
	switch {
	case m.escaped:
		m.escaped = false
	case c == '\\':
		m.escaped = true
	case c == '"':
		m.inString = false
		if m.naming {
			m.naming = false
			return
		}
	}
	if m.naming {
		if len(m.reading) <= 64 { // longer than any name that is asked for
			m.reading = append(m.reading, c)
		}
		return
	}
	m.value(c)
}

// structure takes a byte between strings.
func (m *Members) structure(c byte) {
	members := m.object && m.depth == m.level
	switch c {
	case '{', '[':
		m.value(c)
		m.open(c)
	case '}', ']':
		m.close(c)
	case ',':
		if members {
			m.keep, m.name = "", true
			return
		}
		m.value(c)
	case ':':
		if members {
			m.begin()
			return
		}
		m.value(c)
	case '"':
		m.inString = true
		if members && m.name {
			m.naming, m.name, m.reading = true, false, m.reading[:0]
			return
		}
		m.value(c)
	case ' ', '\t', '\r', '\n':
	default:
		m.dead = m.level == 0
		m.value(c)
	}
}

func (m *Members) open(c byte) {
	m.depth++
	if m.level == 0 {
		m.level = 1
		if c == '[' {
			m.level = 2
		}
	}
	if m.depth == m.level {
		m.object = c == '{'
		m.name = m.object
	}
}

func (m *Members) close(c byte) {
	m.depth--
	if m.depth < m.level {
		m.keep, m.object = "", false
		m.dead = m.depth < 0
		return
	}
	m.value(c)
}

// begin starts a member's value.
func (m *Members) begin() {
	if old, asked := m.values[string(m.reading)]; asked {
		m.keep = string(m.reading)
		m.values[m.keep] = old[:0]
	}
}

// value keeps a byte of a value that was asked for.
func (m *Members) value(c byte) {
	if m.keep == "" {
		return
	}
	kept := append(m.values[m.keep], c)
	if len(kept) > longestValue {
		m.values[m.keep], m.keep = nil, ""
		return
	}
	m.values[m.keep] = kept
}
