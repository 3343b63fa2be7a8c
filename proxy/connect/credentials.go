package connect

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"afterglow/proxy/config"
)

// Credentials are what Claude Code signs its calls with.
type Credentials string

const (
	// Usual is Placeholder where no vendor of the chain is called with the client's own credentials, or where the client
	// has none and another vendor can answer; else Own.
	Usual Credentials = ""
	// Placeholder stands for a key: Claude Code starts without a login, and vendors that need its own credentials get none.
	Placeholder Credentials = "placeholder"
	// Own are those that Claude Code has by itself: its login, or its key.
	Own Credentials = "own"
)

// settle is what Usual comes to.
func (t Target) settle(c Credentials, shell Shell) Credentials {
	switch {
	case c != Usual:
		return c
	case !t.ClientAuth:
		return Placeholder
	case t.VendorKeys && !SignedIn(shell):
		return Placeholder
	}
	return Own
}

// LoginVendors are the vendors of the chain that need a client's own credentials, where others do not, so that its user
// has to choose. None otherwise.
func (t Target) LoginVendors() (names []string) {
	for _, v := range t.Vendors {
		if v.Client && t.VendorKeys {
			names = append(names, v.Name)
		}
	}
	return names
}

// SignedIn reports whether Claude Code has credentials of Anthropic's, as far as its files and the shell show. On macOS
// the system's keychain has them, and the file that names the account counts.
func SignedIn(shell Shell) bool {
	for _, name := range []string{"CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"} {
		if anthropicKey(shell.env(name)) {
			return true
		}
	}
	settings, err := under(os.Getenv("CLAUDE_CONFIG_DIR"), ".claude", "settings.json")
	if err != nil {
		return false
	}
	if login, err := os.ReadFile(filepath.Join(filepath.Dir(settings), ".credentials.json")); err == nil && len(bytes.TrimSpace(login)) > 2 {
		return true
	}
	var account struct {
		Account json.RawMessage `json:"oauthAccount"`
		Key     string          `json:"primaryApiKey"`
	}
	state, err := under(os.Getenv("CLAUDE_CONFIG_DIR"), "", ".claude.json")
	if err != nil {
		return false
	}
	text, err := os.ReadFile(state)
	if err == nil && json.Unmarshal(text, &account) == nil && (account.Key != "" || len(account.Account) > len("null")) {
		return true
	}
	text, err = readText(settings)
	if err != nil {
		return false
	}
	all, err := (jsonText{}).read(text)
	if err != nil {
		return false
	}
	for _, name := range []string{"CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"} {
		if anthropicKey(textAt(all, "env", name)) {
			return true
		}
	}
	return textAt(all, "apiKeyHelper") != ""
}

// anthropicKey reports whether a key looks like one of Anthropic's, or a token of a login at Claude.
func anthropicKey(key string) bool { return strings.HasPrefix(key, "sk-ant-") }

// textAt is the string under a key, "" if there is none.
func textAt(all map[string]any, key ...string) string {
	v, _ := at(all, key)
	s, _ := v.(string)
	return s
}

// Variable is one that Claude Code reads.
type Variable struct{ Name, Value string }

// TokenHeader carries Afterglow's token past the headers that are for a vendor.
const TokenHeader = "X-Afterglow-Token"

// Variables are those that send Claude Code to a target.
func Variables(t Target, c Credentials, shell Shell) []Variable {
	vars := []Variable{{"ANTHROPIC_BASE_URL", "http://" + t.Address}}
	token, placeholder := t.Token.Reveal(), t.settle(c, shell) == Placeholder
	switch {
	case placeholder && token != "":
		vars = append(vars, Variable{"ANTHROPIC_AUTH_TOKEN", token})
	case placeholder:
		vars = append(vars, Variable{"ANTHROPIC_AUTH_TOKEN", config.Placeholder})
	case token != "":
		vars = append(vars, Variable{"ANTHROPIC_CUSTOM_HEADERS", TokenHeader + ": " + token})
	}
	return vars
}
