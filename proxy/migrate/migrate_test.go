package migrate

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"afterglow/proxy/boundtest"
	"afterglow/proxy/config"
)

var update = flag.Bool("update", false, "write what the golden files should hold")

// setAll is an environment in which every variable is set.
func setAll(name string) string {
	if strings.HasPrefix(name, "NATIVE_") {
		return ""
	}
	return "value-of-" + name
}

// Each file of testdata holds a config.yaml, the TOML that it becomes, and the notes. The TOML is always a correct
// configuration.
func TestConversions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			golden, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			toml, notes, err := Convert(golden.Files[0].Data)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := config.Parse("config.toml", toml, setAll); err != nil {
				t.Errorf("%v\n%s", err, toml)
			}
			if strings.Contains(strings.Join(notes, "\n"), "s3cret") {
				t.Errorf("a note shows a secret: %q", notes)
			}
			got := []txtar.File{golden.Files[0], {Name: "config.toml", Data: []byte(toml)}, {Name: "notes", Data: []byte(strings.Join(append(notes, ""), "\n"))}}
			if *update {
				if err := os.WriteFile(name, txtar.Format(&txtar.Archive{Files: got}), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(golden.Files, got); d != "" {
				t.Fatal(d)
			}
		})
	}
}

// RC-82: vendors without tiers are the chain in their order; nothing that is usual leaks into it.
func TestVendorsWithoutTiersAreTheChain(t *testing.T) {
	for yaml, want := range map[string]string{
		"vendors: [{vendor: kimi, api_key: k}, {vendor: minimax, api_key: m, enabled: false}, {vendor: anthropic}]": "kimi anthropic",
		"tiers: [{backend: kimi, api_key: k}]":             "kimi",
		"fallback: {api_key: z}\nprimary: {enabled: true}": "anthropic zhipu",
		"tiers: [anthropic, zhipu, zhipu]":                 "anthropic zhipu",
		"server: {port: 4000}":                             "zhipu anthropic copilot",
		"":                                                 "zhipu anthropic copilot",
		"tiers: [kimi, zhipu]\nvendors: [{vendor: zhipu}]":                       "zhipu",
		"vendors:\n- &a {vendor: kimi, api_key: k}\n- {<<: *a, vendor: minimax}": "kimi minimax",
	} {
		toml, _, err := Convert([]byte(yaml))
		if err != nil {
			t.Errorf("%q: %v", yaml, err)
			continue
		}
		conf, err := config.Parse("config.toml", toml, setAll)
		if err != nil {
			t.Errorf("%q: %v", yaml, err)
			continue
		}
		var names []string
		for _, v := range conf.Vendors {
			names = append(names, v.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q: %s, want %s", yaml, got, want)
		}
	}
}

func TestWhatIsNoConfiguration(t *testing.T) {
	for _, yaml := range []string{"- a\n- b", "just words", "a: [", "api_key: \"s3cret"} {
		_, _, err := Convert([]byte(yaml))
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", yaml, err)
		}
	}
}

// A key with dollar signs is the same key after both languages.
func TestKeysStayAsTheyAre(t *testing.T) {
	for key, want := range map[string]string{"a$$b": "a$$b", `"x${Y}z"`: "xvalue-of-Yz", "p$q": "p$q", `"q\"'r"`: `q"'r`} {
		toml, _, err := Convert([]byte("vendors: [{vendor: kimi, api_key: " + key + "}]"))
		if err != nil {
			t.Fatal(err)
		}
		conf, err := config.Parse("config.toml", toml, setAll)
		if err != nil {
			t.Fatal(err)
		}
		if got := conf.Vendors[0].Key.Reveal(); got != want {
			t.Errorf("%s became %s, want %s", key, got, want)
		}
	}
}

func TestAliasesWithoutEndEnd(t *testing.T) {
	for _, yaml := range []string{"a: &a [*a]", "a: &a [*a, *a, *a]", "a: &a {<<: *a, b: *a, c: *a}", "vendors: &a [*a, *a]"} {
		if _, _, err := Convert([]byte(yaml)); err != nil {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}

// 100 KB of brackets took 36 s, as many entries in entries 20 s.
func TestADeepFileIsNotConverted(t *testing.T) {
	for _, text := range []string{"vendors: " + strings.Repeat("[", 100_000), strings.Repeat("- ", 60_000), strings.Repeat("{a: ", 30_000), strings.Repeat("a: 1\n", 100_000)} {
		boundtest.Within(t, 16<<20, func() {
			if _, _, err := Convert([]byte(text)); err == nil || !strings.Contains(err.Error(), "read YAML: ") {
				t.Errorf("%.20q…: %v", text, err)
			}
		})
	}
}

// What coding-proxy sent over the network for everybody to read is not taken over.
func TestTheClientsOwnCredentialsAreNotLedOverHTTP(t *testing.T) {
	const yaml = "vendors:\n- vendor: anthropic\n  base_url: http://gateway.example\n- vendor: zhipu\n  base_url: http://zhipu.example\nnative_api:\n  openai:\n    base_url: http://192.168.0.1/v1\n  gemini:\n    base_url: http://localhost:1\n"
	toml, notes, err := Convert([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.Parse("f", toml, setAll); err != nil {
		t.Error(err)
	}
	said := strings.Join(notes, "\n")
	if strings.Contains(toml, "gateway.example") || strings.Contains(toml, "192.168") || !strings.Contains(toml, "zhipu.example") || !strings.Contains(toml, "localhost:1") ||
		!strings.Contains(said, "line 3, vendors[0].base_url: http://gateway.example is not encrypted") || !strings.Contains(said, "native_api.openai.base_url: http://192.168.0.1 is not") {
		t.Errorf("%s\n%s", toml, said)
	}
}

func FuzzConvert(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		if golden, err := txtar.ParseFile(name); err == nil {
			f.Add(golden.Files[0].Data)
		}
	}
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, yaml []byte) { boundtest.Within(t, 1<<30, func() { Convert(yaml) }) })
}
