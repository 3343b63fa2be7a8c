// Package cmd_test keeps the shape of the whole project.
package cmd_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type listed struct {
	ImportPath string
	Name       string
	Imports    []string
	Deps       []string
}

// rules say which packages may import what. A pattern is an import path, or with "/..." at its end all
// below it too. The first rule of a list that a package matches counts for it.
var rules = []struct {
	imported string   // by pattern
	only     []string // the packages that may, by pattern
	why      string
}{
	{"fyne.io/fyne/v2/app", []string{"afterglow/cmd/afterglow"}, "app takes a fyne.App and never makes one"},
	{"fyne.io/fyne/v2/...", append([]string{"afterglow/cmd/afterglow", "afterglow/app", "afterglow/app/apptest", "afterglow/app/widget"}, slices.Collect(maps.Keys(rooms))...),
		"the proxy, the view model and the services of the desktop need no Fyne"},
	{"fyne.io/systray", []string{"afterglow/app", "afterglow/app/tray"}, "one place shows the tray"},
	{"github.com/go-resty/resty/v2", []string{"afterglow/proxy/upstream", "afterglow/proxy/credential"}, "one place calls vendors"},
	{"github.com/pelletier/go-toml/...", []string{"afterglow/proxy/config", "afterglow/proxy/connect"}, "one place edits configuration, another a client's"},
	{"github.com/BurntSushi/toml", []string{"afterglow/proxy/config", "afterglow/proxy/connect"}, "one place reads configuration, another checks a client's"},
	{"github.com/tailscale/hujson", []string{"afterglow/proxy/connect"}, "nothing of ours has comments in JSON"},
	{"modernc.org/sqlite/...", []string{"afterglow/proxy/ledger"}, "one place keeps calls"},
	{"github.com/prometheus/...", []string{"afterglow/proxy/metrics"}, "one place knows Prometheus"},
	{"github.com/goccy/go-yaml/...", []string{"afterglow/proxy/migrate"}, "nothing of ours is YAML"},
	{"afterglow/app/...", []string{"afterglow/app/...", "afterglow/cmd/afterglow"}, "the proxy must work without a desktop"},
	{"afterglow/proxy/...", append([]string{"afterglow/proxy/...", "afterglow/app", "afterglow/app/apptest", "afterglow/app/viewmodel", "afterglow/app/desktoptest", "afterglow/cmd/..."}, slices.Collect(maps.Keys(rooms))...),
		"the limiter, the widgets and the services of the desktop know no proxy"},
	{"afterglow/limiter", append([]string{"afterglow/proxy/...", "afterglow/app", "afterglow/app/apptest", "afterglow/app/viewmodel"}, slices.Collect(maps.Keys(rooms))...), "widgets draw and decide nothing"},
}

// rooms are the packages below app that show the proxy, each with the packages below app that it may import. No page knows
// another page.
var rooms = map[string][]string{
	"afterglow/app/ui":       {"viewmodel", "widget"},
	"afterglow/app/window":   {"ui", "viewmodel", "widget"},
	"afterglow/app/parts":    {"ui", "viewmodel", "widget"},
	"afterglow/app/tray":     {"ui", "parts", "viewmodel"},
	"afterglow/app/live":     {"ui", "parts", "viewmodel", "widget"},
	"afterglow/app/activity": {"ui", "parts", "viewmodel", "widget"},
	"afterglow/app/usage":    {"ui", "parts", "viewmodel", "widget"},
	"afterglow/app/vendors":  {"ui", "parts", "viewmodel", "widget"},
	"afterglow/app/clients":  {"ui", "parts", "viewmodel", "widget"},
	"afterglow/app/settings": {"ui", "parts", "viewmodel", "widget", "desktop"},
	"afterglow/app/guide":    {"ui", "parts", "viewmodel", "widget"},
}

