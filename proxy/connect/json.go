package connect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"

	"afterglow/proxy/nesting"
	"afterglow/proxy/reason"
)

// jsonText edits JSON, with comments or without, by splicing: what is not edited keeps its bytes.
type jsonText struct{}

var bom = []byte("\xef\xbb\xbf") // what some editors of Windows begin a file with

// parse returns the root and how many bytes stand before the text that its offsets count.
func (jsonText) parse(text []byte) (hujson.Value, int, error) {
	rest := bytes.TrimPrefix(text, bom)
	if err := nesting.JSON(rest); err != nil {
		return hujson.Value{}, 0, err
	}
	root, err := hujson.Parse(rest)
	if err != nil {
		return root, 0, notJSON(err)
	}
	if _, ok := root.Value.(*hujson.Object); !ok {
		return root, 0, reason.New(reason.NoObject, "", "line 1: expected an object")
	}
	root.UpdateOffsets()
	return root, len(text) - len(rest), nil
}

// member is the index of a key; of two the last counts, as for every reader of JSON.
func member(o *hujson.Object, key string) int {
	for i, m := range slices.Backward(o.Members) {
		if m.Name.Value.(hujson.Literal).String() == key {
			return i
		}
	}
	return -1
}

func find(v hujson.Value, key []string) (hujson.Value, bool) {
	for _, k := range key {
		o, ok := v.Value.(*hujson.Object)
		if !ok {
			return v, false
		}
		i := member(o, k)
		if i < 0 {
			return v, false
		}
		v = o.Members[i].Value
	}
	return v, true
}

func (j jsonText) get(text []byte, key []string) (string, bool, error) {
	if j.blank(text) {
		return "", false, nil
	}
	root, skip, err := j.parse(text)
	if err != nil {
		return "", false, err
	}
	v, ok := find(root, key)
	if !ok {
		return "", false, nil
	}
	return string(text[skip+v.StartOffset : skip+v.EndOffset]), true, nil
}

func (jsonText) blank(text []byte) bool {
	return len(bytes.TrimSpace(bytes.TrimPrefix(text, bom))) == 0
}

// string reads a text's string at a key; "" if there is none.
func (j jsonText) string(key []string) func(text []byte) (string, error) {
	return func(text []byte) (string, error) {
		raw, ok, err := j.get(text, key)
		if err != nil || !ok {
			return "", err
		}
		s, err := unquote(raw)
		if err != nil {
			return "", nil // something else stands there, which nobody calls
		}
		return s, nil
	}
}

func (jsonText) same(a, b string) bool {
	small := func(s string) string {
		v, err := hujson.Parse([]byte(s))
		if err != nil {
			return s
		}
		remarks := ""
		for v := range v.All() {
			o, _ := v.Value.(*hujson.Object)
			l, _ := v.Value.(*hujson.Array)
			if o != nil {
				remarks += string(bytes.TrimSpace(o.AfterExtra))
			}
			if l != nil {
				remarks += string(bytes.TrimSpace(l.AfterExtra))
			}
			remarks += string(bytes.TrimSpace(v.BeforeExtra)) + string(bytes.TrimSpace(v.AfterExtra))
		}
		v.Minimize()
		return v.String() + remarks
	}
	return small(a) == small(b)
}

// hollow reports whether an object has no members; it may have remarks.
func hollow(raw string) bool {
	v, err := hujson.Parse([]byte(raw))
	o, object := v.Value.(*hujson.Object)
	return err == nil && object && len(o.Members) == 0
}

