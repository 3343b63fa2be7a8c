package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sources calls look with every Go file of the programs, tests left out.
func sources(t *testing.T, look func(path string, f *ast.File)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test") || strings.Contains(path, "/.ci/") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		look(path, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// contacted are the hosts that the security page says are, beside those of the vendors of a configuration.
var contacted = []string{
	"api.anthropic.com", "api.openai.com", "generativelanguage.googleapis.com", // native paths
	"github.com", "api.github.com", "api.githubcopilot.com", // Copilot; its accounts' hosts begin with api.
	"accounts.google.com", "oauth2.googleapis.com", "cloudresourcemanager.googleapis.com", // Antigravity
}

// Nothing else is contacted: no address of any other host is in the programs.
func TestTheHostsThatAreContacted(t *testing.T) {
	host := regexp.MustCompile(`https?://([^/"'\s%\\]*)`)
	scopes := regexp.MustCompile(`^https://www\.googleapis\.com/auth/`) // names of rights
	var seen []string
	sources(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range host.FindAllStringSubmatch(text, -1) {
				name, _, _ := strings.Cut(m[1], ":")
				local := name == "" || name == "127.0.0.1" || name == "localhost" || name == "host" || name == "HOST" || name == "api." // completed where it stands
				document := strings.Contains(text, "<!DOCTYPE")                                                                         // its kind has an address for a name
				if local || document || scopes.MatchString(text) {
					continue
				}
				if seen = append(seen, name); !slices.Contains(contacted, name) {
					t.Errorf("%s: %s, which docs/security.md does not name", path, m[0])
				}
			}
			return true
		})
	})
	page := read(t, "../docs/security.md")
	for _, name := range contacted {
		if !slices.Contains(seen, name) || !strings.Contains(page, "`"+name+"`") && !strings.HasSuffix(name, "githubcopilot.com") {
			t.Errorf("%s is not in the programs, or not on the page", name)
		}
	}
}

// TLS is Go's: nothing looks away from a certificate, or takes an old version.
func TestTLSIsGosOwn(t *testing.T) {
	sources(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && slices.Contains([]string{"InsecureSkipVerify", "MinVersion", "VerifyPeerCertificate", "RootCAs"}, id.Name) {
				t.Errorf("%s: %s", path, id.Name)
			}
			return true
		})
	})
}

// Each fuzz target bounds what one input may cost, and stands in the table of docs/development.md.
func TestFuzzTargetsHaveBoundsAndAreListed(t *testing.T) {
	page := read(t, "../docs/development.md")
	def := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	found := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		targets := def.FindAllStringSubmatch(string(text), -1)
		if bounds := strings.Count(string(text), "boundtest."); len(targets) > 0 && bounds == 0 {
			t.Errorf("%s: its targets bound neither time nor memory: use package boundtest", path)
		}
		for _, m := range targets {
			if found++; !strings.Contains(page, "`"+m[1]+"`") {
				t.Errorf("%s: docs/development.md does not name %s", path, m[1])
			}
		}
		return err
	})
	if err != nil || found < 30 {
		t.Errorf("%d targets, %v", found, err)
	}
}

// Each statement of the security page names the test that fails where it is not true.
func TestTheSecurityPagesTestsAreThere(t *testing.T) {
	tests := map[string]bool{}
	def := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range def.FindAllStringSubmatch(string(text), -1) {
			tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`")
	section, statements := "", 0
	page := strings.ReplaceAll(read(t, "../docs/security.md"), "\n  ", "  ") // a statement goes on
	for n, line := range strings.Split(page, "\n") {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			section = head
		}
		found := named.FindAllStringSubmatch(line, -1)
		for _, m := range found {
			if !tests[m[1]] {
				t.Errorf("statement %d: there is no test %s", n+1, m[1])
			}
		}
		advice := section == "" || section == "If a key has leaked" || section == "What you install"
		row := strings.HasPrefix(line, "| ") && !strings.Contains(line, "| test |") || strings.HasPrefix(line, "* ")
		if advice || !row {
			continue
		}
		if statements++; len(found) == 0 {
			t.Errorf("statement %d names no test: %.60s…", n+1, line)
		}
	}
	if statements < 30 {
		t.Errorf("%d statements were found", statements)
	}
}
