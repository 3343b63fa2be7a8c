package gemini

import (
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// append writes a node, in ordered the order of its properties too.
func (n *node) append(b []byte, ordered bool) []byte {
	w := object{append(b, '{')}
	w.text("type", n.kind)
	if n.nullable {
		w.raw("nullable", "true")
	}
	w.text("title", n.title)
	w.text("description", n.description)
	w.text("format", n.format)
	w.texts("enum", n.enum)
	w.text("pattern", n.pattern)
	for _, k := range n.numbers {
		w.raw(k.name, k.value)
	}
	if n.items != nil {
		w.key("items")
		w.b = n.items.append(w.b, ordered)
	}
	if len(n.properties) > 0 {
		n.appendProperties(&w, ordered)
	}
	w.texts("required", n.required)
	if n.anyOf != nil {
		w.key("anyOf")
		for i, m := range n.anyOf {
			w.b = m.append(append(w.b, separator(i)), ordered)
		}
		w.b = append(w.b, ']')
	}
	w.raw("default", n.fallback)
	w.raw("example", n.example)
	return append(w.b, '}')
}

func (n *node) appendProperties(w *object, ordered bool) {
	w.key("properties")
	inner := object{append(w.b, '{')}
	names := make([]string, len(n.properties))
	for i, p := range n.properties {
		names[i] = p.name
		inner.key(p.name)
		inner.b = p.schema.append(inner.b, ordered)
	}
	w.b = append(inner.b, '}')
	if ordered && len(names) > 1 {
		w.texts("propertyOrdering", names)
	}
}

// object writes a JSON object, key by key. What is empty is left out.
type object struct{ b []byte }

func (o *object) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(appendQuoted(o.b, name), ':')
}

func (o *object) raw(name, value string) {
	if value != "" {
		o.key(name)
		o.b = append(o.b, value...)
	}
}

func (o *object) text(name, value string) {
	if value != "" {
		o.key(name)
		o.b = appendQuoted(o.b, value)
	}
}

func (o *object) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	o.key(name)
	for i, s := range list {
		o.b = appendQuoted(append(o.b, separator(i)), s)
	}
	o.b = append(o.b, ']')
}

// appendQuoted appends a JSON string. Most need no escape, and looking first is faster than trying.
func appendQuoted(b []byte, s string) []byte {
	for n := range len(s) {
		if c := s[n]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			return gjson.AppendJSONString(b, s)
		}
	}
	if !utf8.ValidString(s) {
		return gjson.AppendJSONString(b, s)
	}
	return append(append(append(b, '"'), s...), '"')
}

func separator(i int) byte {
	if i == 0 {
		return '['
	}
	return ','
}
