package connect

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlText edits TOML by splicing. The value of a key of two parts is the text of its table, header first, or where the
// table is written inline, that value.
type tomlText struct{}

// tomlTable is a header and what stands below it; the first of a text has none.
type tomlTable struct {
	name       []string
	start, end int // from the begin of the header's line to the end of the last key's
	pairs      []tomlPair
}

// tomlPair is a key with its value.
type tomlPair struct {
	key         []string // from the root
	start, from int      // of the key, and of the value
	to          int
	table       bool // the value is an inline table
	inline      bool // it stands in one
}

// tables finds what stands where. Pairs of inline tables follow the pair that they are in.
func (t tomlText) tables(text []byte) ([]tomlTable, error) {
	skip := len(text) - len(bytes.TrimPrefix(text, bom))
	p := unstable.Parser{}
	p.Reset(text[skip:])
	all := []tomlTable{{start: skip, end: skip}}
	for p.NextExpression() {
		e := p.Expression()
		last := &all[len(all)-1]
		if e.Kind == unstable.KeyValue {
			last.pairs = t.pair(last.pairs, text, skip, e, last.name, false)
			last.end = lineEnd(text, skip+int(e.Raw.Offset+e.Raw.Length))
			continue
		}
		h := tomlTable{start: -1}
		for it := e.Key(); it.Next(); {
			at := skip + int(it.Node().Raw.Offset)
			if h.start < 0 {
				h.start = lineStart(text, at)
			}
			h.name, h.end = append(h.name, string(it.Node().Data)), lineEnd(text, at)
		}
		all = append(all, h)
	}
	if err := p.Error(); err != nil {
		return nil, notTOML(err)
	}
	return all, nil
}

func (t tomlText) pair(all []tomlPair, text []byte, skip int, n *unstable.Node, above []string, inline bool) []tomlPair {
	p := tomlPair{key: slices.Clone(above), start: skip + int(n.Raw.Offset), to: skip + int(n.Raw.Offset+n.Raw.Length), inline: inline}
	for it := n.Key(); it.Next(); {
		p.key = append(p.key, string(it.Node().Data))
		p.from = skip + int(it.Node().Raw.Offset+it.Node().Raw.Length)
	}
	p.from += len(text[p.from:p.to]) - len(bytes.TrimLeft(text[p.from:p.to], " \t="))
	v := n.Value()
	p.table = v.Kind == unstable.InlineTable
	all = append(all, p)
	if p.table {
		for it := v.Children(); it.Next(); {
			all = t.pair(all, text, skip, it.Node(), p.key, true)
		}
	}
	return all
}

// lineStart is where the line begins that a place is in, behind a BOM.
func lineStart(text []byte, at int) int {
	if i := bytes.LastIndexByte(text[:at], '\n'); i >= 0 {
		return i + 1
	}
	return len(text) - len(bytes.TrimPrefix(text, bom))
}

// lineEnd is behind the line end of the line that a place is in.
func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// tomlPlace is where the value of a key stands.
type tomlPlace struct {
	from, to int
	pair     *tomlPair // nil: a table of its own
	found    bool
	pieces   bool      // more of it stands elsewhere
	above    *tomlPair // the inline table that it would stand in
}

func (t tomlText) place(text []byte, key []string) (p tomlPlace, err error) {
	all, err := t.tables(text)
	if err != nil || len(key) == 0 {
		return p, err
	}
	for i := range all {
		h := &all[i]
		switch {
		case slices.Equal(h.name, key) && !p.found:
			end := len(bytes.TrimRight(text[h.start:h.end], " \t\r\n"))
			p.from, p.to, p.found = h.start, h.start+end, true
		case len(h.name) >= len(key) && slices.Equal(h.name[:len(key)], key):
			p.pieces = true
		default:
			p.within(h.pairs, key)
		}
	}
	return p, nil
}

