package config

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"afterglow/assets"
	"afterglow/proxy/boundtest"
	"afterglow/proxy/price"
)

var update = flag.Bool("update", false, "write what the golden files should hold")

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// anyKey is an environment that has every key.
func anyKey(name string) string {
	if strings.HasSuffix(name, "_KEY") {
		return "set"
	}
	return ""
}

func parse(t *testing.T, text string, getenv func(string) string) Config {
	t.Helper()
	conf, err := Parse("test.toml", text, getenv)
	if err != nil {
		t.Fatal(err)
	}
	return conf
}

func chain(conf Config) string {
	var names []string
	for _, v := range conf.Vendors {
		names = append(names, v.Name)
	}
	return strings.Join(names, " ")
}

func TestTheDesignsExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/example.toml")
	if err != nil {
		t.Fatal(err)
	}
	conf := parse(t, string(text), env("ZHIPU_API_KEY", "z", "KIMI_API_KEY", "k", "LAB_KEY", "l"))
	if got := chain(conf); got != "zhipu work-kimi lab anthropic" {
		t.Fatal(got)
	}
	zhipu, kimi, lab := conf.Vendors[0], conf.Vendors[1], conf.Vendors[2]
	want := Limit{Default: 3, Total: 10, Max: 20, MaxPending: 64, MaxWait: 4 * time.Minute, Fair: true, Models: map[string]int{"glm-5.1": 2}}
	if d := cmp.Diff(want, zhipu.Limit); d != "" {
		t.Error(d)
	}
	fair := parse(t, "[[vendors]]\nname = \"zhipu\"\nlimit = { default = 3, fair = true }", anyKey).Vendors[0]
	if !fair.Limit.Fair || fair.Limit.Default != 3 {
		t.Errorf("fair: %+v", fair.Limit)
	}
	if zhipu.BaseURL != "https://open.bigmodel.cn/api/anthropic" || zhipu.Accepts.Thinking != "enabled" || zhipu.Retry.Attempts != 5 {
		t.Errorf("the preset is lost: %+v", zhipu)
	}
	if kimi.BaseURL != "https://api.kimi.com/coding/" || kimi.Key.Reveal() != "k" || kimi.Title != "work-kimi" {
		t.Errorf("%+v", kimi)
	}
	for name, want := range map[string]string{"claude-opus-5-5": "lab-large", "claude-haiku-4-5": "lab-small", "claude-sonnet-x": "lab-small", "other": "lab-large"} {
		if got := lab.Model(name); got != want {
			t.Errorf("lab: %s becomes %s, want %s", name, got, want)
		}
	}
}

func TestBuiltInVendors(t *testing.T) {
	all := env("ZHIPU_API_KEY", "1", "KIMI_API_KEY", "2", "MINIMAX_API_KEY", "3", "ALIBABA_API_KEY", "4", "XIAOMI_API_KEY", "5", "ARK_API_KEY", "6")
	conf, err := Default(all)
	if err != nil {
		t.Fatal(err)
	}
	models := map[string][3]string{ // sonnet, opus, haiku
		"zhipu": {"glm-5.1", "glm-5.1", "glm-4.5-air"}, "kimi": {"kimi-k2.5", "kimi-k2.5", "kimi-k2.5"},
		"minimax": {"minimax-m2.7", "minimax-m2.7", "minimax-m2.7"}, "alibaba": {"qwen3.6-plus", "qwen3.6-plus", "qwen3.6-plus"},
		"xiaomi": {"mimo-v2-pro", "mimo-v2-pro", "mimo-v2-pro"}, "doubao": {"doubao-seed-2.0-pro", "doubao-seed-2.0-code", "doubao-seed-2.0-lite"},
		"anthropic": {"claude-sonnet-4-5-20250929", "claude-opus-5-5", "claude-3-5-haiku-20241022"},
	}
	if got := chain(conf); got != "zhipu kimi minimax alibaba xiaomi doubao anthropic" {
		t.Fatal(got)
	}
	for _, v := range conf.Vendors {
		got := [3]string{v.Model("claude-sonnet-4-5-20250929"), v.Model("claude-opus-5-5"), v.Model("claude-3-5-haiku-20241022")}
		if got != models[v.Name] {
			t.Errorf("%s: %v, want %v", v.Name, got, models[v.Name])
		}
		if name := v.Model("claude-opus-5-5"); v.Model(name) != name {
			t.Errorf("%s: %s becomes %s, want it unchanged", v.Name, name, v.Model(name))
		}
		if limited := v.Limit.Default == 3; limited != (v.Name == "zhipu") || v.Limit.MaxWait != 4*time.Minute {
			t.Errorf("%s: %+v", v.Name, v.Limit)
		}
	}
	if got, _ := Default(env()); chain(got) != "anthropic" || got.HasKey() {
		t.Errorf("without keys: %s", chain(got))
	}
	if got, _ := Default(env("KIMI_API_KEY", "k", "ZHIPU_API_KEY", "  ")); chain(got) != "kimi anthropic" || !got.HasKey() {
		t.Errorf("with Kimi's key: %s", chain(got))
	}
}

