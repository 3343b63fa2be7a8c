package widget

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryWidgetHasAMaster looks for widgets that nobody would notice to look different: those without a master in
// testdata. What is no widget by itself is drawn in the master of the one that holds it.
func TestEveryWidgetHasAMaster(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set, found := token.NewFileSet(), 0
	for _, name := range files {
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name != "CreateRenderer" || fn.Recv == nil {
				continue
			}
			star, ok := fn.Recv.List[0].Type.(*ast.StarExpr)
			if !ok {
				continue
			}
			widget := star.X.(*ast.Ident).Name
			if !ast.IsExported(widget) {
				continue
			}
			found++
			base := strings.TrimPrefix(strings.ToLower(widget), "limit")
			if masters, _ := filepath.Glob("testdata/" + base + "*.xml"); len(masters) == 0 {
				t.Errorf("%s has no master in testdata", widget)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d widgets found", found)
	}
}
