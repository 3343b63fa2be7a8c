package ui_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/assets"
	"afterglow/proxy/reason"
)

// pluralForms are the translations of one language, each by its plural form; "other" is the only one of most texts.
func pluralForms(t *testing.T, language string) map[string]map[string]string {
	t.Helper()
	data, err := assets.Translations.ReadFile("translations/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for key, value := range raw {
		all[key] = map[string]string{}
		switch value := value.(type) {
		case string:
			all[key]["other"] = value
		case map[string]any:
			for form, text := range value {
				all[key][form], _ = text.(string)
			}
		}
	}
	return all
}

// words are the translations of one language, in the form for many.
func words(t *testing.T, language string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for key, forms := range pluralForms(t, language) {
		all[key] = forms["other"]
	}
	return all
}

func TestLanguagesHaveTheSameKeysAndHoles(t *testing.T) {
	english, chinese := pluralForms(t, "en"), pluralForms(t, "zh-Hans")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(chinese))); diff != "" {
		t.Errorf("keys (-en +zh):\n%s", diff)
	}
	hole := regexp.MustCompile(`\{\{[^}]*\}\}`)
	holes := func(text string) []string {
		return slices.Sorted(slices.Values(hole.FindAllString(strings.ReplaceAll(text, "{{.Nth}}", "{{.N}}"), -1)))
	}
	for key, forms := range english {
		want := holes(chinese[key]["other"])
		for form, text := range forms {
			if text == "" || !slices.Equal(holes(text), want) {
				t.Errorf("%s, %s: English has the holes %v, Chinese %v", key, form, holes(text), want)
			}
		}
	}
}

// oneOfMany finds a 1 before a noun in the plural: "1 calls", "1 more notifications".
var oneOfMany = regexp.MustCompile(`\b1 (?:[a-z-]+ ){0,2}?[a-z]{3,}s\b`)

// counted finds a text in place of a number: "{{.Text}} calls".
var counted = regexp.MustCompile(`\{\{\.Text\}\} (?:attempts|calls|days|hours|items|minutes|models|notifications|requests|retries|seconds|sessions|slots|tokens|vendors)\b`)

func TestOneIsNeverFollowedByAPlural(t *testing.T) {
	for text, want := range map[string]bool{
		"1 calls": true, "kept for 1 days": true, "and 1 more notifications": true, "1 concurrent calls": true,
		"1 call": false, "12 ms": false, "1 ms": false, "1 call is waiting": false,
	} {
		if got := oneOfMany.MatchString(text); got != want {
			t.Fatalf("%q: found %t, want %t", text, got, want)
		}
	}
	apptest.Speak(t, "en")
	said := map[string]string{
		"duration: a day": ui.TrLeft(24 * time.Hour), "a term of a day": ui.TermText(24 * time.Hour), "a second": ui.TrTook(time.Second),
		"one call": ui.TrExact("usage.calls", 1), "a place": ui.TrNth("call.place", 1),
	}
	for key, text := range words(t, "en") {
		if strings.Contains(text, "{{.N}}") {
			said[key] = ui.TrTextN(key, "zhipu", 1)
		}
		if counted.MatchString(text) {
			t.Errorf("%s: %q counts with a text, which has no plural form: use {{.N}}", key, text)
		}
	}
	for key, text := range said {
		if oneOfMany.MatchString(text) {
			t.Errorf("%s says %q", key, text)
		}
	}
	if got := ui.TrN("notify.queue_text", 2); got != "2 calls are waiting for a slot." {
		t.Error(got)
	}
}

// TestNumbersChooseThePluralForm finds texts with plural forms that are made without a number to choose one.
func TestNumbersChooseThePluralForm(t *testing.T) {
	forms := pluralForms(t, "en")
	counts := []string{"TrN", "TrExact", "TrTextN", "TrNth", "trFloat"}
	for _, file := range sources(t) {
		for _, use := range uses(t, file) {
			if len(forms[use.key]) > 1 && !slices.Contains(counts, use.by) {
				t.Errorf("%s: %q has plural forms, and %s chooses none", file, use.key, use.by)
			}
		}
	}
}

