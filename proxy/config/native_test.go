package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const anyTier = "tiers = [\"anthropic\"]\n"

func TestNativePathsWithoutAWord(t *testing.T) {
	conf := parse(t, anyTier, env())
	want := map[string]Native{
		"openai":    {true, "https://api.openai.com", 300 * time.Second, 15 * time.Second},
		"gemini":    {true, "https://generativelanguage.googleapis.com", 300 * time.Second, 15 * time.Second},
		"anthropic": {true, "https://api.anthropic.com", 300 * time.Second, 15 * time.Second},
	}
	if d := cmp.Diff(want, conf.Native); d != "" {
		t.Error(d)
	}
}

// RC-61: a variable lies over the file and the file over what is built in; a blank one is not there.
func TestWhereANativePathLeads(t *testing.T) {
	const file = anyTier + "[native.openai]\nbase_url = \"https://file\"\nenabled = false\ntimeout = \"9s\"\nconnect_timeout = \"2s\"\n"
	for _, tc := range []struct{ file, variable, want string }{
		{anyTier, "", "https://api.openai.com"},
		{anyTier, " ", "https://api.openai.com"},
		{file, "", "https://file"},
		{file, "\t ", "https://file"},
		{file, " https://variable ", "https://variable"},
	} {
		conf := parse(t, tc.file, env("NATIVE_OPENAI_BASE_URL", tc.variable))
		if got := conf.Native["openai"].BaseURL; got != tc.want {
			t.Errorf("variable %q: %s, want %s", tc.variable, got, tc.want)
		}
		if got := conf.Native["gemini"].BaseURL; got != "https://generativelanguage.googleapis.com" {
			t.Errorf("gemini: %s", got)
		}
	}
	if n := parse(t, file, env()).Native["openai"]; n.Enabled || n.Timeout != 9*time.Second || n.Connect != 2*time.Second {
		t.Errorf("%+v", n)
	}
}

func TestEndpoints(t *testing.T) {
	conf := parse(t, `
tiers = ["zhipu", "lab", "mine"]
[[vendors]]
name = "lab"
dialect = "anthropic"
base_url = "http://lab"
auth = "x-api-key"
key = "k"
endpoints = { openai = "http://lab/v1", gemini = { base_url = "http://lab/g" }, paas = { base_url = "${PAAS}", auth = "x-api-key", dialect = "openai" } }
[[vendors]]
name = "mine"
dialect = "anthropic"
base_url = "https://mine"
auth = "client"
endpoints = { openai = "https://mine/v1" }
`, env("PAAS", "http://paas/v4", "ZHIPU_API_KEY", "z"))
	want := []map[string]Endpoint{
		{"openai": {"openai", "https://open.bigmodel.cn/api/coding/paas/v4", AuthBearer}},
		{"openai": {"openai", "http://lab/v1", AuthBearer}, "gemini": {"gemini", "http://lab/g", AuthGoogleKey}, "paas": {"openai", "http://paas/v4", AuthAPIKey}},
		{"openai": {"openai", "https://mine/v1", AuthClient}},
	}
	for i, v := range conf.Vendors {
		if d := cmp.Diff(want[i], v.Endpoints); d != "" {
			t.Errorf("%s: %s", v.Name, d)
		}
	}
}

func TestEndpointsAndNativePathsThatAreWrong(t *testing.T) {
	const lab = anyTier + "[[vendors]]\nname = \"lab\"\ndialect = \"anthropic\"\nbase_url = \"http://lab\"\nauth = \"x-api-key\"\nkey = \"k\"\n"
	const mine = anyTier + "[[vendors]]\nname = \"mine\"\ndialect = \"anthropic\"\nbase_url = \"https://mine\"\nauth = \"client\"\n"
	for name, tc := range map[string]struct{ file, variable, want string }{
		"no URL":                 {lab + `endpoints = { openai = "ftp://x" }`, "", `vendors[0] "lab".endpoints.openai.base_url: expected an http or https URL`},
		"no dialect":             {lab + `endpoints = { paas = "http://x" }`, "", `vendors[0] "lab".endpoints.paas.dialect: expected "anthropic", "openai" or "gemini"`},
		"no such auth":           {lab + `endpoints = { openai = { base_url = "http://x", auth = "basic" } }`, "", `endpoints.openai.auth: expected "client"`},
		"no key for it":          {mine + `endpoints = { openai = { base_url = "http://x", auth = "bearer" } }`, "", `endpoints.openai.auth: expected "client" as for the vendor itself, which has no key`},
		"unknown key":            {lab + `endpoints = { openai = { base_url = "http://x", key = "y" } }`, "", "expected a URL, or a table { base_url, auth, dialect }"},
		"neither URL nor table":  {lab + `endpoints = { openai = 7 }`, "", "expected a URL, or a table { base_url, auth, dialect }"},
		"a name with a slash":    {lab + `endpoints = { "a/b" = { base_url = "http://x", dialect = "openai" } }`, "", "expected a name without control characters, quotes and slashes"},
		"unknown native path":    {anyTier + "[native.other]\nenabled = true", "", "native.other: unknown key"},
		"unknown native key":     {anyTier + "[native.openai]\nkey = \"k\"", "", "native.openai.key: unknown key"},
		"native URL":             {anyTier + "[native.openai]\nbase_url = \"x\"", "", "native.openai.base_url: expected an http or https URL"},
		"native URL of variable": {anyTier, "x", "environment variable NATIVE_OPENAI_BASE_URL: expected an http or https URL"},
		"hasty":                  {anyTier + "[native.openai]\ntimeout = \"999ms\"\nconnect_timeout = \"499ms\"", "", "native.openai.timeout: expected at least 1s"},
	} {
		_, err := Parse("test.toml", tc.file, env("NATIVE_OPENAI_BASE_URL", tc.variable))
		var problem *Error
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
}
