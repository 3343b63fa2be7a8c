package anthropic

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// deepestSchema bounds how deep a schema is looked at: each level is read once more.
const deepestSchema = 24

// emptySchema is that of a tool without parameters.
const emptySchema = `{"type":"object","properties":{}}`

// CleanSchema returns the schema of a tool's input in a form that vendors of JSON Schema take, the same bytes if it has it.
// Clients send what the Messages API takes and others refuse: keywords that are null, arrays without items, objects
// without properties or a type, a choice at the top, and patterns with \p{…}. lossy is set if something is lost
// that tells right values from wrong ones.
func CleanSchema(schema json.RawMessage) (clean json.RawMessage, lossy bool) {
	root := gjson.ParseBytes(schema)
	if !root.IsObject() {
		return json.RawMessage(emptySchema), root.Exists() && root.Type != gjson.Null
	}
	c := schemaCleaner{}
	out := c.schema(root, 0)
	if now := gjson.Parse(out); needsObject(now) {
		out = c.object(now)
	}
	if out == root.Raw {
		return schema, c.lossy
	}
	return json.RawMessage(out), c.lossy
}

// needsObject reports whether the top of a schema is not an object's with properties and without a choice.
func needsObject(root gjson.Result) bool {
	object, properties, choice := false, false, false
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "type":
			object = value.Str == "object"
		case "properties":
			properties = true
		case "anyOf", "oneOf", "allOf", "enum", "not":
			choice = true
		}
		return true
	})
	return !object || !properties || choice
}

type schemaCleaner struct{ lossy bool }

// keyword is one of a schema's, as it is written.
type keyword struct{ name, value string }

// schema cleans one schema and those in it.
func (c *schemaCleaner) schema(s gjson.Result, depth int) string {
	if s.Type == gjson.Null {
		return "{}"
	}
	if !s.IsObject() || depth > deepestSchema {
		return s.Raw
	}
	all, changed := make([]keyword, 0, 8), false
	kind, typed, has := "", false, map[string]bool(nil)
	s.ForEach(func(key, value gjson.Result) bool {
		now, keep := c.keyword(key.Str, value, depth)
		if changed = changed || !keep || now != value.Raw; !keep {
			return true
		}
		all = append(all, keyword{key.Raw, now})
		switch key.Str {
		case "type":
			kind, typed = value.Str, true
		case "properties", "items", "prefixItems":
			if has == nil {
				has = map[string]bool{}
			}
			has[key.Str] = true
		}
		return true
	})
	switch {
	case !typed && has["properties"]:
		kind, changed = "object", true
		all = append([]keyword{{`"type"`, `"object"`}}, all...)
	case !typed && has["items"]:
		kind, changed = "array", true
		all = append([]keyword{{`"type"`, `"array"`}}, all...)
	}
	if kind == "array" && !has["items"] && !has["prefixItems"] {
		all, changed = append(all, keyword{`"items"`, "{}"}), true
	}
	if !changed {
		return s.Raw
	}
	return written(all)
}

func written(all []keyword) string {
	var b strings.Builder
	b.WriteByte('{')
	for n, k := range all {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteString(k.name + ":" + k.value)
	}
	b.WriteByte('}')
	return b.String()
}

// keyword cleans the value of one keyword; keep is false for one that has to go.
func (c *schemaCleaner) keyword(name string, v gjson.Result, depth int) (now string, keep bool) {
	switch name {
	case "default", "const", "examples", "example", "enum":
		return v.Raw, name != "enum" || v.IsArray()
	case "properties", "$defs", "definitions", "patternProperties", "dependentSchemas":
		if !v.IsObject() {
			return "{}", true
		}
		return c.each(v, depth), true
	case "items":
		if v.IsArray() {
			return c.each(v, depth), true
		}
		return c.schema(v, depth+1), true
	case "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames":
		return c.schema(v, depth+1), v.Type != gjson.Null
	case "anyOf", "oneOf", "allOf", "prefixItems":
		if !v.IsArray() {
			return "", false
		}
		return c.each(v, depth), true
	case "required":
		return v.Raw, v.IsArray()
	case "pattern":
		if strings.Contains(v.Str, `\p{`) || strings.Contains(v.Str, `\P{`) {
			c.lossy = true
			return "", false
		}
	}
	return v.Raw, v.Type != gjson.Null
}

// each cleans the schemas in a list, or in an object under their names.
func (c *schemaCleaner) each(v gjson.Result, depth int) string {
	changed, all := false, make([]keyword, 0, 8)
	v.ForEach(func(key, one gjson.Result) bool {
		now := c.schema(one, depth+1)
		changed = changed || now != one.Raw
		all = append(all, keyword{key.Raw, now})
		return true
	})
	if !changed {
		return v.Raw
	}
	if v.IsObject() {
		return written(all)
	}
	var list []string
	for _, k := range all {
		list = append(list, k.value)
	}
	return "[" + strings.Join(list, ",") + "]"
}

// object makes the top of a schema an object's. Of a choice it takes all properties, and requires what each member does.
func (c *schemaCleaner) object(root gjson.Result) string {
	var properties, rest []keyword
	known := map[string]bool{}
	add := func(from gjson.Result) {
		from.Get("properties").ForEach(func(key, value gjson.Result) bool {
			if !known[key.Raw] {
				known[key.Raw] = true
				properties = append(properties, keyword{key.Raw, value.Raw})
			}
			return true
		})
	}
	add(root)
	required := names(root.Get("required"))
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "type", "properties", "required":
		case "anyOf", "oneOf", "allOf":
			c.lossy = true
			var common []string
			for n, member := range value.Array() {
				add(member)
				if own := names(member.Get("required")); n == 0 || key.Str == "allOf" {
					common = append(common, own...)
				} else {
					common = both(common, own)
				}
			}
			required = append(required, common...)
		case "enum", "not":
			c.lossy = true
		default:
			rest = append(rest, keyword{key.Raw, value.Raw})
		}
		return true
	})
	all := append([]keyword{{`"type"`, `"object"`}, {`"properties"`, written(properties)}}, rest...)
	if len(required) > 0 {
		all = append(all, keyword{`"required"`, "[" + strings.Join(unique(required), ",") + "]"})
	}
	return written(all)
}

// names lists the texts of a list, as they are written.
func names(list gjson.Result) (all []string) {
	for _, one := range list.Array() {
		if one.Type == gjson.String {
			all = append(all, one.Raw)
		}
	}
	return all
}

func both(some, others []string) (all []string) {
	have := map[string]bool{}
	for _, s := range others {
		have[s] = true
	}
	for _, s := range some {
		if have[s] {
			all = append(all, s)
		}
	}
	return all
}

func unique(some []string) (all []string) {
	have := map[string]bool{}
	for _, s := range some {
		if !have[s] {
			have[s] = true
			all = append(all, s)
		}
	}
	return all
}
