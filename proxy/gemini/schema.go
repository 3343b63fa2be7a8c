package gemini

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Parameters are sent as the API's own kind of schema, a part of OpenAPI's, and not as
// parametersJsonSchema, which takes JSON Schema: every model behind both endpoints knows the former,
// while Claude behind v1internal never sees the latter. What the API's kind cannot say is said in the
// description where a few words do.
const (
	mostNodes  = 2000 // of one schema: references may multiply without end
	mostNested = 24   // schemas in schemas
	mostRepeat = 2    // how often a reference is followed within itself
)

// cleanSchema translates the JSON Schema of a tool's input. Properties keep their order. lossy is set
// if something got lost that tells right values from wrong ones. What is no schema, and an object
// without properties, give nil: a function without parameters.
func cleanSchema(raw json.RawMessage) (schema json.RawMessage, lossy bool) {
	root := gjson.ParseBytes(raw)
	c := cleaner{root: root, left: mostNodes}
	n := c.node(root)
	if n.kind == "object" && len(n.properties) == 0 || !root.IsObject() {
		return nil, c.lossy
	}
	return n.append(make([]byte, 0, len(raw)), false), c.lossy
}

// cleanOutput translates the JSON Schema of an answer, which is written in the order of its properties.
func cleanOutput(raw json.RawMessage) (schema json.RawMessage, lossy bool) {
	c := cleaner{root: gjson.ParseBytes(raw), left: mostNodes}
	n := c.node(c.root)
	return n.append(make([]byte, 0, len(raw)), true), c.lossy
}

type cleaner struct {
	root  gjson.Result
	lossy bool
	left  int                     // nodes that may still be made
	depth int                     // of the node being made
	refs  []string                // being followed
	found map[string]gjson.Result // what a reference, or the begin of one, points to
}

// node translates one schema.
func (c *cleaner) node(s gjson.Result) *node {
	c.left--
	c.depth++
	followed := len(c.refs)
	defer func() { c.depth, c.refs = c.depth-1, c.refs[:followed] }()
	if c.left < 0 || c.depth > mostNested {
		c.lossy = true
		return &node{kind: "object", description: "(nested further)"}
	}
	parts := c.flatten(s, nil)
	kinds, nullable := c.kinds(parts)
	if len(kinds) < 2 {
		return c.described(parts, strings.Join(kinds, ""), nullable)
	}
	union := &node{}
	for _, kind := range kinds {
		union.anyOf = append(union.anyOf, c.described(parts, kind, nullable))
	}
	return union.spread()
}

// fields are the keywords of a schema, in their order. There are few: a map would cost more.
type fields []field

type field struct {
	name  string
	value gjson.Result
}

func (f fields) get(name string) gjson.Result {
	for n := range f {
		if f[n].name == name {
			return f[n].value
		}
	}
	return gjson.Result{}
}

// flatten returns what describes the same value: the schema, what it refers to, and what it wants all
// of.
func (c *cleaner) flatten(s gjson.Result, parts []fields) []fields {
	if c.left--; c.left < 0 || !s.IsObject() {
		c.lossy = c.lossy || c.left < 0 || s.Type == gjson.False
		return parts
	}
	own := make(fields, 0, 6)
	s.ForEach(func(key, value gjson.Result) bool {
		own = append(own, field{key.Str, value})
		return true
	})
	parts = append(parts, own)
	if ref := own.get("$ref"); ref.Exists() {
		parts = c.follow(ref.Str, parts)
	}
	own.get("allOf").ForEach(func(_, one gjson.Result) bool {
		parts = c.flatten(one, parts)
		return true
	})
	return parts
}

// follow flattens what a reference points to. Of one that goes round, only the type is left.
func (c *cleaner) follow(ref string, parts []fields) []fields {
	target := c.resolve(ref)
	within := 0
	for _, r := range c.refs {
		if r == ref {
			within++
		}
	}
	if within < mostRepeat && target.Exists() {
		c.refs = append(c.refs, ref)
		return c.flatten(target, parts)
	}
	c.lossy = true
	if kind := target.Get("type"); kind.Type == gjson.String {
		parts = append(parts, fields{{"type", kind}})
	}
	return parts
}

// resolve finds what a reference within the schema points to (RFC 6901).
func (c *cleaner) resolve(ref string) gjson.Result {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return gjson.Result{}
	}
	at := c.root
	if pointer == "" {
		return at
	}
	unescape, path := strings.NewReplacer("~1", "/", "~0", "~"), ""
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		path += "/" + step
		if known, ok := c.found[path]; ok { // a schema may have thousands, and is read from its begin for each
			at = known
			continue
		}
		step = unescape.Replace(step)
		next, n := gjson.Result{}, 0
		at.ForEach(func(key, value gjson.Result) bool {
			if at.IsArray() && step == strconv.Itoa(n) || at.IsObject() && key.Str == step {
				next = value
			}
			n++
			return !next.Exists()
		})
		at = next
		if c.found == nil {
			c.found = map[string]gjson.Result{}
		}
		c.found[path] = at
	}
	return at
}

// kinds lists the types that a schema allows, of which "null" is not one here.
func (c *cleaner) kinds(parts []fields) (kinds []string, nullable bool) {
	for _, p := range parts {
		for _, one := range p.get("type").Array() {
			switch kind := strings.ToLower(one.Str); kind {
			case "null":
				nullable = true
			case "string", "number", "integer", "boolean", "array", "object":
				if !slices.Contains(kinds, kind) {
					kinds = append(kinds, kind)
				}
			default:
				c.lossy = true
			}
		}
		if kinds != nil {
			break // the first counts
		}
	}
	return kinds, nullable
}

// described makes the node of one type, or of none that is told, out of all that describes it.
func (c *cleaner) described(parts []fields, kind string, nullable bool) *node {
	n := &node{kind: kind, nullable: nullable}
	for _, part := range parts {
		for _, f := range part {
			c.keyword(n, f.name, f.value)
		}
	}
	if n.kind == "" {
		n.kind = n.guess()
	}
	if len(n.anyOf) > 0 {
		if n.properties == nil && n.items == nil && n.enum == nil {
			return n.spread()
		}
		c.lossy = true
		n.anyOf = nil
	}
	if n.kind == "" {
		return n.anything()
	}
	n.fit()
	return n
}
