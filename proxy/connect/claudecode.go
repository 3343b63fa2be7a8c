package connect

import "os"

func claudeCode() client {
	base, headers := []string{"env", "ANTHROPIC_BASE_URL"}, []string{"env", "ANTHROPIC_CUSTOM_HEADERS"}
	return client{id: "claude-code", name: "Claude Code", text: jsonText{}, calls: jsonText{}.string(base),
		path: func() (string, error) {
			return under(os.Getenv("CLAUDE_CONFIG_DIR"), ".claude", "settings.json")
		},
		edits: func(t Target, _ route) (all []edit, err error) {
			for _, v := range Variables(t) {
				e := edit{Key: []string{"env", v.Name}, New: quote(v.Value)}
				if v.Name == headers[1] {
					e.Line = v.Value
				}
				all = append(all, e)
			}
			return all, nil
		},
		traces: func(t Target) []edit {
			all := []edit{{Key: base}, {Key: headers, Line: TokenHeader + ":"}}
			if token := t.Token.Reveal(); token != "" {
				all = append(all, edit{Key: []string{"env", "ANTHROPIC_AUTH_TOKEN"}, New: quote(token)})
			}
			return all
		}}
}
