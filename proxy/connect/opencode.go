package connect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func opencode() client {
	return client{id: "opencode", name: "opencode", text: jsonText{}, address: []string{"provider", "afterglow"}, serves: servesChat,
		path: func() (string, error) {
			path, err := under(opencodeDir(), filepath.Join(".config", "opencode"), "opencode.json")
			if _, missing := os.Stat(path); missing != nil {
				if _, err := os.Stat(path + "c"); err == nil {
					return path + "c", nil
				}
			}
			return path, err
		},
		edits: func(t Target) ([]edit, error) {
			key := t.Token.Reveal()
			if key == "" {
				key = "afterglow" // it asks for one
			}
			models := map[string]any{}
			for _, m := range t.Models {
				models[m] = map[string]any{"name": m}
			}
			entry, err := json.Marshal(map[string]any{"npm": "@ai-sdk/openai-compatible", "name": t.Title + " through Afterglow",
				"options": map[string]any{"baseURL": t.route(), "apiKey": key}, "models": models})
			if err != nil {
				return nil, fmt.Errorf("encode provider: %w", err)
			}
			return []edit{{Key: []string{"provider", "afterglow"}, New: string(entry)}}, nil
		}}
}

func opencodeDir() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "opencode")
	}
	return ""
}
