package connect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"afterglow/proxy/config"
)

func opencode() client {
	base := []string{"provider", "afterglow", "options", "baseURL"}
	c := client{id: "opencode", name: "opencode", text: jsonText{}, calls: jsonText{}.string(base), addressKey: base,
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
		edits: func(t Target, r route, _ Credentials) ([]edit, error) {
			key := t.Token.Reveal()
			if key == "" {
				key = config.Placeholder // it asks for one
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
		defaults: func(r route) []edit { // without one, opencode takes the last model of the provider, by the alphabet
			if len(r.Models) == 0 {
				return nil
			}
			return []edit{opencodeModel(r.Models[0])}
		},
		traces: func(t Target) []edit {
			all := []edit{{Key: []string{"provider", "afterglow"}}}
			for _, v := range t.Vendors {
				for _, m := range v.Models {
					all = append(all, opencodeModel(m))
				}
			}
			return all
		},
		reads: func([]byte) bool { return true }}
	c.finds = func(s sight) []Finding { return opencodeFinds(c, s) }
	return c
}

// opencodeModel makes a model of ours the one that opencode starts with.
func opencodeModel(model string) edit {
	return edit{Key: []string{"model"}, New: quote("afterglow/" + model)}
}

// opencodeFinds looks through the files that count for opencode, the first that has a key decides it: the
// administrator's, those of the folder and of the ones above it in the same repository, that of OPENCODE_CONFIG, and the
// user's.
func opencodeFinds(c client, s sight) (all []Finding) {
	managed := system(s.root, "/etc/opencode", "/Library/Application Support/opencode", `C:\ProgramData\opencode`)
	layers := c.layers(true, filepath.Join(managed, "opencode.jsonc"), filepath.Join(managed, "opencode.json"))
	layers = append(layers, c.layers(false, slices.DeleteFunc(projectFiles(s.shell), s.isOwn)...)...)
	if own, err := c.text.read(s.text); err == nil {
		layers = append(layers, layer{all: own})
	}
	decided := map[string]bool{}
	for _, l := range layers {
		for key, find := range map[string]func(layer) (Finding, bool){"address": s.opencodeAddress, "disabled_providers": s.opencodeDisabled,
			"enabled_providers": s.opencodeEnabled, "model": s.opencodeOther} {
			f, ok := find(l)
			if ok && !decided[key] {
				f.Overrides = true
				all = append(all, f)
			}
			_, has := l.all[key]
			decided[key] = decided[key] || has || ok
		}
	}
	slices.SortStableFunc(all, func(a, b Finding) int { return strings.Compare(a.Key, b.Key) })
	return append(all, s.webProxy("HTTP_PROXY", "http_proxy")...)
}

// projectFiles are opencode's files of a folder and of those above it, up to the repository's.
func projectFiles(shell Shell) (all []string) {
	for dir := shell.Dir; dir != ""; dir = filepath.Dir(dir) {
		for _, name := range []string{".opencode/opencode.jsonc", ".opencode/opencode.json", "opencode.jsonc", "opencode.json"} {
			all = append(all, filepath.Join(dir, filepath.FromSlash(name)))
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) { // there is no repository: only the folder itself counts
			all = all[:4]
			break
		}
	}
	if file := shell.env("OPENCODE_CONFIG"); file != "" {
		all = append(all, file)
	}
	return all
}

func (s sight) opencodeAddress(l layer) (Finding, bool) {
	at := textAt(l.all, "provider", "afterglow", "options", "baseURL")
	f := s.found(l, Address, hostOf(at), quote(s.to.URL), "provider", "afterglow", "options", "baseURL")
	f.edit.What = "url"
	return f, l.file != "" && at != "" && !leads(at, s.target.Address)
}

func (s sight) opencodeDisabled(l layer) (Finding, bool) {
	off, ok := l.all["disabled_providers"].([]any)
	rest := slices.DeleteFunc(slices.Clone(off), func(v any) bool { return v == "afterglow" })
	return s.found(l, Provider, "", listOf(rest), "disabled_providers"), ok && len(rest) < len(off)
}

func (s sight) opencodeEnabled(l layer) (Finding, bool) {
	on, ok := l.all["enabled_providers"].([]any)
	f := s.found(l, Provider, "", listOf(append(slices.Clone(on), "afterglow")), "enabled_providers")
	return f, ok && !slices.Contains(on, any("afterglow"))
}

func (s sight) opencodeOther(l layer) (Finding, bool) {
	model, instead := textAt(l.all, "model"), ""
	if len(s.to.Models) > 0 {
		instead = quote("afterglow/" + s.to.Models[0])
	}
	return s.found(l, OtherModel, model, instead, "model"), model != "" && !strings.HasPrefix(model, "afterglow/")
}

func listOf(all []any) string {
	text, err := json.Marshal(all)
	if err != nil {
		return "[]" // what was decoded encodes
	}
	return string(text)
}

func opencodeDir() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "opencode")
	}
	return ""
}
