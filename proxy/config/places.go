package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// document says where in a TOML text everything is, so that single values can be replaced and every other byte stays.
type document struct {
	text     string
	sections []section // the first is what stands before any header
}

// section is a header and what stands below it.
type section struct {
	name   []string // nil for the first
	array  bool     // [[name]]
	header span     // its line, without the line's end; empty for the first
	pairs  []pair
}

// span is a part of a text.
type span struct{ from, to int }

// pair is a key with its value.
type pair struct {
	key   []string // a dotted one has several parts
	whole span
	value value
}

// value is where a value is, and what is in it.
type value struct {
	span
	kind  unstable.Kind
	str   string  // of a string
	items []value // of an array
	pairs []pair  // of an inline table
}

// locate reads a text that is known to be TOML.
func locate(text string) (d document, err error) {
	d = document{text: text, sections: []section{{}}}
	p := unstable.Parser{}
	p.Reset([]byte(text))
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.KeyValue {
			last := &d.sections[len(d.sections)-1]
			last.pairs = append(last.pairs, d.pair(e))
			continue
		}
		s := section{array: e.Kind == unstable.ArrayTable}
		for it := e.Key(); it.Next(); {
			if s.name == nil {
				s.header.from = d.lineStart(int(it.Node().Raw.Offset))
			}
			s.name = append(s.name, string(it.Node().Data))
			s.header.to = int(it.Node().Raw.Offset + it.Node().Raw.Length)
		}
		s.header.to = d.skip(s.header.to, " \t]")
		d.sections = append(d.sections, s)
	}
	if err := p.Error(); err != nil {
		return d, fmt.Errorf("find the places to edit: %w", err)
	}
	return d, nil
}

func (d *document) pair(e *unstable.Node) pair {
	p := pair{whole: span{int(e.Raw.Offset), int(e.Raw.Offset + e.Raw.Length)}}
	end := p.whole.from
	for it := e.Key(); it.Next(); {
		p.key = append(p.key, string(it.Node().Data))
		end = int(it.Node().Raw.Offset + it.Node().Raw.Length)
	}
	p.value = d.value(e.Value(), d.skip(end, " \t="))
	return p
}

// value reads a value that begins at from.
func (d *document) value(n *unstable.Node, from int) value {
	v := value{span: span{from, from}, kind: n.Kind}
	at := from + 1
	switch n.Kind {
	case unstable.Array:
		for it := n.Children(); it.Next(); {
			v.items = append(v.items, d.value(it.Node(), d.filler(at)))
			at = v.items[len(v.items)-1].to
		}
		v.to = d.filler(at) + 1
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			v.pairs = append(v.pairs, d.pair(it.Node()))
			at = v.pairs[len(v.pairs)-1].whole.to
		}
		v.to = d.filler(at) + 1
	default:
		v.to = int(n.Raw.Offset + n.Raw.Length)
		if n.Kind == unstable.String {
			v.str = string(n.Data)
		}
	}
	return v
}

// skip is the first place from at on that is none of some characters.
func (d *document) skip(at int, set string) int {
	for at < len(d.text) && strings.IndexByte(set, d.text[at]) >= 0 {
		at++
	}
	return at
}

// filler is the first place from at on that is no space, comma, line end or comment.
func (d *document) filler(at int) int {
	for {
		at = d.skip(at, " \t\r\n,")
		if at >= len(d.text) || d.text[at] != '#' {
			return at
		}
		at = d.lineEnd(at)
	}
}

// lineStart is where the line begins that a place is in.
func (d *document) lineStart(at int) int { return strings.LastIndexByte(d.text[:at], '\n') + 1 }

// lineEnd is behind the line end of the line that a place is in.
func (d *document) lineEnd(at int) int {
	if i := strings.IndexByte(d.text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(d.text)
}

// newline is how the text's lines end.
func (d *document) newline() string {
	if strings.Contains(d.text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// table is an element of an array of tables, by the places of its sections; those below it are its own.
type table struct{ first, end int }

// tables are the elements of [[name]].
func (d *document) tables(name ...string) (list []table) {
	for i, s := range d.sections {
		switch {
		case s.array && slices.Equal(s.name, name):
			list = append(list, table{i, i + 1})
		case len(list) > 0 && list[len(list)-1].end == i && len(s.name) > len(name) && slices.Equal(s.name[:len(name)], name):
			list[len(list)-1].end = i + 1
		}
	}
	return list
}

// found is where a key is written.
type found struct {
	pair    pair
	section int
	within  []pair // of the inline table that it stands in; nil if it stands on lines of its own
}

// find looks in a table for what is written under a path.
func (d *document) find(t table, path ...string) (found, bool) {
	depth := len(d.sections[t.first].name)
	for i := t.first; i < t.end; i++ {
		s := d.sections[i]
		if s.array && i > t.first { // of several elements none is the one
			continue
		}
		prefix := s.name[depth:]
		if !starts(path, prefix) {
			continue
		}
		if f, ok := findIn(s.pairs, path[len(prefix):], false); ok {
			f.section = i
			return f, true
		}
	}
	return found{}, false
}

func findIn(pairs []pair, path []string, inline bool) (found, bool) {
	for _, p := range pairs {
		if slices.Equal(p.key, path) {
			f := found{pair: p}
			if inline {
				f.within = pairs
			}
			return f, true
		}
		if p.value.kind == unstable.InlineTable && len(path) > len(p.key) && starts(path, p.key) {
			if f, ok := findIn(p.value.pairs, path[len(p.key):], true); ok {
				return f, true
			}
		}
	}
	return found{}, false
}

func starts(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}
