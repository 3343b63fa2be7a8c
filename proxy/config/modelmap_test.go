package config

import (
	"slices"
	"strings"
	"testing"
)

// A client may be set to the name of one vendor's model, and the chain go on to another vendor, which has never heard of
// it: only the vendor to which a name belongs gets it as it is.
func TestAnotherVendorsModelBecomesTheDefault(t *testing.T) {
	const own = `
[[vendors]]
name = "plain"
dialect = "anthropic"
base_url = "http://127.0.0.1:1"
auth = "none"
[[vendors]]
name = "default"
dialect = "anthropic"
base_url = "http://127.0.0.1:1"
auth = "none"
default_model = "large"
models = [{ match = "claude-*haiku*", to = "small" }]
limit = { default = 3, models = { "medium" = 1 } }
[[vendors]]
name = "listed"
dialect = "anthropic"
base_url = "http://127.0.0.1:1"
auth = "none"
own_models = ["house-*"]
[[vendors]]
name = "open"
preset = "zhipu"
default_model = ""
own_models = []
[[vendors]]
name = "second"
preset = "kimi"
base_url = "http://127.0.0.1:1"
`
	conf := parse(t, `tiers = ["anthropic", "zhipu", "kimi", "minimax", "openrouter", "copilot", "plain", "default", "listed", "open", "second"]`+own, anyKey)
	const lacks = "(passed over)"
	for _, tc := range []struct{ vendor, name, want string }{
		{"zhipu", "glm-4.6", "glm-4.6"},
		{"zhipu", "GLM-4.6", "GLM-4.6"},
		{"zhipu", "claude-opus-5-5", "glm-5.1"},
		{"zhipu", "kimi-k2.5", "glm-5.1"},
		{"zhipu", "gpt-5.6", "glm-5.1"},
		{"zhipu", "what-is-this", "glm-5.1"},
		{"kimi", "glm-5.1", "kimi-k2.5"},
		{"kimi", "kimi-k3", "kimi-k3"},
		{"kimi", "claude-opus-5-5", "kimi-k2.5"},
		{"minimax", "MiniMax-M2.7-highspeed", "MiniMax-M2.7-highspeed"},
		{"second", "glm-5.1", "kimi-k2.5"},
		{"openrouter", "deepseek/deepseek-v4", "deepseek/deepseek-v4"},
		{"openrouter", "glm-5.1", "openrouter/auto"},
		{"anthropic", "claude-opus-5-5", "claude-opus-5-5"},
		{"anthropic", "glm-5.1", lacks},
		{"anthropic", "gpt-5.6", lacks},
		{"anthropic", "opus-of-the-house", "opus-of-the-house"}, // nobody's that is known: a gateway may have it
		{"copilot", "glm-5.1", lacks},
		{"copilot", "gpt-5.6", "gpt-5.6"},
		{"plain", "glm-5.1", "glm-5.1"}, // what it has is not known
		{"plain", "anything", "anything"},
		{"default", "glm-5.1", "large"},
		{"default", "claude-opus-5-5", "large"},
		{"default", "claude-haiku-4-5", "small"},
		{"default", "small", "small"},
		{"default", "medium", "medium"},
		{"listed", "house-9", "house-9"},
		{"listed", "anything", "anything"},
		{"listed", "glm-5.1", lacks},
		{"open", "glm-5.1", "glm-5.1"},
		{"open", "kimi-k2.5", "kimi-k2.5"},
		{"open", "claude-opus-5-5", "glm-5.1"},
	} {
		v := conf.Vendors[slices.IndexFunc(conf.Vendors, func(v Vendor) bool { return v.Name == tc.vendor })]
		got := v.Model(tc.name)
		if v.Lacks(tc.name) {
			got = lacks
		}
		if got != tc.want {
			t.Errorf("%s, asked for %s: %s, want %s", tc.vendor, tc.name, got, tc.want)
		}
	}
}

// Every built-in vendor keeps the names that it has itself.
func TestBuiltInVendorsHaveTheirOwnModels(t *testing.T) {
	own, err := builtIn()
	must(t, err)
	for _, row := range own.Vendors {
		conf, err := Parse("f", "tiers = [\""+row.Name+"\"]\n[[vendors]]\nname = \""+row.Name+"\"\nmodels = [{ match = \"x\", to = \"y\" }]", anyKey)
		must(t, err)
		v := conf.Vendors[0]
		names := []string{v.DefaultModel}
		for _, r := range row.Models {
			names = append(names, r.To)
		}
		for _, name := range names {
			if name != "" && v.Model(name) != name {
				t.Errorf("%s is asked for %s in place of %s", v.Name, v.Model(name), name)
			}
		}
	}
}

func TestPatternsOfNames(t *testing.T) {
	for pattern, names := range map[string][2]string{
		"*":       {"any/thing", ""},
		"abc":     {"abc", "abcd"},
		"a*c":     {"abbc", "abb"},
		"*-x-*-z": {"1-x-2-z", "1-x-2"},
		"[a":      {"[a", "a"},
	} {
		if !Matches(pattern, names[0]) || Matches(pattern, names[1]) {
			t.Errorf("%q: %v, %v", pattern, Matches(pattern, names[0]), Matches(pattern, names[1]))
		}
	}
}

// What docs/configuration.md says of rows with a preset and of rows without one.
func TestWhatARowRequires(t *testing.T) {
	own, err := builtIn()
	must(t, err)
	for _, row := range own.Vendors {
		local := row.Name == "ollama" || row.Name == "lmstudio"
		_, err := Parse("f", "[[vendors]]\nname = \""+row.Name+"\"\n", anyKey)
		if (err != nil) != local {
			t.Errorf("%s in two lines: %v", row.Name, err)
		}
		if local && !strings.Contains(err.Error(), "default_model") {
			t.Errorf("%s: %v", row.Name, err)
		}
	}
	const lab = `dialect = "openai"
base_url = "http://127.0.0.1:1"
auth = "bearer"
key = "a-key"
default_model = "m"
`
	lines := strings.SplitAfter(strings.TrimSuffix(lab, "\n"), "\n")
	for i, line := range lines {
		without := slices.Delete(slices.Clone(lines), i, i+1)
		key, _, _ := strings.Cut(line, " ")
		if _, err := Parse("f", "[[vendors]]\nname = \"lab\"\n"+strings.Join(without, ""), anyKey); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("a row without %s: %v", key, err)
		}
	}
	_, err = Parse("f", "[[vendors]]\nname = \"lab\"\n"+lab, anyKey)
	must(t, err)
}
