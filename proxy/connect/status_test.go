package connect

import (
	"testing"
)

func TestStateComparesHostAndPort(t *testing.T) {
	for url, want := range map[string]State{
		"http://127.0.0.1:339":                     Connected,
		"http://127.0.0.1:339/":                    Connected,
		"HTTP://LocalHost:339/x":                   Connected,
		"http://127.0.0.1:3392":                    Elsewhere,
		"http://127.0.0.1":                         Elsewhere,
		"https://127.0.0.1:339":                    Elsewhere,
		"https://gateway.example/?x=127.0.0.1:339": Elsewhere,
		"http://127.0.0.1:339@gateway.example/x":   Elsewhere,
		"127.0.0.1:339":                            Apart,
		"":                                         Apart,
		"ftp://127.0.0.1:339":                      Apart,
	} {
		d, file := home(t, "claude-code")
		put(t, file, `{"env": {"ANTHROPIC_BASE_URL": `+quote(url)+`}}`)
		if s := state(t, d, "claude-code", "127.0.0.1:339"); s.State != want {
			t.Errorf("%q: %+v, want %s", url, s, want)
		}
	}
}

func TestStateNamesTheAddress(t *testing.T) {
	for id, text := range map[string]string{
		"claude-code": `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example/anthropic"}}`,
		"codex":       "model_provider = \"x\"\nmodel_providers.x = { base_url = \"https://gateway.example/v1\" }\n",
		"opencode":    `{"provider": {"afterglow": {"options": {"baseURL": "https://gateway.example/v1"}}}}`,
	} {
		d, file := home(t, id)
		put(t, file, text)
		if s := state(t, d, id, "127.0.0.1:1"); s.State != Elsewhere || s.Address != "gateway.example" {
			t.Errorf("%s: %+v", id, s)
		}
		if id == "codex" {
			put(t, file, "model_provider = \"openai\"\n[model_providers.afterglow]\nbase_url = \"http://127.0.0.1:1\"\n")
			if s := state(t, d, id, "127.0.0.1:1"); s.State != Apart || s.Address != "" {
				t.Errorf("ours, but not chosen: %+v", s)
			}
			continue
		}
		must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
		if s := state(t, d, id, "127.0.0.1:1"); s.State != Connected || s.Address != "127.0.0.1:1" {
			t.Errorf("%s: %+v", id, s)
		}
	}
}

// A value that nobody calls, in the place of the address, is no reason to fail.
func TestStateOfWhatIsNoAddress(t *testing.T) {
	for id, texts := range map[string][]string{
		"claude-code": {`{"env": {"ANTHROPIC_BASE_URL": 3}}`, `{"env": 3}`, `{"env": {"ANTHROPIC_BASE_URL": "://%"}}`},
		"codex":       {"model_provider = 3\n", "model_provider = \"x\"\nmodel_providers = 3\n", "model_provider = \"x\"\n[model_providers.x]\nbase_url = 3\n"},
		"opencode":    {`{"provider": {"afterglow": []}}`},
	} {
		for _, text := range texts {
			d, file := home(t, id)
			put(t, file, text)
			if s := state(t, d, id, "127.0.0.1:1"); s.State != Apart {
				t.Errorf("%s, %q: %+v", id, text, s)
			}
		}
	}
}
