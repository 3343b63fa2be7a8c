package connect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"afterglow/proxy/config"
)

func claudeCode() client {
	base, token := []string{"env", "ANTHROPIC_BASE_URL"}, []string{"env", "ANTHROPIC_AUTH_TOKEN"}
	headers := []string{"env", "ANTHROPIC_CUSTOM_HEADERS"}
	c := client{id: "claude-code", name: "Claude Code", text: jsonText{}, calls: jsonText{}.string(base), addressKey: base,
		path: func() (string, error) {
			return under(os.Getenv("CLAUDE_CONFIG_DIR"), ".claude", "settings.json")
		},
		edits: func(t Target, _ route, with Credentials) (all []edit, err error) {
			for _, v := range Variables(t, with, Shell{}) {
				e := edit{Key: []string{"env", v.Name}, New: quote(v.Value)}
				if v.Name == headers[1] {
					e.Line = v.Value
				}
				all = append(all, e)
			}
			return all, nil
		},
		traces: func(t Target) []edit {
			all := []edit{{Key: base}, {Key: headers, Line: TokenHeader + ":"}, {Key: token, New: quote(config.Placeholder)}}
			if t.Token != "" {
				all = append(all, edit{Key: token, New: quote(t.Token.Reveal())})
			}
			return all
		},
		reads: strictJSON,
		credentials: func(text []byte, t Target) Credentials {
			all, err := (jsonText{}).read(text)
			if v := textAt(all, token...); err == nil && v != "" && (v == config.Placeholder || v == t.Token.Reveal()) {
				return Placeholder
			}
			return Own
		}}
	c.finds = func(s sight) []Finding { return claudeFinds(c, s) }
	return c
}

// strictJSON reports whether Claude Code reads a text: it takes no comments and no trailing commas.
func strictJSON(text []byte) bool {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, bom))
	return len(text) == 0 || json.Valid(text)
}

var (
	claudeModels = regexp.MustCompile(`^(ANTHROPIC_([A-Z_]+_)?MODEL|CLAUDE_CODE_SUBAGENT_MODEL)$`)
	claudeClouds = regexp.MustCompile(`^CLAUDE_CODE_USE_(BEDROCK|VERTEX|FOUNDRY|MANTLE|ANTHROPIC_AWS|ANTHROPIC_GOOGLE_CLOUD)$`)
	claudeShell  = []string{"ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY",
		"ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL",
		"ANTHROPIC_DEFAULT_HAIKU_MODEL", "ANTHROPIC_SMALL_FAST_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL",
		"CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY",
		"CLAUDE_CODE_USE_MANTLE", "CLAUDE_CODE_USE_ANTHROPIC_AWS", "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD"}
	claudeNames = []string{"", "default", "best", "opus", "sonnet", "haiku", "fable", "opusplan", "inherit"}
	webProxies  = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}
)

// claudeFinds looks through the files that count for Claude Code. The first that has a key decides it: the
// administrator's, the project's, the user's, and then the shell.
func claudeFinds(c client, s sight) (all []Finding) {
	managed := system(s.root, "/etc/claude-code", "/Library/Application Support/ClaudeCode", `C:\Program Files\ClaudeCode`)
	more, _ := filepath.Glob(filepath.Join(managed, "managed-settings.d", "*.json")) // the pattern is sound
	slices.Reverse(more)                                                             // the last counts
	layers := c.layers(true, append(more, filepath.Join(managed, "managed-settings.json"))...)
	if s.shell.Dir != "" {
		files := []string{filepath.Join(s.shell.Dir, ".claude", "settings.local.json"), filepath.Join(s.shell.Dir, ".claude", "settings.json")}
		layers = append(layers, c.layers(false, slices.DeleteFunc(files, s.isOwn)...)...)
	}
	own, err := c.text.read(s.text)
	switch {
	case err != nil:
	case !c.reads(s.text):
		all = append(all, Finding{Kind: Ignored, File: s.file, Overrides: true})
	default:
		layers = append(layers, layer{all: own})
	}
	env := func(l layer) map[string]any {
		values, _ := l.all["env"].(map[string]any)
		return values
	}
	decided := map[string]bool{}
	for _, l := range layers {
		for _, name := range slices.Sorted(keysOf(env(l))) {
			if f, ok := s.claudeVariable(l, name, fmt.Sprint(env(l)[name])); ok && !decided[name] {
				all = append(all, f)
			}
			decided[name] = true
		}
		for _, name := range []string{"apiKeyHelper", "model"} {
			value := textAt(l.all, name)
			switch {
			case value == "" || decided[name]:
			case name == "model" && s.foreignModel(value):
				all = append(all, s.found(l, Model, value, `""`, name))
			case name != "model" && s.target.ClientAuth:
				all = append(all, s.found(l, Helper, "", `""`, name))
			}
			_, has := l.all[name]
			decided[name] = decided[name] || has
		}
	}
	for _, name := range claudeShell {
		own := layer{}
		if f, ok := s.claudeVariable(own, name, s.shell.env(name)); ok && !decided[name] && !f.Replaced {
			f.File, f.Key = "", name
			all = append(all, f)
		}
	}
	return append(all, s.claudeProxy(layers, env)...)
}