func (p *tomlPlace) within(pairs []tomlPair, key []string) {
	for i := range pairs {
		at := &pairs[i]
		switch {
		case slices.Equal(at.key, key) && !p.found:
			p.from, p.to, p.pair, p.found = at.from, at.to, at, true
		case p.pair != nil && at.inline && at.start < p.to: // a part of what was found
		case len(at.key) >= len(key) && slices.Equal(at.key[:len(key)], key):
			p.pieces = true
		case at.table && slices.Equal(at.key, key[:len(key)-1]):
			p.above = at
		}
	}
}

func (t tomlText) get(text []byte, key []string) (string, bool, error) {
	if _, err := t.read(text); err != nil {
		return "", false, err
	}
	p, err := t.place(text, key)
	return string(text[p.from:p.to]), p.found, err
}

func (tomlText) same(a, b string) bool {
	return strings.Join(strings.Fields(a), "") == strings.Join(strings.Fields(b), "")
}

func (t tomlText) set(text []byte, key []string, raw string) ([]byte, error) {
	nl := newline(text)
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", nl)
	p, err := t.place(text, key)
	if err != nil {
		return nil, err
	}
	last := key[len(key)-1]
	switch {
	case p.pieces:
		return nil, unsafe(key)
	case p.found && p.pair != nil:
		return splice(text, p.from, p.to, inlineTable(raw)), nil
	case p.found:
		return splice(text, p.from, p.to, raw), nil
	case p.above != nil:
		open := p.above.from + 1
		member := " " + last + " = " + inlineTable(raw)
		switch rest := text[open : p.above.to-1]; {
		case len(rest) == 0:
			member += " "
		case len(bytes.TrimSpace(rest)) > 0:
			member += ","
		}
		return splice(text, open, open, member), nil
	case len(key) == 1:
		skip := len(text) - len(bytes.TrimPrefix(text, bom))
		return splice(text, skip, skip, last+" = "+raw+nl), nil
	case bytes.HasSuffix(text, []byte("\n")):
		return splice(text, len(text), len(text), nl+raw+nl), nil
	}
	return splice(text, len(text), len(text), nl+nl+raw), nil
}

// inlineTable is a table of ours as a value; any other value stays as it is.
func inlineTable(raw string) string {
	header, rest, _ := strings.Cut(raw, "\n")
	if !strings.HasPrefix(header, "[") || !strings.HasSuffix(strings.TrimSpace(header), "]") || rest == "" {
		return raw
	}
	lines := strings.Split(rest, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return "{ " + strings.Join(lines, ", ") + " }"
}

func (t tomlText) drop(text []byte, key []string) ([]byte, error) {
	p, err := t.place(text, key)
	switch {
	case err != nil || !p.found:
		return text, err
	case p.pair != nil && p.pair.inline:
		return dropMember(text, p.pair), nil
	case p.pair != nil:
		return splice(text, lineStart(text, p.pair.start), lineEnd(text, p.to), ""), nil
	}
	from, to := p.from, p.to
	breaks := 1 // the empty line that was put before it
	if rest := text[to:]; bytes.HasPrefix(rest, []byte("\r\n")) {
		to += 2
	} else if bytes.HasPrefix(rest, []byte("\n")) {
		to++
	} else {
		breaks = 2
	}
	for range breaks {
		if bytes.HasSuffix(text[:from], []byte("\n")) {
			from--
			if bytes.HasSuffix(text[:from], []byte("\r")) {
				from--
			}
		}
	}
	return splice(text, from, to, ""), nil
}

// dropMember takes a pair out of an inline table, with one comma.
func dropMember(text []byte, p *tomlPair) []byte {
	from, to := len(bytes.TrimRight(text[:p.start], " \t")), p.to
	after := to + len(text[to:]) - len(bytes.TrimLeft(text[to:], " \t"))
	switch {
	case bytes.HasPrefix(text[after:], []byte(",")):
		to = after + 1
	case bytes.HasSuffix(text[:from], []byte(",")):
		from--
	case bytes.HasPrefix(text[to:], []byte(" }")) && bytes.HasSuffix(text[:from], []byte("{")):
		to++ // of "{ x = 1 }"
	}
	return splice(text, from, to, "")
}
