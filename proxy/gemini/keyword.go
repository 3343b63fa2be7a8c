package gemini

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
)

// keyword takes one keyword of a JSON Schema into a node. Where several describe a value, the first
// counts.
func (c *cleaner) keyword(n *node, name string, v gjson.Result) {
	switch name {
	case "type", "$ref", "allOf": // taken when the schema was flattened
	case "$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "examples", "readOnly", "writeOnly", "deprecated", "propertyOrdering":
	case "additionalProperties": // whether there may be more than what is described hardly matters
		c.lossy = c.lossy || v.IsObject() && v.Raw != "{}"
	case "title":
		n.title = or(n.title, v.Str)
	case "description":
		n.description = or(n.description, v.Str)
	case "format":
		n.format = or(n.format, v.Str)
	case "pattern":
		n.pattern = or(n.pattern, v.Str)
	case "nullable":
		n.nullable = n.nullable || v.Type == gjson.True
	case "default":
		n.fallback = or(n.fallback, v.Raw)
	case "example":
		n.example = or(n.example, v.Raw)
	case "enum":
		c.enum(n, v.Array())
	case "const":
		c.enum(n, []gjson.Result{v})
	case "properties":
		c.properties(n, v)
	case "required":
		n.require(v.Array())
	case "items", "prefixItems":
		c.items(n, v)
	case "anyOf", "oneOf":
		c.choice(n, v.Array())
	default:
		if !n.limit(name, v) {
			c.lossy = true
		}
	}
}

func or(have, other string) string {
	if have == "" {
		return other
	}
	return have
}

func (c *cleaner) properties(n *node, v gjson.Result) {
	if n.properties == nil {
		n.properties = []property{}
	}
	v.ForEach(func(name, schema gjson.Result) bool {
		if !n.has(name.Str) {
			n.properties = append(n.properties, property{name.Str, c.node(schema)})
		}
		return true
	})
}

// items takes the schema of an array's items. The API has one for all.
func (c *cleaner) items(n *node, v gjson.Result) {
	switch {
	case n.items != nil || v.IsBool():
	case v.IsArray():
		c.lossy = true
		each := &node{}
		c.choice(each, v.Array())
		if len(each.anyOf) == 0 {
			n.items = each.anything()
		} else {
			n.items = each.spread()
		}
	default:
		n.items = c.node(v)
	}
}

// choice takes what the value must be one of. Of oneOf too: that only one fits is not lost on a model.
func (c *cleaner) choice(n *node, list []gjson.Result) {
	for _, one := range list {
		if one.Get("type").Str == "null" || one.Get("const").Type == gjson.Null && one.Get("const").Exists() {
			n.nullable = true
			continue
		}
		n.anyOf = append(n.anyOf, c.node(one))
	}
}

// enum takes the allowed values, as texts; null among them makes the value nullable.
func (c *cleaner) enum(n *node, values []gjson.Result) {
	if n.enum != nil {
		return
	}
	for _, v := range values {
		switch {
		case v.Type == gjson.Null:
			n.nullable = true
			continue
		case v.Type == gjson.String && v.Str == "": // refused by the API
			c.lossy = true
			continue
		}
		kind := kindOf(v)
		if n.enum == nil {
			n.enumKind = kind
		}
		c.lossy = c.lossy || kind != n.enumKind
		n.enum = append(n.enum, v.String())
	}
}

func kindOf(v gjson.Result) string {
	switch v.Type {
	case gjson.Number:
		return "number"
	case gjson.True, gjson.False:
		return "boolean"
	case gjson.JSON:
		if v.IsArray() {
			return "array"
		}
		return "object"
	}
	return "string"
}

// limit takes a keyword that limits a value. It reports false for one that cannot be said.
func (n *node) limit(name string, v gjson.Result) bool {
	switch name {
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		if _, err := strconv.ParseUint(v.Raw, 10, 63); err != nil {
			return false
		}
		n.number(name, v.Raw)
	case "minimum", "maximum":
		if v.Type != gjson.Number {
			return false
		}
		n.number(name, v.Raw)
	case "exclusiveMinimum", "exclusiveMaximum":
		if v.Type != gjson.Number {
			return v.Type == gjson.False // as an old draft has it
		}
		n.beyond = append(n.beyond, keyword{name, v.Raw})
	case "multipleOf":
		n.note("A multiple of " + v.Raw + ".")
	case "uniqueItems":
		if v.Type == gjson.True {
			n.note("No item twice.")
		}
	default:
		return false
	}
	return true
}

func (n *node) number(name, value string) {
	for _, k := range n.numbers {
		if k.name == name {
			return
		}
	}
	n.numbers = append(n.numbers, keyword{name, value})
}

func (n *node) require(names []gjson.Result) {
	for _, name := range names {
		if !slices.Contains(n.required, name.Str) {
			n.required = append(n.required, name.Str)
		}
	}
}
