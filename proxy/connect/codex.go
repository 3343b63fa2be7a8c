package connect

import (
	"bytes"
	"fmt"
	"os"

	"github.com/BurntSushi/toml"
)

func codex() client {
	provider, table := []string{"model_provider"}, []string{"model_providers", "afterglow"}
	c := client{id: "codex", name: "Codex", text: tomlText{}, calls: codexCalls, addressKey: provider,
		serves: func(v Vendor) string { return v.Responses }, needs: `OpenAI's Responses API, such as "openai"`,
		path: func() (string, error) { return under(os.Getenv("CODEX_HOME"), ".codex", "config.toml") },
		edits: func(t Target, r route, _ Credentials) ([]edit, error) {
			text := fmt.Sprintf("[model_providers.afterglow]\nname = %s\nbase_url = %s\nwire_api = \"responses\"\nsupports_websockets = false",
				quote(r.Title+" through Afterglow"), quote(r.URL))
			if token := t.Token.Reveal(); token != "" {
				text += fmt.Sprintf("\nhttp_headers = { %s = %s }", quote(TokenHeader), quote(token))
			}
			return []edit{{Key: provider, New: quote("afterglow")}, {Key: table, New: text}}, nil
		},
		traces: func(Target) []edit { return []edit{{Key: provider}, {Key: table}} },
		reads:  func([]byte) bool { return true }}
	c.finds = func(s sight) []Finding { return codexFinds(c, s) }
	return c
}

// codexFinds looks at an administrator's file and for a profile. A project's file does not count: Codex ignores the
// provider there.
func codexFinds(c client, s sight) (all []Finding) {
	for _, l := range c.layers(true, system(s.root, "/etc/codex/managed_config.toml", "/etc/codex/managed_config.toml", "")) {
		if name := textAt(l.all, "model_provider"); name != "" && name != "afterglow" {
			f := s.found(l, Address, name, "", "model_provider")
			f.Overrides = true
			all = append(all, f)
		}
	}
	own, err := c.text.read(s.text)
	if err != nil {
		return all
	}
	if name := textAt(own, "profile"); name != "" {
		f := s.found(layer{}, Profile, name, `""`, "profile")
		f.Overrides, f.edit = true, edit{Key: []string{"profile"}, Gone: true, Put: true}
		all = append(all, f)
	}
	return append(all, s.webProxy("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")...)
}

// codexCalls is the address of the provider that is chosen.
func codexCalls(text []byte) (string, error) {
	if _, err := (tomlText{}).read(text); err != nil {
		return "", err
	}
	var file struct {
		Provider  any                       `toml:"model_provider"`
		Providers map[string]map[string]any `toml:"model_providers"`
	}
	if _, err := toml.Decode(string(bytes.TrimPrefix(text, bom)), &file); err != nil {
		return "", nil // it is TOML, but nothing that Codex would take
	}
	name, _ := file.Provider.(string)
	at, _ := file.Providers[name]["base_url"].(string)
	return at, nil
}
