package config

import (
	"fmt"
	"slices"
	"strings"
)

// splice puts a text in place of a part, and finds all places anew.
func (d *document) splice(at span, text string) error {
	next, err := locate(d.text[:at.from] + text + d.text[at.to:])
	if err == nil {
		*d = next
	}
	return err
}

// set writes a value, in TOML, under a path of a table: where it is, or beside what is written of the same table.
func (d *document) set(t table, path []string, text string) error {
	if f, ok := d.find(t, path...); ok {
		if d.text[f.pair.value.from:f.pair.value.to] == text {
			return nil
		}
		return d.splice(f.pair.value.span, text)
	}
	name := d.sections[t.first].name
	for n := len(path) - 1; n > 0; n-- {
		if f, ok := d.find(t, path[:n]...); ok { // an inline table
			return d.addMember(f.pair.value, member(path[n:], text))
		}
		for i := t.first + 1; i < t.end; i++ {
			if s := d.sections[i]; !s.array && slices.Equal(s.name[len(name):], path[:n]) {
				return d.addLine(d.sectionEnd(i), member(path[n:], text))
			}
		}
		if at, prefix, ok := d.dotted(t, path[:n]); ok {
			return d.addLine(at, dottedKey(prefix)+"."+member(path[n:], text))
		}
	}
	return d.addLine(d.sectionEnd(t.first), member(path, text))
}

// dotted finds the last pair whose key begins with a path and goes on, and that path as it is written there.
func (d *document) dotted(t table, path []string) (at int, prefix []string, ok bool) {
	depth := len(d.sections[t.first].name)
	for i := t.first; i < t.end; i++ {
		s := d.sections[i]
		above := s.name[depth:]
		if s.array && i > t.first || len(above) >= len(path) || !starts(path, above) {
			continue
		}
		for _, p := range s.pairs {
			if rest := path[len(above):]; len(p.key) > len(rest) && starts(p.key, rest) {
				at, prefix, ok = p.whole.to, rest, true
			}
		}
	}
	return at, prefix, ok
}

// sectionEnd is where the last pair of a section ends, or else its header. It is 0 at the begin of a text.
func (d *document) sectionEnd(i int) int {
	if pairs := d.sections[i].pairs; len(pairs) > 0 {
		return pairs[len(pairs)-1].whole.to
	}
	return d.sections[i].header.to
}

// addLine adds a line behind the one that a place is in, as far in as that one.
func (d *document) addLine(at int, line string) error {
	indent := ""
	if f := d.pairAt(at); f != nil {
		start := d.lineStart(f.whole.from)
		indent = d.text[start:d.skip(start, " \t")]
	}
	end := d.lineEnd(at)
	if end > 0 && d.text[end-1] != '\n' {
		return d.splice(span{end, end}, d.newline()+indent+line)
	}
	return d.splice(span{end, end}, indent+line+d.newline())
}

// pairAt is the pair on lines of its own that ends at a place.
func (d *document) pairAt(at int) *pair {
	for i := range d.sections {
		for k := range d.sections[i].pairs {
			if p := &d.sections[i].pairs[k]; p.whole.to == at {
				return p
			}
		}
	}
	return nil
}

func (d *document) addMember(in value, text string) error {
	if len(in.pairs) == 0 {
		return d.splice(in.span, "{ "+text+" }")
	}
	end := in.pairs[len(in.pairs)-1].whole.to
	return d.splice(span{end, end}, ", "+text)
}

// remove takes out what is written under a path, if anything is.
func (d *document) remove(t table, path ...string) error {
	if f, ok := d.find(t, path...); ok {
		if f.within != nil {
			return d.removeMember(f)
		}
		return d.removeLines(f.pair.whole)
	}
	return nil
}

// removeAll takes out a table that is written under a path in any way, its sections too.
func (d *document) removeAll(t table, path ...string) error {
	if err := d.remove(t, path...); err != nil {
		return err
	}
	depth := len(d.sections[t.first].name)
	for i := t.end - 1; i > t.first; i-- {
		if starts(d.sections[i].name[depth:], path) {
			if err := d.removeTable(table{i, i + 1}); err != nil {
				return err
			}
		}
	}
	for {
		at, _, ok := d.dotted(t, path)
		if !ok {
			return nil
		}
		if err := d.removeLines(d.pairAt(at).whole); err != nil {
			return err
		}
	}
}

func (d *document) removeMember(f found) error {
	i := slices.IndexFunc(f.within, func(p pair) bool { return p.whole == f.pair.whole })
	at := f.pair.whole
	switch {
	case i > 0:
		at.from = f.within[i-1].whole.to
	case len(f.within) > 1:
		at.to = f.within[1].whole.from
	default:
		at.from, at.to = strings.LastIndexByte(d.text[:at.from], '{')+1, d.filler(at.to)
	}
	return d.splice(at, "")
}

// removeLines takes out the lines that a part is on. A text whose last line has no line end keeps none.
func (d *document) removeLines(at span) error {
	from, to := d.lineStart(at.from), d.lineEnd(at.to)
	if to == len(d.text) && !strings.HasSuffix(d.text, "\n") {
		from = len(strings.TrimSuffix(strings.TrimSuffix(d.text[:from], "\n"), "\r"))
	}
	return d.splice(span{from, to}, "")
}

// removeTable takes out a table with its header, the comments right above and below, and the blank lines before it.
func (d *document) removeTable(t table) error {
	from := d.above(d.sections[t.first].header.from)
	to := d.lineEnd(d.sectionEnd(t.end - 1))
	to = d.below(to)
	blank := from
	for blank > 0 && strings.TrimSpace(d.text[d.lineStart(blank-1):blank]) == "" {
		blank = d.lineStart(blank - 1)
	}
	if blank == from {
		for to < len(d.text) && strings.TrimSpace(d.text[to:d.lineEnd(to)]) == "" {
			to = d.lineEnd(to)
		}
	}
	return d.splice(span{blank, to}, "")
}

// above is where the comment begins that stands right above a line; the line itself if there is none, or if it is
// the text's own, at its begin.
func (d *document) above(line int) int {
	at := line
	for at > 0 {
		before := d.lineStart(at - 1)
		if !strings.HasPrefix(strings.TrimLeft(d.text[before:at], " \t"), "#") {
			break
		}
		at = before
	}
	if at == 0 {
		return line
	}
	return at
}

// below is where the comment ends that stands right below a table; the place itself if it is the next header's.
func (d *document) below(line int) int {
	at := line
	for at < len(d.text) && d.text[d.skip(at, " \t"):] != "" && d.text[d.skip(at, " \t")] == '#' {
		at = d.lineEnd(at)
	}
	if next := d.skip(at, " \t"); next < len(d.text) && d.text[next] == '[' {
		return line
	}
	return at
}

// commented reports whether a comment stands behind a value on its line.
func (d *document) commented(p pair) bool {
	return strings.Contains(d.text[p.whole.to:d.lineEnd(p.whole.to)], "#")
}

// member is a key with its value; a path of several parts makes tables.
func member(path []string, text string) string {
	for i := len(path) - 1; i > 0; i-- {
		text = "{ " + keyText(path[i]) + " = " + text + " }"
	}
	return keyText(path[0]) + " = " + text
}

func dottedKey(path []string) string {
	var parts []string
	for _, p := range path {
		parts = append(parts, keyText(p))
	}
	return strings.Join(parts, ".")
}

// keyText is one part of a key in TOML.
func keyText(key string) string {
	bare := key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return !(r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	})
	if bare {
		return key
	}
	return quoted(key)
}

// quoted is a text as a TOML string.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
