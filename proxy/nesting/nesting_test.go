package nesting

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/goccy/go-yaml/parser"
	"github.com/tidwall/gjson"

	"afterglow/proxy/boundtest"
)

var many = strings.Repeat

// 16 MiB of brackets end a program whose parser calls itself for each: this test would not come to its end.
func TestDeepJSONEndsNoProgram(t *testing.T) {
	const n = 16 << 20
	for _, text := range []string{many("[", n), many(`{"a":`, n/5), `{"a":"[","b":` + many("[", n), many("[", n) + many("]", n)} {
		if Valid(text) || ValidBytes([]byte(text)) {
			t.Errorf("%.20q… is valid", text)
		}
	}
}

func TestJSONAsDeepAsItMayBeIsValid(t *testing.T) {
	for depth, want := range map[int]bool{1: true, Deepest: true, Deepest + 1: false} {
		text := many("[", depth) + many("]", depth)
		if Valid(text) != want || ValidBytes([]byte(text)) != want {
			t.Errorf("depth %d: expected %t", depth, want)
		}
	}
	wide := "[" + many(`{"a":["[[[["]},`, 4000) + "0]"
	if !Valid(wide) || !ValidBytes([]byte(wide)) {
		t.Error("JSON that is only long is refused")
	}
}

func FuzzValid(f *testing.F) {
	for _, text := range []string{`{"a":[1,"]\"",null]}`, `[/*]*/1]`, "//[\n1", `"\`, `[[[{"\\":"["}]]]`, "", "/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := Valid(text), gjson.Valid(text) && tooDeep(text, Deepest) < 0; got != want || ValidBytes([]byte(text)) != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
		var any json.RawMessage
		if json.Unmarshal([]byte(text), &any) == nil && tooDeep(text, len(text)) >= 0 {
			t.Errorf("%q: counted more levels than it has bytes", text)
		}
	})
}

// depthOf is how deep what a parser made is nested.
func depthOf(v any) (deepest int) {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			deepest = max(deepest, depthOf(inner)+1)
		}
	case []map[string]any:
		for _, inner := range v {
			deepest = max(deepest, depthOf(inner))
		}
	case []any:
		for _, inner := range v {
			deepest = max(deepest, depthOf(inner)+1)
		}
	}
	return deepest
}

func TestDeepTOMLIsRefusedBeforeItIsParsed(t *testing.T) {
	const n = 20_000
	for name, text := range map[string]string{
		"tables":      "x = " + many("{a=", n) + "1" + many("}", n),
		"lists":       "x = " + many("[", n) + many("]", n),
		"key":         "x" + many(".a", n) + " = 1",
		"header":      "[x" + many(".a", n) + "]",
		"row":         "[[x" + many(".a", n) + "]]",
		"mixed":       "[a.b]\nx" + many(".a", 20) + " = " + many("{a.b=", n) + "1",
		"lines":       "x = [\n" + many("[\n", n),
		"after text":  "a = \"[\"\nb = '''\n]]'''\nx = " + many("[", n),
		"long quotes": `y = {x = """a"""", z = ` + many("[", n),
	} {
		if err := TOML(text); !errors.Is(err, ErrTooDeep) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := TOML("a = 1\n\nb = " + many("[", 99)); err == nil || !strings.HasPrefix(err.Error(), "line 3: nested too deep") {
		t.Error(err)
	}
}

func TestTOMLThatIsNotDeepPasses(t *testing.T) {
	for _, text := range []string{
		many("x = [[[[1.5, 2.5]]]]\n", 1000), many("[a.b.c]\n", 1000), "x = \"" + many("[", 1000) + "\"", "# " + many("[", 1000),
		"x = '" + many("[", 1000) + "'", "x = '''\n" + many("[\n", 1000) + "'''", "x = [" + many("{a = [1]}, ", 1000) + "]", many("[", DeepestFile-1),
	} {
		if err := TOML(text); err != nil {
			t.Errorf("%.40q…: %v", text, err)
		}
	}
}

// A text that passes is parsed in little time, and is as deep as it may be.
func FuzzTOML(f *testing.F) {
	for _, text := range []string{
		"[a.b]\nc = {d.e = [1, [2]]}", "x = '''\n''''\n", "a = \"\\\"[\"", "# [\n[[a]]", "\"a.b\".c = 1", "'[' = [\n#]\n]", "a = \"\"\"\"\"\"\"\nb=[", "x = [{a = 1},\n{b = 2}]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 64<<10 || TOML(text) != nil {
			return
		}
		boundtest.Within(t, 100<<20, func() {
			var any map[string]any
			if _, err := toml.Decode(text, &any); err == nil && depthOf(any) > DeepestFile+1 {
				t.Errorf("%d levels passed: %q", depthOf(any), text)
			}
		})
	})
}

func TestDeepYAMLIsRefusedBeforeItIsParsed(t *testing.T) {
	const n = 100_000
	for name, text := range map[string]string{
		"lists": many("[", n), "mappings": many("{a: ", n/4), "entries": many("- ", n/2), "keys": many("? ", n/2), "long": many("a: 1\n", n),
		"hidden": many("[ #]\n", n/5), "in text": "a: |\n  \"\nb: " + many("[", 3000), "line": "a: " + many("&a ", n/3),
	} {
		if YAML([]byte(text)) == nil {
			t.Errorf("%s: it passes", name)
		}
	}
	if err := YAML([]byte("a: [1, {b: 2}]\n- - - c\n# -----------------------------------------------------\n")); err != nil {
		t.Error(err)
	}
}

func FuzzYAML(f *testing.F) {
	for _, text := range []string{"a: [1, {b: 2}]\n", "- - - c\n", "a: &x 1\nb: *x\n", "? a\n: b\n", "a: |\n  x\n", "--- !!map\na: 'x'\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if YAML([]byte(text)) != nil {
			return
		}
		boundtest.Within(t, 1<<30, func() {
			_, _ = parser.ParseBytes([]byte(text), 0)
		})
	})
}
