package nesting

import "strings"

// TOML checks a TOML file. Each part of a dotted key is a level, in a table's header too. The error names the line.
func TOML(text string) error {
	t := tomlScan{text: text, begins: true}
	for t.at < len(text) {
		if !t.step() {
			return beyond(text, t.at)
		}
	}
	return nil
}

// tomlScan reads a text as far as its levels need.
type tomlScan struct {
	text   string
	at     int
	begins bool  // nothing but blanks has stood on this line
	header int   // levels of the table's header
	open   []int // levels of each bracket that is open
	key    int   // levels of the key that is being read
}

// step reads one byte, or a string or comment. It reports false where the text is nested too deep.
func (t *tomlScan) step() bool {
	c := t.text[t.at]
	begins := t.begins
	t.begins = begins && (c == ' ' || c == '\t') || c == '\n' && len(t.open) == 0
	switch c {
	case '#':
		t.skipTo("\n")
		return true
	case '"', '\'':
		t.quoted(c)
	case '.':
		t.key++
	case '[', '{':
		if c == '[' && begins {
			t.header = 0
			return t.heading()
		}
		t.open = append(t.open, t.key+1)
		t.key = 0
	case ']', '}':
		t.open = t.open[:max(0, len(t.open)-1)]
		t.key = 0
	case ',', '\n':
		t.key = 0
	}
	t.at++
	return t.depth() <= DeepestFile
}

// depth is how deep the scan stands.
func (t *tomlScan) depth() int {
	depth := t.header + t.key
	for _, n := range t.open {
		depth += n
	}
	return depth
}

// heading reads a table's header, up to the line's end.
func (t *tomlScan) heading() bool {
	for t.header = 1; t.at < len(t.text) && t.text[t.at] != '\n' && t.text[t.at] != '#'; t.at++ {
		switch c := t.text[t.at]; c {
		case '"', '\'':
			t.quoted(c)
		case '.':
			t.header++
		}
	}
	return t.header <= DeepestFile
}

// quoted moves to the end of a string: to its last quote, or the text's end.
func (t *tomlScan) quoted(quote byte) {
	end := string(quote)
	if long := strings.Repeat(end, 3); strings.HasPrefix(t.text[t.at:], long) {
		end = long
		t.at += 2
	}
	for t.at++; t.at < len(t.text); t.at++ {
		switch {
		case t.text[t.at] == '\\' && quote == '"':
			t.at++
		case strings.HasPrefix(t.text[t.at:], end):
			t.at += len(end) - 1
			for range len(end) - 1 { // a long one may end with two quotes more
				if strings.HasPrefix(t.text[t.at+1:], end[:1]) {
					t.at++
				}
			}
			return
		case t.text[t.at] == '\n' && len(end) == 1: // it is not closed: what follows is looked at
			t.at--
			return
		}
	}
	t.at = len(t.text) - 1
}

// skipTo moves to a text, or to the end.
func (t *tomlScan) skipTo(text string) {
	if i := strings.Index(t.text[t.at:], text); i >= 0 {
		t.at += i
		return
	}
	t.at = len(t.text)
}
