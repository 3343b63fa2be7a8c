package config

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const referenceFile = "../../docs/configuration.md"

// option is one key as its struct's field says it.
type option struct{ key, form, usual, meaning string }

// TestReferenceIsOfTheCode makes the tables of docs/configuration.md from the comments of the structs that a file is
// decoded into, and the built-in vendors' from assets/default.toml.
func TestReferenceIsOfTheCode(t *testing.T) {
	tables := map[string]string{}
	for name, options := range optionsOf(t) {
		tables["keys of "+name] = tableOf(options)
	}
	tables["vendors of the chain"], tables["other vendors"] = vendorTables(t)
	text, err := os.ReadFile(referenceFile)
	must(t, err)
	seen := map[string]bool{}
	want := regexp.MustCompile(`(?s)<!-- ([^>]+) -->\n.*?<!-- end -->`).ReplaceAllStringFunc(string(text), func(part string) string {
		name := part[len("<!-- "):strings.Index(part, " -->")]
		if tables[name] == "" {
			t.Errorf("%s: there is no table %q", referenceFile, name)
		}
		seen[name] = true
		return "<!-- " + name + " -->\n" + tables[name] + "<!-- end -->"
	})
	for name := range tables {
		if !seen[name] {
			t.Errorf("%s does not have the %s", referenceFile, name)
		}
	}
	if *update {
		must(t, os.WriteFile(referenceFile, []byte(want), 0o644))
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("%s is not what the code says: go test ./proxy/config -run Reference -update\n%s", referenceFile, diff)
	}
}

// optionsOf reads the comments of this package's structs with toml tags.
func optionsOf(t *testing.T) map[string][]option {
	t.Helper()
	files, err := filepath.Glob("*.go")
	must(t, err)
	found := map[string][]option{}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		must(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					if options := fields(t, spec.Name.Name, s); len(options) > 0 {
						found[spec.Name.Name] = options
					}
				}
				return false
			}
			return true
		})
	}
	for _, inner := range []string{"nativesFile", "pricesFile", "Rule"} { // their keys are told in words
		delete(found, inner)
	}
	return found
}

func fields(t *testing.T, owner string, s *ast.StructType) (options []option) {
	for _, field := range s.Fields.List {
		if field.Tag == nil {
			continue
		}
		key := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("toml")
		if key == "" {
			continue
		}
		meaning, usual, _ := strings.Cut(strings.TrimSpace(field.Doc.Text()), "\nDefault: ")
		if meaning == "" && owner != "pricesFile" && owner != "nativesFile" && owner != "Rule" {
			t.Errorf("%s: key %s has no comment that says what it means", owner, key)
		}
		options = append(options, option{key, form(field.Type), usual, strings.ReplaceAll(meaning, "\n", " ")})
	}
	return options
}

// form is what a key's value looks like, for people.
func form(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return form(e.X)
	case *ast.ArrayType:
		return "list"
	case *ast.MapType:
		return "table"
	case *ast.Ident:
		if word, ok := map[string]string{
			"string": "text", "int": "number", "int64": "number", "float64": "number", "bool": "true, false", "duration": "duration", "size": "size",
			"tierList": "list", "amount": "price",
		}[e.Name]; ok {
			return word
		}
	}
	return "table"
}