func TestAKeyThatIsNotSetLeavesTheVendorInTheChain(t *testing.T) {
	conf := parse(t, `tiers = ["zhipu", "anthropic"]`, env())
	if v := conf.Vendors[0]; v.Key != "" || v.KeyVar != "ZHIPU_API_KEY" || chain(conf) != "zhipu anthropic" {
		t.Fatalf("%+v", conf)
	}
}

func TestLimitsAreAdaptiveWhereTheRowSaysSo(t *testing.T) {
	conf := parse(t, `
[[vendors]]
name = "zhipu"
key = "k"
limit = { default = 8, adaptive = true }
[[vendors]]
name = "kimi"
key = "k"
limit = { total = 4 }
`, env())
	if l := conf.Vendors[0].Limit; !l.Adaptive || l.Default != 8 || conf.Vendors[1].Limit.Adaptive {
		t.Errorf("%+v, %+v", l, conf.Vendors[1].Limit)
	}
}

func TestARowsKeyReplacesThePresets(t *testing.T) {
	conf := parse(t, `
[[vendors]]
name = "zhipu"
key = "a$$b${X}"
limit = {}
[[vendors]]
name = "z2"
preset = "zhipu"
key = "k"
models = [{ match = "exact", to = "first" }, { match = "*", to = "rest" }]
`, env("X", "c"))
	if v := conf.Vendors[0]; v.Limit.Default != 0 || v.Key.Reveal() != "a$bc" || v.Model("claude-opus-5") != "glm-5.1" {
		t.Errorf("%+v", v)
	}
	if v := conf.Vendors[1]; v.Limit.Default != 3 || v.Model("claude-opus-5") != "rest" || v.Model("exact") != "first" {
		t.Errorf("%+v", v)
	}
	if chain(conf) != "zhipu z2" {
		t.Error("without tiers the chain is not the rows' order:", chain(conf))
	}
}

// Each file of testdata/bad holds a configuration and the error that it must give.
func TestBadConfigurations(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			golden, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse("config.toml", string(golden.Files[0].Data), env("SET", "value-of-set"))
			var problem *Error
			if !errors.As(err, &problem) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Fatalf("the error shows a secret: %v", err)
			}
			got := err.Error() + "\n"
			if *update {
				golden.Files = []txtar.File{golden.Files[0], {Name: "error", Data: []byte(got)}}
				if err := os.WriteFile(name, txtar.Format(golden), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(golden.Files) != 2 {
				t.Fatal("the golden file has no error; run with -update")
			}
			if d := cmp.Diff(string(golden.Files[1].Data), got); d != "" {
				t.Fatal(d)
			}
		})
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.toml"), env())
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.toml") {
		t.Fatal(err)
	}
}

// The presets are the same after any configuration was read over them.
func TestRowsNeverChangeThePresets(t *testing.T) {
	before := parse(t, `tiers = ["zhipu"]`, env())
	parse(t, "[[vendors]]\nname = \"zhipu\"\nkey = \"k\"\nmodels = [{match = \"a\", to = \"b\"}]\nlimit = {default = 9, models = {x = 1}}\nretry = {attempts = 2}", env())
	after := parse(t, `tiers = ["zhipu"]`, env())
	if d := cmp.Diff(before, after, cmpopts.IgnoreUnexported(Rule{}, price.Price{})); d != "" {
		t.Fatal(d)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(assets.DefaultConfig)
	f.Add("listen = \"[::1]:1\"\ntiers = [\"anthropic\"]\n[[vendors]]\nname=\"x\"\nmodels=[{match=\"/(/\",to=\"y\"}]")
	f.Fuzz(func(t *testing.T, text string) {
		var conf Config
		var err error
		boundtest.Within(t, 512<<20, func() { conf, err = Parse("f", text, env()) })
		var problem *Error
		if err != nil && !errors.As(err, &problem) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil && (len(conf.Vendors) == 0 || conf.MaxBody < 1) {
			t.Fatalf("taken: %+v", conf)
		}
	})
}

// RC-82: rows without tiers are the whole chain; nothing built in leaks into it.
func TestRowsWithoutTiersAreTheChain(t *testing.T) {
	conf, err := Parse("config.toml", "[[vendors]]\nname = \"kimi\"\nkey = \"k\"\n", anyKey)
	if err != nil {
		t.Fatal(err)
	}
	if len(conf.Vendors) != 1 || conf.Vendors[0].Name != "kimi" {
		t.Fatalf("chain %+v", conf.Tiers)
	}
}

func TestPoolsKeepTheirMembersTogether(t *testing.T) {
	conf, err := Parse("config.toml", `tiers = [["kimi", "minimax"], "anthropic"]`, anyKey)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]string{{"kimi", "minimax"}, {"anthropic"}}, conf.Order()); d != "" || len(conf.Vendors) != 3 {
		t.Fatal(d)
	}
	if conf.Vendors[0].Preset != "kimi" || conf.Vendors[0].Breaker.Failures != 3 || conf.Affinity != 5*time.Minute {
		t.Fatalf("defaults %+v", conf.Vendors[0])
	}
}