// leaves are packages of ours that import none of ours but those given.
var leaves = map[string][]string{
	"afterglow/limiter":         {},
	"afterglow/assets":          {},
	"afterglow/proxy/calendar":  {},
	"afterglow/proxy/bounds":    {},
	"afterglow/proxy/sse":       {"afterglow/proxy/bounds"},
	"afterglow/proxy/nesting":   {},
	"afterglow/proxy/anthropic": {"afterglow/proxy/sse", "afterglow/proxy/nesting"},
	"afterglow/proxy/openai":    {"afterglow/proxy/sse", "afterglow/proxy/anthropic", "afterglow/proxy/nesting", "afterglow/proxy/bounds"},
	"afterglow/proxy/gemini":    {"afterglow/proxy/sse", "afterglow/proxy/anthropic", "afterglow/proxy/nesting"},
	"afterglow/proxy/price":     {"afterglow/proxy/anthropic"},
	"afterglow/proxy/ledger":    {"afterglow/proxy/anthropic", "afterglow/proxy/calendar", "afterglow/proxy/price"},
	"afterglow/proxy/history":   {"afterglow/limiter", "afterglow/proxy/calendar"},
	"afterglow/proxy/metrics":   {"afterglow/limiter", "afterglow/proxy/ledger"},
	"afterglow/proxy/redact":    {},
	"afterglow/proxy/logging":   {"afterglow/proxy/config", "afterglow/proxy/redact"},
	"afterglow/proxy/migrate":   {"afterglow/proxy/config", "afterglow/proxy/reason", "afterglow/proxy/nesting"},
	"afterglow/proxy/connect":   {"afterglow/proxy/config", "afterglow/proxy/nesting", "afterglow/proxy/reason"},
	"afterglow/app/desktop":     {},
	"afterglow/app/widget":      {"afterglow/assets"},
}

// vague are names that say nothing of what a package is for.
var vague = []string{"internal", "util", "utils", "common", "helper", "helpers", "types", "pkg", "misc", "base"}

func TestImports(t *testing.T) {
	for _, p := range list(t) {
		for _, imported := range p.Imports {
			for _, r := range rules {
				if within(imported, r.imported) {
					if !slices.ContainsFunc(r.only, func(pattern string) bool { return within(p.ImportPath, pattern) }) {
						t.Errorf("%s imports %s: %s", p.ImportPath, imported, r.why)
					}
					break
				}
			}
			if may, leaf := leaves[p.ImportPath]; leaf && strings.HasPrefix(imported, "afterglow/") && !slices.Contains(may, imported) {
				t.Errorf("%s imports %s, but it should stand alone", p.ImportPath, imported)
			}
			if below, ours := strings.CutPrefix(imported, "afterglow/app/"); ours && rooms[p.ImportPath] != nil && !slices.Contains(rooms[p.ImportPath], below) {
				t.Errorf("%s imports %s: expected only %s of app", p.ImportPath, imported, strings.Join(rooms[p.ImportPath], ", "))
			}
		}
		if slices.Contains(vague, path.Base(p.ImportPath)) || slices.Contains(vague, p.Name) {
			t.Errorf("%s: the name says nothing", p.ImportPath)
		}
	}
}

// A parser that calls itself for every level ends the program where a text is deep enough: package nesting stands before.
func TestJSONIsCheckedForItsDepth(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || filepath.Base(filepath.Dir(path)) == "nesting" {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "gjson.Valid") {
			t.Errorf("%s: expected nesting.Valid in place of gjson.Valid", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLimiterNeedsOnlyTheStandardLibrary(t *testing.T) {
	for _, p := range list(t) {
		if p.ImportPath != "afterglow/limiter" {
			continue
		}
		for _, dep := range p.Deps {
			if first, _, _ := strings.Cut(dep, "/"); strings.Contains(first, ".") {
				t.Errorf("afterglow/limiter depends on %s", dep)
			}
		}
	}
}

// Without a screen nothing of the desktop is compiled, and no header of it is needed.
func TestTheHeadlessProgramNeedsNoDesktop(t *testing.T) {
	for _, p := range list(t) {
		if p.ImportPath != "afterglow/cmd/afterglowd" {
			continue
		}
		for _, dep := range p.Deps {
			for _, desktop := range []string{"afterglow/app/...", "fyne.io/...", "github.com/fyne-io/...", "github.com/go-gl/..."} {
				if within(dep, desktop) {
					t.Errorf("afterglowd depends on %s", dep)
				}
			}
		}
	}
}

func TestTopLevel(t *testing.T) {
	want := []string{"app", "assets", "cmd", "docs", "limiter", "proxy"}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		made := e.Name() == "bin" || e.Name() == "out" || strings.HasPrefix(e.Name(), ".")
		if e.IsDir() && !made && !slices.Contains(want, e.Name()) {
			t.Errorf("folder %s: expected only %s", e.Name(), strings.Join(want, ", "))
		}
	}
}

// list asks the go command for every package of the module.
func list(t *testing.T) (all []listed) {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-tags", "desktop", "-json=ImportPath,Name,Imports,Deps", "afterglow/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for decode := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decode.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list names only %d packages", len(all))
	}
	return all
}

func within(importPath, pattern string) bool {
	if folder, below := strings.CutSuffix(pattern, "/..."); below {
		return importPath == folder || strings.HasPrefix(importPath, folder+"/")
	}
	return importPath == pattern
}