func tableOf(options []option) string {
	var b strings.Builder
	b.WriteString("| key | value | default | meaning |\n|---|---|---|---|\n")
	for _, o := range options {
		usual := o.usual
		if isValue(usual) {
			usual = "`" + usual + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", o.key, o.form, usual, o.meaning)
	}
	return b.String()
}

// isValue tells a default that could stand in a file from one in words.
func isValue(text string) bool {
	return regexp.MustCompile(`^("[^"]*"|\d+|true|false|\[[^\]]*\])$`).MatchString(text)
}

// vendorTables are of the built-in vendors: those that are in the chain without a file, and the others.
func vendorTables(t *testing.T) (chain, others string) {
	t.Helper()
	own, err := builtIn()
	must(t, err)
	const head = "| name | dialect | base URL | key | models | limit |\n|---|---|---|---|---|---|\n"
	chain, others = head, head
	for _, row := range own.Vendors {
		base, key := or(row.BaseURL, ""), strings.Trim(or(row.Key, ""), "${}")
		if base != "" {
			base = "`" + base + "`"
		} else {
			base = "that of the account's type"
		}
		switch Auth(or(row.Auth, "")) {
		case AuthClient:
			key = "the client's own"
		case AuthNone:
			key = "none"
		case AuthCopilot, AuthGoogle:
			key = "[sign-in](signing-in.md)"
		default:
			key = "`" + key + "`"
		}
		var models []string
		for _, r := range row.Models {
			models = append(models, fmt.Sprintf("%s → %s", strings.ReplaceAll(r.Match, "*", `\*`), r.To))
		}
		if row.DefaultModel != nil {
			models = append(models, "else "+*row.DefaultModel)
		}
		limit := "none"
		if row.Limit != nil && row.Limit.Default != nil {
			limit = fmt.Sprintf("%d per model", *row.Limit.Default)
		}
		line := fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s |\n", row.Name, or(row.Dialect, ""), base, key, strings.Join(models, ", "), limit)
		if slices.ContainsFunc(own.Tiers, func(tier []string) bool { return slices.Contains(tier, row.Name) }) {
			chain += line
		} else {
			others += line
		}
	}
	return chain, others
}

// TestDefaultsAreThoseOfTheReference writes each default that the reference names into a file, and asks that nothing is
// different from a file without it.
func TestDefaultsAreThoseOfTheReference(t *testing.T) {
	const row = "[[vendors]]\nname = \"lab\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:9001\"\nauth = \"none\"\n"
	const price = "[[prices]]\nvendor = \"lab\"\nmodel = \"m\"\ninput = 1\noutput = 2\n"
	// where a struct's keys stand in a file: before and after them, what makes them matter.
	places := map[string]struct{ before, needs string }{
		"file":       {"%s\n" + row, ""},
		"vendorFile": {row + "%s\n", ""},
		"limitFile":  {row + "limit = { %s }\n", "default = 3"}, "retryFile": {row + "retry = { %s }\n", "attempts = 2"},
		"acceptsFile": {row + "accepts = { %s }\n", ""}, "breakerFile": {row + "breaker = { %s }\n", ""},
		"quotaFile": {row + "quota = { %s }\n", "tokens = 5"}, "ledgerFile": {row + "[ledger]\n%s\n", ""},
		"logFile": {row + "[log]\n%s\n", ""}, "nativeFile": {row + "[native.openai]\n%s\n", ""}, "priceFile": {row + price + "%s\n", ""},
		"Session": {row + "[[sessions]]\nmatch = \"*\"\nvendors = [\"lab\"]\n%s\n", ""},
	}
	checked := 0
	options := optionsOf(t)
	for _, name := range slices.Sorted(maps.Keys(options)) {
		place, ok := places[name]
		if !ok {
			t.Errorf("nobody knows where the keys of %s stand", name)
			continue
		}
		for _, o := range options[name] {
			if !isValue(o.usual) || strings.HasPrefix(place.needs, o.key+" ") || onlyElsewhere[o.key] {
				continue
			}
			with := o.key + " = " + o.usual
			if place.needs != "" {
				with = place.needs + ", " + with
			}
			want, err := Parse("f", fmt.Sprintf(place.before, place.needs), os.Getenv)
			must(t, err)
			got, err := Parse("f", fmt.Sprintf(place.before, with), os.Getenv)
			must(t, err)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
				t.Errorf("%s: %s = %s is not the default:\n%s", name, o.key, o.usual, diff)
			}
			checked++
		}
	}
	if checked < 30 {
		t.Errorf("only %d defaults could be tried", checked)
	}
}

// onlyElsewhere are keys that the file above may not have: they belong to vendors who sign in.
var onlyElsewhere = map[string]bool{"account_type": true}