func keysOf(values map[string]any) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range values {
			if !yield(k) {
				return
			}
		}
	}
}

// isOwn reports whether a file is the client's own, by another path.
func (s sight) isOwn(file string) bool {
	a, err := os.Stat(file)
	b, other := os.Stat(s.file)
	return file == s.file || err == nil && other == nil && os.SameFile(a, b)
}

// claudeVariable is what is found in a variable of a layer.
func (s sight) claudeVariable(l layer, name, value string) (f Finding, ok bool) {
	key, own := []string{"env", name}, l.file == ""
	ours := value == config.Placeholder || value == s.target.Token.Reveal()
	switch {
	case value == "":
	case name == "ANTHROPIC_BASE_URL":
		if !own && !leads(value, s.target.Address) { // that of the client's own file is found for every client
			f = s.found(l, Address, hostOf(value), quote(s.to.URL), key...)
			f.Overrides, f.edit.What = true, "url"
			return f, true
		}
	case name == "ANTHROPIC_AUTH_TOKEN" && !ours && s.credentials == Placeholder:
		f = s.found(l, Credential, "", quote(s.tokenInstead()), key...)
		f.Overrides, f.edit.What = !own && s.target.Token != "", "token"
		if own {
			f.Replaced, f.Aside = true, false
		}
		return f, f.Overrides || !anthropicKey(value) && (own || s.target.ClientAuth)
	case (name == "ANTHROPIC_AUTH_TOKEN" || name == "ANTHROPIC_API_KEY") && !ours:
		return s.found(l, Credential, "", `""`, key...), s.target.ClientAuth && !anthropicKey(value)
	case claudeModels.MatchString(name):
		return s.found(l, Model, value, `""`, key...), s.foreignModel(value)
	case claudeClouds.MatchString(name) && slices.Contains([]string{"1", "true", "yes", "on"}, strings.ToLower(value)):
		f = s.found(l, Cloud, strings.TrimPrefix(name, "CLAUDE_CODE_USE_"), `""`, key...)
		f.Overrides = true
		return f, true
	}
	return f, false
}

// tokenInstead is what stands for a key where no login is wanted.
func (s sight) tokenInstead() string {
	if token := s.target.Token.Reveal(); token != "" {
		return token
	}
	return config.Placeholder
}

// foreignModel reports whether a model is neither one of Claude's nor one that all vendors of the chain name.
func (s sight) foreignModel(name string) bool {
	low, _, _ := strings.Cut(strings.ToLower(name), "[")
	if strings.Contains(low, "claude") || slices.Contains(claudeNames, low) {
		return false
	}
	for _, v := range s.target.Vendors {
		if !slices.Contains(v.Models, name) {
			return true
		}
	}
	return len(s.target.Vendors) == 0
}

// claudeProxy finds an HTTP proxy that Claude Code asks for addresses of this machine too.
func (s sight) claudeProxy(layers []layer, env func(layer) map[string]any) []Finding {
	value := func(name string) (string, layer, bool) {
		for _, l := range layers {
			if v, has := env(l)[name]; has {
				return fmt.Sprint(v), l, true
			}
		}
		return s.shell.env(name), layer{}, false
	}
	upper, at, _ := value("NO_PROXY")
	lower, _, _ := value("no_proxy")
	if bypasses(upper, s.target.Address) || bypasses(lower, s.target.Address) {
		return nil
	}
	list := upper
	if list == "" {
		list = lower
	}
	if list != "" {
		list += ","
	}
	host, _, _ := strings.Cut(s.target.Address, ":")
	for _, name := range webProxies {
		v, l, in := value(name)
		if v == "" {
			continue
		}
		f := s.found(at, WebProxy, proxyHost(v), quote(list+host), "env", "NO_PROXY")
		f.Overrides, f.Key = true, "env."+name
		if f.File = l.file; l.file == "" {
			f.File = s.file
		}
		if !in {
			f.File, f.Key = "", name
		}
		return []Finding{f}
	}
	return nil
}
