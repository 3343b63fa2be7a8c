package connect

import (
	"os"
	"path/filepath"
)

func claudeCode() client {
	return client{id: "claude-code", name: "Claude Code", text: jsonText{}, address: []string{"env", "ANTHROPIC_BASE_URL"},
		path: func() (string, error) {
			return under(os.Getenv("CLAUDE_CONFIG_DIR"), ".claude", "settings.json")
		},
		edits: func(t Target) (all []edit, err error) {
			for _, v := range Variables(t) {
				all = append(all, edit{Key: []string{"env", v.Name}, New: quote(v.Value)})
			}
			return all, nil
		}}
}

// under is a file in a folder that a variable names, or else in one of the home folder.
func under(dir, home, file string) (string, error) {
	if dir == "" {
		own, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(own, home)
	}
	return filepath.Join(dir, file), nil
}
