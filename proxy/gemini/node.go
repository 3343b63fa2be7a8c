package gemini

import (
	"slices"
	"strconv"
	"strings"
)

// node is a schema as the API has it. One with anyOf has nothing else: beside it, the API takes nothing.
type node struct {
	kind, title, description, format, pattern string

	nullable          bool
	enum, required    []string
	enumKind          string    // the type of the enum's values
	numbers           []keyword // limits, as they are written
	beyond            []keyword // limits that are not allowed themselves
	properties        []property
	items             *node
	anyOf             []*node
	fallback, example string // default and example, as they are written
}

type keyword struct{ name, value string }

type property struct {
	name   string
	schema *node
}

func (n *node) has(name string) bool {
	return slices.ContainsFunc(n.properties, func(p property) bool { return p.name == name })
}

// note adds to the description what the schema cannot say.
func (n *node) note(s string) { n.description = strings.TrimSpace(n.description + " " + s) }

// guess is the type that the keywords speak of, "" if they tell none.
func (n *node) guess() string {
	switch {
	case n.properties != nil || n.required != nil:
		return "object"
	case n.items != nil:
		return "array"
	case n.enum != nil:
		return n.enumKind
	case n.pattern != "" || n.format != "":
		return "string"
	}
	return ""
}

// spread makes a choice of a node: its description goes to the first member, and to all of them that
// the value may be null.
func (n *node) spread() *node {
	var members []*node
	for _, m := range n.anyOf {
		if m.anyOf != nil {
			members = append(members, m.anyOf...)
		} else {
			members = append(members, m)
		}
	}
	for _, m := range members {
		m.nullable = m.nullable || n.nullable
	}
	if first := members[0]; n.description != "" && first.description != n.description {
		first.description = strings.TrimSpace(n.description + " " + first.description)
	}
	if len(members) == 1 {
		return members[0]
	}
	return &node{anyOf: members}
}

// anything makes a node of a value of any type, for which the API has none.
func (n *node) anything() *node {
	n.anyOf = []*node{
		{kind: "string"}, {kind: "number"}, {kind: "boolean"}, {kind: "object"}, {kind: "array", items: &node{kind: "string"}},
	}
	return n.spread()
}

// fit takes off what the type does not have and puts on what it must.
func (n *node) fit() {
	if n.kind != "object" {
		n.properties, n.required = nil, nil
	}
	n.required = slices.DeleteFunc(n.required, func(name string) bool { return !n.has(name) })
	if n.kind != "array" {
		n.items = nil
	} else if n.items == nil {
		n.items = (&node{}).anything()
	}
	if n.kind != "string" {
		if n.enum != nil {
			n.note("One of: " + strings.Join(n.enum, ", ") + ".")
		}
		n.enum, n.pattern = nil, ""
	}
	if n.format != "" && !knownFormat(n.kind, n.format) {
		n.note("Format: " + n.format + ".")
		n.format = ""
	}
	n.exclude()
	n.numbers = slices.DeleteFunc(n.numbers, func(k keyword) bool { return !limits(k.name, n.kind) })
}

// exclude says that a limit is not allowed itself: of integers, that its neighbour is the limit.
func (n *node) exclude() {
	for _, k := range n.beyond {
		name, step, words := "minimum", int64(1), "More than "
		if k.name == "exclusiveMaximum" {
			name, step, words = "maximum", -1, "Less than "
		}
		whole, err := strconv.ParseInt(k.value, 10, 53)
		switch {
		case n.kind == "integer" && err == nil:
			n.number(name, strconv.FormatInt(whole+step, 10))
		case n.kind == "integer" || n.kind == "number":
			n.note(words + k.value + ".")
		}
	}
}

// limits reports whether values of a type have a limit.
func limits(limit, kind string) bool {
	switch limit {
	case "minLength", "maxLength":
		return kind == "string"
	case "minItems", "maxItems":
		return kind == "array"
	case "minProperties", "maxProperties":
		return kind == "object"
	}
	return kind == "number" || kind == "integer"
}

// knownFormat reports whether the API takes a format; it refuses others.
func knownFormat(kind, format string) bool {
	switch kind {
	case "string":
		return format == "date-time"
	case "number":
		return format == "float" || format == "double"
	case "integer":
		return format == "int32" || format == "int64"
	}
	return false
}
