package connect

import (
	"path/filepath"
	"strings"
	"testing"

	"afterglow/proxy/config"
)

// With one key nothing else is needed: what stands for a login is written with the address, and taken back.
func TestClaudeCodeNeedsNoLoginWithOneKey(t *testing.T) {
	oneKey := []config.Vendor{{Name: "zhipu", Key: "k"}}
	both := append(oneKey, config.Vendor{Name: "anthropic", Auth: config.AuthClient})
	own := []config.Vendor{{Name: "anthropic", Auth: config.AuthClient}}
	for name, c := range map[string]struct {
		vendors     []config.Vendor
		token       config.Secret
		login       bool
		credentials Credentials
		want        string // what stands in ANTHROPIC_AUTH_TOKEN; "" = nothing
		header      bool
	}{
		"one key":                       {vendors: oneKey, want: config.Placeholder},
		"one key, signed in":            {vendors: oneKey, login: true, want: config.Placeholder},
		"one key and a token":           {vendors: oneKey, token: "t0ken", want: "t0ken"},
		"both":                          {vendors: both, want: config.Placeholder},
		"both, signed in":               {vendors: both, login: true},
		"both, signed in, a token":      {vendors: both, login: true, token: "t0ken", header: true},
		"both, a token":                 {vendors: both, token: "t0ken", want: "t0ken"},
		"both, signed in, chosen":       {vendors: both, login: true, credentials: Placeholder, want: config.Placeholder},
		"both, not signed in, chosen":   {vendors: both, credentials: Own},
		"one key, its own wanted":       {vendors: oneKey, login: true, credentials: Own},
		"the client's own":              {vendors: own},
		"the client's own, and a token": {vendors: own, token: "t0ken", header: true},
	} {
		t.Run(name, func(t *testing.T) {
			d, file := home(t, "claude-code")
			if c.login {
				put(t, filepath.Join(filepath.Dir(file), ".credentials.json"), `{"claudeAiOauth": {"accessToken": "sk-ant-oat01-x"}}`)
			}
			before := "{\n  \"env\": {\"ANTHROPIC_AUTH_TOKEN\": \"of another\"}\n}\n"
			if c.want == "" {
				before = "{}\n"
			}
			put(t, file, before)
			at := To("127.0.0.1:1", config.Config{Token: c.token, Vendors: c.vendors})
			must(t, d.Connect("claude-code", Choice{Credentials: c.credentials}, at))
			all, err := (jsonText{}).read([]byte(content(t, file)))
			must(t, err)
			if got := textAt(all, "env", "ANTHROPIC_AUTH_TOKEN"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := textAt(all, "env", "ANTHROPIC_CUSTOM_HEADERS"); strings.HasPrefix(got, TokenHeader) != c.header {
				t.Errorf("headers %q", got)
			}
			s := stateAt(t, d, "claude-code", at)
			if want := map[bool]Credentials{true: Placeholder, false: Own}[c.want != ""]; s.Credentials != want || len(s.LoginVendors) > 0 != (len(c.vendors) == 2) {
				t.Errorf("%+v", s)
			}
			must(t, d.Connect("claude-code", Choice{}, at)) // once more keeps what was chosen
			if got := stateAt(t, d, "claude-code", at); at.ClientAuth && got.Credentials != s.Credentials {
				t.Errorf("once more: %+v", got)
			}
			must(t, off(d, "claude-code", at))
			if got := content(t, file); got != before {
				t.Errorf("got %q, want %q", got, before)
			}
		})
	}
}

func TestSignedIn(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string // below the home folder
		env   map[string]string
		want  bool
	}{
		"nothing":               {},
		"a login":               {files: map[string]string{".claude/.credentials.json": `{"claudeAiOauth": {}}`}, want: true},
		"after a logout":        {files: map[string]string{".claude/.credentials.json": `{}`}},
		"an account":            {files: map[string]string{".claude.json": `{"oauthAccount": {"emailAddress": "me@example.org"}}`}, want: true},
		"no account":            {files: map[string]string{".claude.json": `{"oauthAccount": null, "numStartups": 3}`}},
		"a key":                 {files: map[string]string{".claude.json": `{"primaryApiKey": "sk-ant-api03-x"}`}, want: true},
		"a key in the settings": {files: map[string]string{".claude/settings.json": `{"env": {"ANTHROPIC_API_KEY": "sk-ant-api03-x"}}`}, want: true},
		"another's key":         {files: map[string]string{".claude/settings.json": `{"env": {"ANTHROPIC_API_KEY": "zhipu"}}`}},
		"a key in the shell":    {env: map[string]string{"ANTHROPIC_API_KEY": "sk-ant-api03-x"}, want: true},
		"a program":             {files: map[string]string{".claude/settings.json": `{"apiKeyHelper": "pass show key"}`}, want: true},
	} {
		_, file := home(t, "claude-code")
		for path, text := range c.files {
			put(t, filepath.Join(filepath.Dir(filepath.Dir(file)), path), text)
		}
		if got := SignedIn(shellOf("", c.env)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
