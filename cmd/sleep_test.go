package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// measuring are tests that measure what the program costs in a while.
var measuring = map[string]bool{"app/desktoptest/cost_test.go": true, "proxy/ledgerbench_test.go": true}

// A test that sleeps for a while, and then expects something, fails on a slow machine. It may sleep in a bubble of time, or
// between two looks at what it waits for.
func TestNoTestSleepsForAWhile(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || e.Name() == "out" || e.Name() == ".git") {
			return filepath.SkipDir
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), "../")
		if !strings.HasSuffix(name, "_test.go") || measuring[name] {
			return nil
		}
		files++
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, path, nil, 0)
		if err != nil {
			return err
		}
		for _, imported := range file.Imports {
			if imported.Path.Value == `"testing/synctest"` {
				return nil
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if loop, ok := n.(*ast.ForStmt); ok && loop.Post != nil {
				loop.Post = nil
			}
			if call, ok := n.(*ast.SelectorExpr); ok && call.Sel.Name == "Sleep" {
				if of, ok := call.X.(*ast.Ident); ok && of.Name == "time" {
					t.Errorf("%s: it sleeps for a while: wait for what must happen, as docs/development.md says", positions.Position(call.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
}