// chineseUnits are the units and measure words of our texts, which stand directly after their number.
const chineseUnits = "毫秒|秒|分钟|小时|天|次|个|条|项|位|行"

func TestChineseUnitsStandWithoutASpace(t *testing.T) {
	apptest.Speak(t, "zh")
	for _, d := range []time.Duration{0, 40 * time.Millisecond, 1234 * time.Millisecond, 13 * time.Second, 99 * time.Second, 5 * time.Minute, 3 * time.Hour, 72 * time.Hour} {
		for _, text := range []string{ui.TrLeft(d), ui.TrTook(d), ui.SpanText(d), ui.AnswerTime(d), ui.TermText(d)} {
			if strings.Contains(text, " ") {
				t.Errorf("%v is %q", d, text)
			}
		}
	}
	lasts := map[string]bool{} // keys of texts that are given a time: it ends in a unit
	for _, file := range sources(t) {
		for _, use := range uses(t, file) {
			lasts[use.key] = lasts[use.key] || use.lasts
		}
	}
	if !lasts["guide.works"] || !lasts["left"] || lasts["notify.out"] {
		t.Fatalf("texts with a time in them: %v", lasts)
	}
	apart := regexp.MustCompile(`(?:\d|\}\}) (?:` + chineseUnits + `)`)
	after := regexp.MustCompile(`\}\} \p{Han}`)
	counted := regexp.MustCompile(`\p{Han} (?:\d+|\{\{\.N\}\})\p{Han}`)
	for key, text := range words(t, "zh-Hans") {
		if apart.MatchString(text) {
			t.Errorf("%s: a space before a unit: %q", key, text)
		}
		if counted.MatchString(text) {
			t.Errorf("%s: a space before a number that has a unit: %q", key, text)
		}
		if lasts[key] && after.MatchString(text) {
			t.Errorf("%s: a space after a unit: %q", key, text)
		}
	}
}

// TestKeysOfTheCodeAreTheKeysOfTheTranslations reads every call of tr, its kin and when.
func TestKeysOfTheCodeAreTheKeysOfTheTranslations(t *testing.T) {
	used := map[string]bool{}
	known := words(t, "en")
	for _, file := range sources(t) {
		for _, use := range uses(t, file) {
			used[use.key] = true
			if _, ok := known[use.key]; !ok {
				t.Errorf("%s: %q has no translation", file, use.key)
			}
		}
	}
	for _, code := range reason.All {
		key := "reason." + string(code)
		used[key] = true
		if _, ok := known[key]; !ok {
			t.Errorf("the reason %q has no translation", code)
		}
	}
	for key := range known {
		if !used[key] {
			t.Errorf("%q is translated and never used", key)
		}
	}
}

// sources are the files of the desktop, without its tests.
func sources(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	below, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(append(files, below...), func(file string) bool { return strings.HasSuffix(file, "_test.go") })
}

// use is a place where a text is made.
type use struct {
	key   string
	by    string // the function
	lasts bool   // one of its holes gets a time, such as "12 min"
}

// uses are the places of a file where texts are made: calls of tr and its kin with a key as text.
func uses(t *testing.T, file string) []use {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []use
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		by := calledName(call)
		if !slices.Contains([]string{"Tr", "TrN", "TrExact", "TrText", "TrTextN", "trFloat", "TrNth", "TrPair", "When", "report", "Report", "write"}, by) {
			return true
		}
		lasts := slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
			inner, ok := arg.(*ast.CallExpr)
			return ok && slices.Contains([]string{"TrLeft", "TrTook", "SpanText", "AnswerTime", "TermText"}, calledName(inner))
		})
		for _, arg := range call.Args {
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if key, err := strconv.Unquote(lit.Value); err == nil && key != "" {
					found = append(found, use{key, by, lasts})
				}
			}
		}
		return true
	})
	return found
}

// calledName is the name of the function that is called, without its receiver or package.
func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}
