package connect

import (
	"fmt"
	"os"
)

func codex() client {
	return client{id: "codex", name: "Codex", text: tomlText{}, address: []string{"model_providers", "afterglow"}, serves: servesResponses,
		path: func() (string, error) { return under(os.Getenv("CODEX_HOME"), ".codex", "config.toml") },
		edits: func(t Target) ([]edit, error) {
			table := fmt.Sprintf("[model_providers.afterglow]\nname = %s\nbase_url = %s\nwire_api = \"responses\"\nsupports_websockets = false",
				quote(t.Title+" through Afterglow"), quote(t.route()))
			if token := t.Token.Reveal(); token != "" {
				table += fmt.Sprintf("\nhttp_headers = { %s = %s }", quote(TokenHeader), quote(token))
			}
			return []edit{{Key: []string{"model_provider"}, New: quote("afterglow")}, {Key: []string{"model_providers", "afterglow"}, New: table}}, nil
		}}
}
