// Filecycles finds reference cycles between the files of a package. Two files are in one cycle if each refers, directly
// or through other files of the package, to something that the other declares.
//
//	go run .ci/filecycles.go [-max N] [packages]
//
// It prints, for each package with a cycle, the number of files in its largest cycle and their names, largest first.
// Test files do not count. With -max it exits 1 if a cycle has more than N files.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// graph has for each file the files that it refers to.
type graph map[string]map[string]bool

func main() {
	most := flag.Int("max", 0, "exit 1 if a cycle has more than `N` files; 0: only print")
	flag.Parse()
	patterns := flag.Args()
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	mode := packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo
	loaded, err := packages.Load(&packages.Config{Mode: mode}, patterns...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load packages:", err)
		os.Exit(2)
	}
	if packages.PrintErrors(loaded) > 0 {
		os.Exit(2)
	}
	type row struct {
		path  string
		files int
		cycle []string
	}
	var rows []row
	for _, p := range loaded {
		if cycle := largestCycle(references(p)); len(cycle) > 1 {
			rows = append(rows, row{p.PkgPath, len(p.GoFiles), cycle})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(len(b.cycle)-len(a.cycle), strings.Compare(a.path, b.path))
	})
	exceeded := false
	for _, r := range rows {
		fmt.Printf("%3d of %2d files  %s: %s\n", len(r.cycle), r.files, r.path, strings.Join(r.cycle, " "))
		exceeded = exceeded || *most > 0 && len(r.cycle) > *most
	}
	if exceeded {
		fmt.Fprintf(os.Stderr, "A cycle has more than %d files.\n", *most)
		os.Exit(1)
	}
}

// references reads which file of the package uses what another file of it declares. A method belongs to the file that
// declares the method, a field to the file that declares the struct.
func references(p *packages.Package) graph {
	file := func(pos token.Pos) string { return filepath.Base(p.Fset.Position(pos).Filename) }
	refs := graph{}
	for id, object := range p.TypesInfo.Uses {
		if object.Pkg() != p.Types || !object.Pos().IsValid() {
			continue
		}
		from, to := file(id.Pos()), file(object.Pos())
		if from == to {
			continue
		}
		if refs[from] == nil {
			refs[from] = map[string]bool{}
		}
		refs[from][to] = true
	}
	return refs
}

// largestCycle returns the files of the largest strongly connected part of the graph, sorted, by Tarjan's algorithm.
func largestCycle(refs graph) (largest []string) {
	index, low := map[string]int{}, map[string]int{}
	onStack := map[string]bool{}
	var stack []string
	var visit func(string)
	visit = func(v string) {
		index[v] = len(index) + 1
		low[v] = index[v]
		stack = append(stack, v)
		onStack[v] = true
		for w := range refs[v] {
			if index[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if onStack[w] {
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] != index[v] {
			return
		}
		at := slices.Index(stack, v)
		part := slices.Sorted(slices.Values(stack[at:]))
		for _, w := range part {
			onStack[w] = false
		}
		stack = stack[:at]
		if len(part) > len(largest) {
			largest = part
		}
	}
	files := make([]string, 0, len(refs))
	for f := range refs {
		files = append(files, f)
	}
	slices.Sort(files)
	for _, f := range files {
		if index[f] == 0 {
			visit(f)
		}
	}
	return largest
}
