package app

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-text/typesetting/font"
	"github.com/google/go-cmp/cmp"

	"afterglow/app/board"
	"afterglow/assets"
)

// words are the translations of one language.
func words(t *testing.T, language string) map[string]string {
	t.Helper()
	data, err := assets.Translations.ReadFile("translations/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]string
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func chineseFace(t *testing.T) *font.Face {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(assets.ChineseFont))
	if err != nil {
		t.Fatal(err)
	}
	return face
}

func TestLanguagesHaveTheSameKeysAndHoles(t *testing.T) {
	english, chinese := words(t, "en"), words(t, "zh-Hans")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(chinese))); diff != "" {
		t.Errorf("keys (-en +zh):\n%s", diff)
	}
	for key, text := range english {
		text = strings.ReplaceAll(text, "{{.Nth}}", "{{.N}}")
		for _, hole := range []string{"{{.N}}", "{{.Text}}"} {
			if strings.Contains(text, hole) != strings.Contains(chinese[key], hole) {
				t.Errorf("%s: only one language has %s", key, hole)
			}
		}
	}
}

// TestKeysOfTheCodeAreTheKeysOfTheTranslations reads every call of tr, its kin and when.
func TestKeysOfTheCodeAreTheKeysOfTheTranslations(t *testing.T) {
	used := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := words(t, "en")
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys(t, source) {
			used[key] = true
			if _, ok := known[key]; !ok {
				t.Errorf("%s: %q has no translation", file, key)
			}
		}
	}
	for key := range known {
		if !used[key] {
			t.Errorf("%q is translated and never used", key)
		}
	}
}

// keys are the string literals in source that look like keys: two or more words with a dot, as
// arguments of a call.
func keys(t *testing.T, source []byte) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, _ := call.Fun.(*ast.Ident)
		if name == nil {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
				name = sel.Sel
			}
		}
		if name == nil || !slices.Contains([]string{"tr", "trN", "trText", "trFloat", "trNth", "trPair", "when", "report"}, name.Name) {
			return true
		}
		for _, arg := range call.Args {
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if key, err := strconv.Unquote(lit.Value); err == nil && key != "" {
					found = append(found, key)
				}
			}
		}
		return true
	})
	return found
}

func TestTooltip(t *testing.T) {
	busy := board.Board{Totals: board.Totals{InFlight: 3, Pending: 2}, Busy: []board.Row{{Model: "glm-5.1", InFlight: 3, Pending: 2}}}
	free := board.Board{Totals: board.Totals{InFlight: 1}, Busy: []board.Row{{Model: "kimi-k2", InFlight: 1}}}
	for language, want := range map[string][5]string{
		"en": {"3 in flight · 2 queued · glm-5.1", "1 in flight · kimi-k2", "Afterglow: no calls in flight", "Afterglow is paused", "Afterglow cannot serve calls"},
		"zh": {"3 进行中 · 2 排队中 · glm-5.1", "1 进行中 · kimi-k2", "Afterglow：没有进行中的调用", "Afterglow 已暂停", "Afterglow 无法处理调用"},
	} {
		t.Run(language, func(t *testing.T) {
			speak(t, language)
			for i, b := range []board.Board{busy, free, {}, {Paused: true}, {Down: true}} {
				if got := tooltip(b); got != want[i] {
					t.Errorf("%+v: %q, want %q", b, got, want[i])
				}
			}
		})
	}
}

func TestExportLine(t *testing.T) {
	for addr, want := range map[string]string{
		"":               "",
		"127.0.0.1:3392": "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392",
		"[::1]:3392":     "export ANTHROPIC_BASE_URL=http://[::1]:3392",
		"0.0.0.0:80":     "export ANTHROPIC_BASE_URL=http://127.0.0.1:80",
		"[::]:3392":      "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392",
		":3392":          "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392",
	} {
		if got := exportLine(addr); got != want {
			t.Errorf("%q: %q, want %q", addr, got, want)
		}
	}
}
