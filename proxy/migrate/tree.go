package migrate

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"afterglow/proxy/nesting"
)

// node is a value of a YAML file. It knows where it stands, and whether it was read: what nobody read becomes a
// note. A nil node is a value that is not there.
type node struct {
	line   int
	path   string
	null   bool
	scalar any // nil for lists and mappings
	list   []*node
	names  []string
	fields map[string]*node
	read   bool
}

// parse reads a YAML document.
func parse(text []byte) (*node, error) {
	if err := nesting.YAML(text); err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("read YAML: %w", withoutSource(err))
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return &node{null: true}, nil
	}
	t := tree{anchors: map[string]ast.Node{}}
	return t.node("", file.Docs[0].Body, 0), nil
}

// withoutSource is a parser's error without the lines that it quotes, which may hold a key.
func withoutSource(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s", first)
}

type tree struct {
	anchors map[string]ast.Node
	made    int // nodes
}

// Aliases can make a small file endless. No configuration has as much as this.
const (
	deepest = 50
	most    = 10_000
)

func (t *tree) node(path string, n ast.Node, depth int) *node {
	made := &node{path: path, line: n.GetToken().Position.Line}
	if t.made++; depth > deepest || t.made > most {
		made.null = true
		return made
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		t.anchors[n.Name.String()] = n.Value
		return t.node(path, n.Value, depth+1)
	case *ast.AliasNode:
		if target, ok := t.anchors[n.Value.String()]; ok {
			return t.node(path, target, depth+1)
		}
		made.null = true
	case *ast.TagNode:
		return t.node(path, n.Value, depth+1)
	case *ast.MappingNode:
		made.fields = map[string]*node{}
		for _, v := range n.Values {
			t.field(made, v, depth)
		}
	case *ast.MappingValueNode:
		made.fields = map[string]*node{}
		t.field(made, n, depth)
	case *ast.SequenceNode:
		made.list = []*node{}
		for i, v := range n.Values {
			made.list = append(made.list, t.node(fmt.Sprintf("%s[%d]", path, i), v, depth+1))
		}
	case *ast.LiteralNode:
		made.scalar = n.Value.Value
	case ast.ScalarNode:
		made.scalar = n.GetValue()
		made.null = made.scalar == nil
	default:
		made.null = true
	}
	return made
}

func (t *tree) field(into *node, v *ast.MappingValueNode, depth int) {
	if v.Key.IsMergeKey() {
		merged := t.node(into.path, v.Value, depth+1)
		for _, name := range merged.names {
			into.put(name, merged.fields[name])
		}
		return
	}
	name := v.Key.GetToken().Value
	child := t.node(strings.TrimPrefix(into.path+"."+name, "."), v.Value, depth+1)
	child.line = v.Key.GetToken().Position.Line
	delete(into.fields, name)
	into.put(name, child)
}

func (n *node) put(name string, child *node) {
	if _, given := n.fields[name]; !given {
		n.names, n.fields[name] = append(n.names, name), child
	}
}

// get is the first field of these names that is there, nil if none is.
func (n *node) get(names ...string) *node {
	if n == nil {
		return nil
	}
	for _, name := range names {
		if f, ok := n.fields[name]; ok {
			n.read = true
			return f
		}
	}
	return nil
}

// items are a list's.
func (n *node) items() []*node {
	if n == nil {
		return nil
	}
	n.read = true
	return n.list
}

// text is a scalar as it was written, "" for what is no scalar or not there.
func (n *node) text() string {
	if n == nil || n.scalar == nil {
		return ""
	}
	n.read = true
	return strings.TrimSpace(fmt.Sprint(n.scalar))
}

// number is a scalar's, otherwise what is given.
func (n *node) number(otherwise float64) float64 {
	if n == nil {
		return otherwise
	}
	var number float64
	if _, err := fmt.Sscan(n.text(), &number); err != nil {
		n.read = false
		return otherwise
	}
	return number
}

// is reports whether a scalar is true; otherwise is for one that is not there.
func (n *node) is(otherwise bool) bool {
	if n == nil || n.null {
		return otherwise
	}
	return strings.EqualFold(n.text(), "true")
}

// skip marks a value and all in it as read.
func (n *node) skip() {
	if n == nil {
		return
	}
	n.read = true
	for _, child := range n.list {
		child.skip()
	}
	for _, child := range n.fields {
		child.skip()
	}
}

// unread calls found for each outermost value that nobody read.
func (n *node) unread(found func(*node)) {
	if n == nil || n.null {
		return
	}
	if !n.read {
		found(n)
		return
	}
	for _, child := range n.list {
		child.unread(found)
	}
	for _, name := range n.names {
		n.fields[name].unread(found)
	}
}
