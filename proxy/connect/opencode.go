package connect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func opencode() client {
	return client{id: "opencode", name: "opencode", text: jsonText{}, calls: jsonText{}.string([]string{"provider", "afterglow", "options", "baseURL"}),
		serves: func(v Vendor) string { return v.Chat }, needs: `Chat Completions: dialect = "openai", or an endpoint "openai"`,
		path: func() (string, error) {
			path, err := under(opencodeDir(), filepath.Join(".config", "opencode"), "opencode.json")
			if _, missing := os.Stat(path); missing != nil {
				if _, err := os.Stat(path + "c"); err == nil {
					return path + "c", nil
				}
			}
			return path, err
		},
		edits: func(t Target, r route) ([]edit, error) {
			key := t.Token.Reveal()
			if key == "" {
				key = "afterglow" // it asks for one
			}
			models := map[string]any{}
			for _, m := range r.Models {
				models[m] = map[string]any{"name": m}
			}
			entry, err := json.Marshal(map[string]any{"npm": "@ai-sdk/openai-compatible", "name": r.Title + " through Afterglow",
				"options": map[string]any{"baseURL": r.URL, "apiKey": key}, "models": models})
			if err != nil {
				return nil, fmt.Errorf("encode provider: %w", err)
			}
			return []edit{{Key: []string{"provider", "afterglow"}, New: string(entry)}}, nil
		},
		traces: func(Target) []edit { return []edit{{Key: []string{"provider", "afterglow"}}} }}
}

func opencodeDir() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "opencode")
	}
	return ""
}