func (j jsonText) set(text []byte, key []string, raw string) ([]byte, error) {
	if j.blank(text) {
		text = append(bytes.TrimRight(slices.Clone(text), " \t\r\n"), "{}\n"...)
	}
	root, skip, err := j.parse(text)
	if err != nil {
		return nil, err
	}
	if v, ok := find(root, key); ok {
		return splice(text, skip+v.StartOffset, skip+v.EndOffset, raw), nil
	}
	depth := len(key) - 1
	at, ok := find(root, key[:depth])
	for !ok {
		depth--
		raw = "{" + strconv.Quote(key[depth+1]) + ": " + raw + "}"
		at, ok = find(root, key[:depth])
	}
	if _, object := at.Value.(*hujson.Object); !object {
		return nil, fmt.Errorf("%s: expected an object", strings.Join(key[:depth], "."))
	}
	return j.insert(text, skip, at, strconv.Quote(key[depth])+": ", raw), nil
}

// insert puts a member first: after the opening brace no comma or comment can be in the way.
func (jsonText) insert(text []byte, skip int, at hujson.Value, name, raw string) []byte {
	open := skip + at.StartOffset + 1
	o, _ := at.Value.(*hujson.Object)
	if len(o.Members) > 0 {
		before := string(o.Members[0].Name.BeforeExtra)
		i := strings.LastIndexByte(before, '\n')
		if i < 0 {
			return splice(text, open, open, name+raw+",")
		}
		after := before[i+1:]
		indent := after[:len(after)-len(strings.TrimLeft(after, " \t"))]
		return splice(text, open, open, newline(text)+indent+name+spread(text, indent, raw)+",")
	}
	line := text[bytes.LastIndexByte(text[:open], '\n')+1 : open]
	line = bytes.TrimPrefix(line, bom)
	outer := string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
	end := ""
	if !bytes.ContainsRune(o.AfterExtra, '\n') {
		end = newline(text) + outer
	}
	return splice(text, open, open, newline(text)+outer+unit(text)+name+spread(text, outer+unit(text), raw)+end)
}

// spread puts every member of a value on a line of its own, as people would in this text.
func spread(text []byte, indent, raw string) string {
	var lines bytes.Buffer
	if err := json.Indent(&lines, []byte(raw), indent, unit(text)); err != nil {
		return raw // it has comments: then it is spread already
	}
	return strings.ReplaceAll(lines.String(), "\n", newline(text))
}

func (j jsonText) drop(text []byte, key []string) ([]byte, error) {
	root, skip, err := j.parse(text)
	if err != nil {
		return nil, err
	}
	at, ok := find(root, key[:len(key)-1])
	o, object := at.Value.(*hujson.Object)
	if !ok || !object {
		return text, nil
	}
	i := member(o, key[len(key)-1])
	if i < 0 {
		return text, nil
	}
	m := o.Members[i]
	start, end := skip+m.Name.StartOffset, skip+m.Value.EndOffset
	comma := -1 // where the comma is that goes with it
	switch after := end + len(m.Value.AfterExtra); {
	case text[after] == ',':
		comma = after
	case i > 0:
		previous := o.Members[i-1].Value
		comma = skip + previous.EndOffset + len(previous.AfterExtra)
	}
	if comma >= end {
		text = splice(text, comma, comma+1, "")
	}
	first := start
	for bytes.IndexByte([]byte(" \t\r\n"), text[first-1]) >= 0 {
		first--
	}
	if before := text[:first]; bytes.Contains(m.Name.BeforeExtra, []byte("//")) && bytes.LastIndex(before, []byte("//")) > bytes.LastIndexByte(before, '\n') {
		first = start // a comment would swallow what follows
	}
	text = splice(text, first, end, "")
	if comma >= 0 && comma < first {
		text = splice(text, comma, comma+1, "")
	}
	return text, nil
}

func splice(text []byte, from, to int, with string) []byte {
	return slices.Concat(text[:from], []byte(with), text[to:])
}

func newline(text []byte) string {
	if bytes.Contains(text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// unit is the indentation of the first line that has one.
func unit(text []byte) string {
	for line := range bytes.Lines(text) {
		if rest := bytes.TrimLeft(line, " \t"); len(rest) < len(line) && len(rest) > 0 && rest[0] == '"' {
			return string(line[:len(line)-len(rest)])
		}
	}
	return "  "
}
