package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"afterglow/proxy/reason"
)

// The client's own credentials go over http to this machine and nowhere else, whatever leads them.
func TestTheClientsOwnCredentialsGoOverHTTPToThisMachineOnly(t *testing.T) {
	vendor := func(url string) string {
		return "[[vendors]]\nname = \"own\"\ndialect = \"anthropic\"\nauth = \"client\"\nbase_url = \"" + url + "\"\n"
	}
	for url, allowed := range map[string]bool{
		"https://gateway.example": true, "http://127.0.0.1:9": true, "http://localhost:9/x": true, "http://[::1]:9": true, "http://127.9.9.9": true,
		"http://gateway.example": false, "http://192.168.0.9:8080": false, "http://localhost.example": false, "http://127.0.0.1.example": false, "http://0.0.0.0:1": false, "HTTP://gateway.example": false, "http://[fe80::1]": false,
	} {
		for what, text := range map[string]string{
			"base_url": vendor(url), "endpoints.chat.base_url": vendor("https://a.example") + "endpoints = { chat = { base_url = \"" + url + "\", dialect = \"openai\" } }\n",
			"outside the chain": "tiers = [\"anthropic\"]\n" + vendor(url), "native.gemini.base_url": "tiers = [\"anthropic\"]\n[native.gemini]\nbase_url = \"" + url + "\"\n",
		} {
			_, err := Parse("f", text, env())
			var wrong *Error
			if refused := errors.As(err, &wrong) && wrong.Has(reason.PlainHTTP); refused == allowed || !allowed && !strings.Contains(err.Error(), "sent only to https URLs and to this machine") {
				t.Errorf("%s %s: %v", what, url, err)
			}
		}
		if _, err := Parse("f", "tiers = [\"anthropic\"]", env("NATIVE_OPENAI_BASE_URL", url)); (err == nil) != allowed {
			t.Errorf("the environment, %s: %v", url, err)
		}
	}
	if _, err := Parse("f", "[[vendors]]\nname = \"lab\"\ndialect = \"anthropic\"\nauth = \"bearer\"\nkey = \"k\"\nbase_url = \"http://192.168.0.9\"\n", env()); err != nil {
		t.Error("a key that was made for it:", err)
	}
}

func TestWhereAFileLeadsSecrets(t *testing.T) {
	f := File{Path: "f", Exists: true, getenv: env("HOST", "h.example", "LAB", "x"), Text: `tiers = ["own", "lab"]
[[vendors]]
name = "own"
dialect = "anthropic"
auth = "client"
base_url = "https://${HOST}/v1"
[[vendors]]
name = "lab"
dialect = "anthropic"
auth = "bearer"
key = "keyring"
base_url = "http://127.0.0.1:1"
endpoints = { openai = "http://127.0.0.1:2/v1", gemini = { base_url = "https://c.example", auth = "client" }, other = { base_url = "http://127.0.0.1:3", auth = "none", dialect = "openai" } }
[[vendors]]
name = "off"
preset = "zhipu"
key = "${LAB}"
[[vendors]]
name = "written"
preset = "kimi"
key = "sk-in-the-file"
[[vendors]]
name = "hub"
preset = "copilot"
`}
	all, err := f.Destinations()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, to := range all {
		got = append(got, fmt.Sprintf("%s.%s: %s to %s", to.Vendor, to.Key, to.Secret, to.Origin))
		if strings.Contains(fmt.Sprintf("%+v", to), "sk-in-the-file") {
			t.Error("it holds a secret")
		}
	}
	for _, want := range []string{
		"own.base_url: the variable HOST within the URL to https://h.example", "own.base_url: the client's own credentials to https://h.example",
		"lab.base_url: the kept key of lab to http://127.0.0.1:1", "lab.endpoints.openai.base_url: the kept key of lab to http://127.0.0.1:2", "lab.endpoints.gemini.base_url: the client's own credentials to https://c.example",
		"off.base_url: the variable LAB to https://open.bigmodel.cn", "off.endpoints.openai.base_url: the variable LAB to https://open.bigmodel.cn",
		"written.base_url: the key in the row of written to https://api.kimi.com", "hub.base_url: the sign-in with GitHub to https://api.individual.githubcopilot.com",
		"anthropic.base_url: the client's own credentials to https://api.anthropic.com", "deepseek.base_url: the variable DEEPSEEK_API_KEY to https://api.deepseek.com",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("expected %s among\n%s", want, strings.Join(got, "\n"))
		}
	}
	if n := slices.IndexFunc(got, func(s string) bool { return strings.Contains(s, "127.0.0.1:3") }); n >= 0 {
		t.Error(got[n])
	}
}
