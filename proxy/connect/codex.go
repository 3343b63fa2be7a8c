package connect

import (
	"bytes"
	"fmt"
	"os"

	"github.com/BurntSushi/toml"
)

func codex() client {
	provider, table := []string{"model_provider"}, []string{"model_providers", "afterglow"}
	return client{id: "codex", name: "Codex", text: tomlText{}, calls: codexCalls,
		serves: func(v Vendor) string { return v.Responses }, needs: `OpenAI's Responses API, such as "openai"`,
		path: func() (string, error) { return under(os.Getenv("CODEX_HOME"), ".codex", "config.toml") },
		edits: func(t Target, r route) ([]edit, error) {
			text := fmt.Sprintf("[model_providers.afterglow]\nname = %s\nbase_url = %s\nwire_api = \"responses\"\nsupports_websockets = false",
				quote(r.Title+" through Afterglow"), quote(r.URL))
			if token := t.Token.Reveal(); token != "" {
				text += fmt.Sprintf("\nhttp_headers = { %s = %s }", quote(TokenHeader), quote(token))
			}
			return []edit{{Key: provider, New: quote("afterglow")}, {Key: table, New: text}}, nil
		},
		traces: func(Target) []edit { return []edit{{Key: provider}, {Key: table}} }}
}

// codexCalls is the address of the provider that is chosen.
func codexCalls(text []byte) (string, error) {
	if err := (tomlText{}).check(text); err != nil {
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
