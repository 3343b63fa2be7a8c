package redact

import (
	"encoding/base64"
	"strings"
)

// forms are the ways in which a secret may be written that pattern does not see through: itself, and within base64, where
// it may stand at three places of a group.
func forms(secret string) []string {
	list := []string{secret}
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00"[:before%3] + secret))
		// The first and the last characters are also of what stands around.
		inner := encoded[[]int{0, 2, 3}[before] : 8*(before+len(secret))/6]
		list = append(list, inner)
		if url := strings.NewReplacer("+", "-", "/", "_").Replace(inner); url != inner {
			list = append(list, url)
		}
	}
	return list
}

// patterns are texts to look for, by their first bytes.
type patterns struct {
	byFirst [256][]string
	// second has for each byte with which a pattern may begin those that may follow; nil for the others. Most of a text
	// ends here.
	second [256]*[256]bool
}

func (p *patterns) add(text string) {
	p.byFirst[text[0]] = append(p.byFirst[text[0]], text)
	p.may(text[0], text[1], '\\', '%')
	p.may('\\', 'u', '"', '\\', '/', text[1])
	for c := range byte(16) {
		p.may('%', "0123456789abcdef"[c], "0123456789ABCDEF"[c])
	}
	p.may('%', text[1])
}

func (p *patterns) may(first byte, next ...byte) {
	if p.second[first] == nil {
		p.second[first] = &[256]bool{}
	}
	for _, c := range next {
		p.second[first][c] = true
	}
}

// none reports whether there are no patterns.
func (p *patterns) none() bool { return p.second['%'] == nil }

// begins reports whether a pattern may stand at a place.
func begins[T string | []byte](p *patterns, text T, at int) bool {
	next := p.second[text[at]]
	return next != nil && (at+1 == len(text) || next[text[at+1]])
}

// span is a part of a text.
type span struct{ from, to int }

// first is where the first secret begins in a text, -1 if it has none.
func (p *patterns) first(text string) int {
	for i := 0; i < len(text); i++ {
		if !begins(p, text, i) {
			continue
		}
		if to, _ := match(p, text, i); to > 0 {
			return i
		}
	}
	return -1
}

// find returns where secrets are. Unless the text is at its end, open is where one may begin that goes on behind it; else
// it is the text's length.
func (p *patterns) find(text []byte, end bool) (found []span, open int) {
	for i := 0; i < len(text); i++ {
		if !begins(p, text, i) {
			continue
		}
		to, half := match(p, text, i)
		if half && !end {
			return found, i
		}
		if to > 0 {
			found = append(found, span{i, to})
			i = to - 1
		}
	}
	return found, len(text)
}

// match finds the longest pattern that stands at a place: where it ends, 0 if there is none. half reports that one may
// go on behind the text.
func match[T string | []byte](p *patterns, text T, at int) (to int, half bool) {
	try := func(first byte) {
		for _, pattern := range p.byFirst[first] {
			end, more := matchOne(text, at, pattern)
			to, half = max(to, end), half || more
		}
	}
	try(text[at])
	if c, n, more := escaped(text, at); more {
		half = true
	} else if n > 1 && c != text[at] {
		try(c)
	}
	return to, half
}

// matchOne matches a pattern, each of whose characters may be written as itself or escaped.
func matchOne[T string | []byte](text T, at int, pattern string) (to int, half bool) {
	for i := 0; i < len(pattern); i++ {
		if at >= len(text) {
			return 0, true
		}
		c, n, more := escaped(text, at)
		switch {
		case n > 1 && c == pattern[i]:
			at += n
		case text[at] == pattern[i]:
			at++
		default:
			return 0, more
		}
	}
	return at, false
}

// escaped reads a character that is written as in a URL, "%41", or as in JSON, "\u0041" or "\/". n is how many bytes that
// took, 1 if it is none. more reports that it may go on behind the text.
func escaped[T string | []byte](text T, at int) (c byte, n int, more bool) {
	c = text[at]
	if c != '%' && c != '\\' {
		return c, 1, false
	}
	if at+1 == len(text) {
		return c, 1, true
	}
	digits := at + 1
	if c == '\\' {
		switch text[at+1] {
		case '"', '\\', '/':
			return text[at+1], 2, false
		case 'u':
		default:
			return c, 1, false
		}
		for digits = at + 2; digits < at+4; digits++ {
			if digits == len(text) {
				return c, 1, true
			}
			if text[digits] != '0' {
				return c, 1, false
			}
		}
	}
	value := byte(0)
	for i := digits; i < digits+2; i++ {
		if i == len(text) {
			return c, 1, true
		}
		d, ok := hex(text[i])
		if !ok {
			return c, 1, false
		}
		value = value<<4 | d
	}
	return value, digits + 2 - at, false
}

func hex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
