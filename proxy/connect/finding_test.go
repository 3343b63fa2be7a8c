package connect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterglow/proxy/config"
)

// bothKinds is a target whose chain has both kinds of vendors: one with a key, and one that takes the client's own.
func bothKinds(address string) Target {
	return To(address, config.Config{Vendors: []config.Vendor{
		{Name: "zhipu", Title: "Zhipu", Key: "k", DefaultModel: "glm-5.1", Endpoints: map[string]config.Endpoint{"openai": {}}},
		{Name: "openai", Title: "OpenAI", Key: "k", Preset: "openai", Dialect: "openai", DefaultModel: "gpt-5.5"},
		{Name: "anthropic", Title: "Anthropic", Auth: config.AuthClient},
	}})
}

// shellOf is a shell with these variables, in a folder.
func shellOf(dir string, variables map[string]string) Shell {
	return Shell{Dir: dir, Env: func(name string) string { return variables[name] }}
}

// told are the kinds and keys of findings, for comparing.
func told(all []Finding) string {
	var lines []string
	for _, f := range all {
		line := string(f.Kind) + " " + f.Key
		if f.Value != "" {
			line += "=" + f.Value
		}
		for _, w := range []struct {
			is   bool
			word string
		}{{f.Overrides, "overrides"}, {f.Replaced, "replaced"}, {f.Aside, "aside"}} {
			if w.is {
				line += " " + w.word
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestWhatConnectFinds(t *testing.T) {
	const vendorsKey = "0123456789abcdef.Zhipu"
	for name, c := range map[string]struct {
		id, own, project, local, managed string
		shell                            map[string]string
		target                           Target
		credentials                      Credentials
		want                             string
	}{
		"nothing": {id: "claude-code", own: `{"env": {"A": "b"}, "model": "opus[1m]"}`},
		"another proxy": {id: "claude-code", own: `{"env": {"ANTHROPIC_BASE_URL": "http://user:secret@127.0.0.1:3456/x"}}`,
			want: "address env.ANTHROPIC_BASE_URL=127.0.0.1:3456 replaced"},
		"a vendor's key": {id: "claude-code", own: `{"env": {"ANTHROPIC_AUTH_TOKEN": "` + vendorsKey + `", "ANTHROPIC_API_KEY": "` + vendorsKey + `"}}`,
			target: bothKinds("127.0.0.1:1"), credentials: Own,
			want: "credential env.ANTHROPIC_API_KEY aside\ncredential env.ANTHROPIC_AUTH_TOKEN aside"},
		"a vendor's key, without a login": {id: "claude-code", own: `{"env": {"ANTHROPIC_AUTH_TOKEN": "` + vendorsKey + `", "ANTHROPIC_API_KEY": "` + vendorsKey + `"}}`,
			target: bothKinds("127.0.0.1:1"), credentials: Placeholder,
			want: "credential env.ANTHROPIC_API_KEY aside\ncredential env.ANTHROPIC_AUTH_TOKEN replaced"},
		"a key of Anthropic's": {id: "claude-code", own: `{"env": {"ANTHROPIC_API_KEY": "sk-ant-api03-x"}}`,
			target: bothKinds("127.0.0.1:1"), credentials: Own},
		"models of another vendor": {id: "claude-code", own: `{"model": "glm-5.1", "env": {"ANTHROPIC_DEFAULT_OPUS_MODEL": "glm-5.1", "ANTHROPIC_MODEL": "claude-opus-5-5", "ANTHROPIC_CUSTOM_MODEL_OPTION": "x"}}`,
			want: "model env.ANTHROPIC_DEFAULT_OPUS_MODEL=glm-5.1 aside\nmodel model=glm-5.1 aside"},
		"a model that all vendors have": {id: "claude-code", own: `{"model": "glm-5.1"}`,
			target: To("127.0.0.1:1", config.Config{Vendors: []config.Vendor{{Name: "zhipu", Key: "k", DefaultModel: "glm-5.1"}}})},
		"a program for the key": {id: "claude-code", own: `{"apiKeyHelper": "echo ` + vendorsKey + `"}`, target: bothKinds("127.0.0.1:1"),
			want: "helper apiKeyHelper aside"},
		"a cloud": {id: "claude-code", own: `{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_USE_VERTEX": "0"}}`,
			want: "cloud env.CLAUDE_CODE_USE_BEDROCK=BEDROCK overrides aside"},
		"a cloud in the shell": {id: "claude-code", shell: map[string]string{"CLAUDE_CODE_USE_VERTEX": "true"},
			want: "cloud CLAUDE_CODE_USE_VERTEX=VERTEX overrides aside"},
		"a cloud in the shell that the settings turn off": {id: "claude-code", own: `{"env": {"CLAUDE_CODE_USE_VERTEX": ""}}`,
			shell: map[string]string{"CLAUDE_CODE_USE_VERTEX": "1"}},
		"a web proxy": {id: "claude-code", shell: map[string]string{"https_proxy": "http://me:secret@proxy.example:8080/"},
			want: "web_proxy https_proxy=proxy.example:8080 overrides aside"},
		"a web proxy, bypassed": {id: "claude-code",
			shell: map[string]string{"HTTPS_PROXY": "http://proxy.example:8080", "NO_PROXY": "localhost, 127.0.0.1"}},
		"a web proxy, bypassed by settings": {id: "claude-code", own: `{"env": {"HTTP_PROXY": "http://proxy.example:8080", "no_proxy": "127.0.0.1:1"}}`},
		"a web proxy, bypassed for other names": {id: "claude-code", own: `{"env": {"HTTP_PROXY": "proxy.example:8080"}}`,
			shell: map[string]string{"NO_PROXY": "localhost,127.0.0.10"},
			want:  "web_proxy env.HTTP_PROXY=proxy.example:8080 overrides aside"},
		"a project": {id: "claude-code", own: `{"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}}`,
			project: `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example/x"}}`,
			want:    "address env.ANTHROPIC_BASE_URL=gateway.example overrides aside"},
		"a project and its local settings": {id: "claude-code",
			project: `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}}`,
			local:   `{"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}}`},
		"a project's key": {id: "claude-code", project: `{"env": {"ANTHROPIC_AUTH_TOKEN": "` + vendorsKey + `"}}`,
			target: To("10.0.0.7:1", config.Config{Token: "s3cret", Vendors: []config.Vendor{{Name: "zhipu", Key: "k"}}}),
			want:   "credential env.ANTHROPIC_AUTH_TOKEN overrides aside"},
		"a project that Claude Code does not read": {id: "claude-code",
			project: `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}, /* why */}`},
		"managed settings": {id: "claude-code", managed: `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}}`,
			want: "address env.ANTHROPIC_BASE_URL=gateway.example overrides"},
		"remarks":         {id: "claude-code", own: "{ // mine\n}", want: "ignored  overrides"},
		"a profile":       {id: "codex", own: "profile = \"work\"\n", want: "profile profile=work overrides aside"},
		"a managed codex": {id: "codex", managed: "model_provider = \"corp\"\n", want: "address model_provider=corp overrides"},
		"codex's own provider": {id: "codex", own: "model_provider = \"x\"\nmodel_providers.x = { base_url = \"https://gateway.example/v1\" }\n",
			want: "address model_provider=gateway.example replaced"},
		"a web proxy for codex": {id: "codex", shell: map[string]string{"ALL_PROXY": "proxy.example:1", "HTTPS_PROXY": "other.example"},
			want: "web_proxy ALL_PROXY=proxy.example:1 overrides"},
		"codex with HTTPS_PROXY":   {id: "codex", shell: map[string]string{"HTTPS_PROXY": "proxy.example:1"}},
		"opencode's own model":     {id: "opencode", own: `{"model": "corp/x"}`, want: "other_model model=corp/x overrides aside"},
		"opencode's model is ours": {id: "opencode", own: `{"model": "afterglow/glm-5.1"}`},
		"a project's model": {id: "opencode", own: `{"model": "afterglow/glm-5.1"}`, project: `{"model": "corp/x"}`,
			want: "other_model model=corp/x overrides aside"},
		"a project's provider": {id: "opencode", project: `{"provider": {"afterglow": {"options": {"baseURL": "https://gateway.example/v1"}}}}`,
			want: "address provider.afterglow.options.baseURL=gateway.example overrides aside"},
		"a provider that is off": {id: "opencode", own: `{"disabled_providers": ["corp", "afterglow"]}`,
			want: "provider disabled_providers overrides aside"},
		"a provider that is not on": {id: "opencode", own: `{"enabled_providers": ["corp"]}`,
			want: "provider enabled_providers overrides aside"},
		"a web proxy for opencode": {id: "opencode", shell: map[string]string{"HTTP_PROXY": "http://proxy.example:1"},
			want: "web_proxy HTTP_PROXY=proxy.example:1 overrides"},
		"opencode's OPENCODE_CONFIG": {id: "opencode", shell: map[string]string{"OPENCODE_CONFIG": "here/more.json"}, local: `{"model": "corp/x"}`,
			want: "other_model model=corp/x overrides aside"},
	} {
		t.Run(name, func(t *testing.T) {
			d, file := home(t, c.id)
			d.root = t.TempDir()
			dir := t.TempDir()
			d.Shell = shellOf(dir, c.shell)
			files := map[string][3]string{
				"claude-code": {filepath.Join(dir, ".claude", "settings.json"), filepath.Join(dir, ".claude", "settings.local.json"), filepath.Join(d.root, "etc/claude-code/managed-settings.json")},
				"codex":       {filepath.Join(dir, ".codex", "config.toml"), "", filepath.Join(d.root, "etc/codex/managed_config.toml")},
				"opencode":    {filepath.Join(dir, "opencode.json"), filepath.Join(dir, "more.json"), filepath.Join(d.root, "etc/opencode/opencode.json")},
			}[c.id]
			if c.shell["OPENCODE_CONFIG"] != "" {
				c.shell["OPENCODE_CONFIG"] = files[1]
			}
			for i, text := range []string{c.project, c.local, c.managed} {
				if text != "" {
					put(t, files[i], text)
				}
			}
			if c.own != "" {
				put(t, file, c.own)
			}
			to := c.target
			if to.Address == "" {
				to = target("127.0.0.1:1")
				to.ClientAuth = false
			}
			all, err := d.Look(c.id, Choice{Credentials: c.credentials}, to)
			must(t, err)
			if got := told(all); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			text, err := json.Marshal(all)
			must(t, err)
			if said := fmt.Sprint(string(text), all); strings.Contains(said, vendorsKey) || strings.Contains(said, "secret") {
				t.Errorf("a secret: %s", said)
			}
		})
	}
}

// What was set aside does nothing while the client is connected, and is back byte for byte afterwards, in every file.
func TestWhatIsSetAsideComesBack(t *testing.T) {
	for _, c := range []struct{ id, own, project, local string }{
		{"claude-code", "{\n  \"env\": {\"ANTHROPIC_API_KEY\": \"zhipu\",   \"CLAUDE_CODE_USE_BEDROCK\": \"1\"},\n  \"apiKeyHelper\": \"echo k\",\n  \"model\": \"glm-5.1\"\n}\n",
			"{\"env\":{\"ANTHROPIC_BASE_URL\":\"https://gateway.example\",\"ANTHROPIC_AUTH_TOKEN\":\"zhipu\"} }", "{\"model\":  \"glm\"}"},
		{"codex", "# mine\nprofile = \"p\" # why\n\n[profiles.p]\nmodel_provider = \"corp\"\n", "", ""},
		{"opencode", "{\n  // mine\n  \"enabled_providers\": [\"corp\"],\n}\n", "{ \"disabled_providers\": [\"afterglow\"], \"provider\": {\"afterglow\": {\"options\": {\"baseURL\": \"https://gateway.example\"}}} }", "{ /* mine */ \"model\": \"corp/x\" }"},
	} {
		d, file := home(t, c.id)
		d.root = t.TempDir()
		dir := t.TempDir()
		d.Shell = shellOf(dir, map[string]string{"ANTHROPIC_MODEL": "glm-5.1", "HTTPS_PROXY": "proxy.example:1", "NO_PROXY": "corp.example"})
		if c.id != "claude-code" {
			d.Shell.Env = nil
		}
		names := []string{".claude/settings.json", ".claude/settings.local.json"}
		if c.id == "opencode" {
			names = []string{"opencode.json", ".opencode/opencode.jsonc"}
		}
		texts := map[string]string{file: c.own}
		put(t, file, c.own)
		for i, text := range []string{c.project, c.local} {
			if text != "" {
				name := filepath.Join(dir, names[i])
				texts[name] = text
				put(t, name, text)
			}
		}
		at := bothKinds("127.0.0.1:1")
		before, err := d.Look(c.id, Choice{}, at)
		must(t, err)
		must(t, d.Connect(c.id, Choice{SetAside: true}, at))
		s := stateAt(t, d, c.id, at)
		if s.State != Connected || len(s.Findings) > 0 || s.Overridden() != nil || len(s.Also) > 0 {
			t.Errorf("%s: before %s\nafter %s in %s", c.id, told(before), told(s.Findings), content(t, file))
		}
		again := &Desk{dir: d.dir, root: d.root}
		must(t, again.Connect(c.id, Choice{}, bothKinds("127.0.0.1:2"))) // from a window, which sees no shell
		s = stateAt(t, d, c.id, bothKinds("127.0.0.1:2"))
		if own := strings.Contains(told(s.Findings), "aside") && c.project == ""; own || strings.Contains(told(s.Findings), "model") {
			t.Errorf("%s: connected once more: %s", c.id, told(s.Findings))
		}
		all, err := d.Disconnect(c.id, false, bothKinds("127.0.0.1:2"))
		must(t, err)
		if len(all) != len(texts) {
			t.Errorf("%s: %+v", c.id, all)
		}
		for name, text := range texts {
			if got := content(t, name); got != text {
				t.Errorf("%s: %s: got %q, want %q", c.id, name, got, text)
			}
		}
		for _, r := range all {
			if r.How != Same || r.Project != (r.File != file) {
				t.Errorf("%s: %+v", c.id, r)
			}
		}
	}
}

func stateAt(t *testing.T, d *Desk, id string, at Target) Status {
	t.Helper()
	for _, s := range d.List(at) {
		if s.ID == id {
			return s
		}
	}
	t.Fatal("no client", id)
	return Status{}
}

// A project's file in which something was set aside was edited meanwhile: the edit stays, and the value comes back.
func TestAProjectsFileThatWasEditedMeanwhile(t *testing.T) {
	d, _ := home(t, "claude-code")
	dir := t.TempDir()
	d.root, d.Shell = t.TempDir(), shellOf(dir, nil)
	file := filepath.Join(dir, ".claude", "settings.json")
	put(t, file, `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}}`)
	at := target("127.0.0.1:1")
	must(t, d.Connect("claude-code", Choice{SetAside: true}, at))
	put(t, file, strings.Replace(content(t, file), `{"env"`, `{"model": "opus", "env"`, 1))
	all, err := d.Disconnect("claude-code", false, at)
	if err != nil || len(all) != 2 || all[1].How != Edited || all[1].File != file {
		t.Errorf("%+v %v", all, err)
	}
	if got := content(t, file); got != `{"model": "opus", "env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}}` {
		t.Error(got)
	}
}

// Where one file cannot be written, none is.
func TestSettingAsideIsAllOrNothing(t *testing.T) {
	d, file := home(t, "claude-code")
	dir := t.TempDir()
	d.root, d.Shell = t.TempDir(), shellOf(dir, nil)
	put(t, file, "{}\n")
	first, last := filepath.Join(dir, ".claude", "settings.json"), filepath.Join(dir, ".claude", "settings.local.json")
	put(t, first, `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}}`)
	put(t, last, `{"model": "glm"}`)
	must(t, os.Chmod(last, 0o400))
	err := d.Connect("claude-code", Choice{SetAside: true}, target("127.0.0.1:1"))
	if err == nil || !strings.Contains(err.Error(), last) {
		t.Error(err)
	}
	for name, want := range map[string]string{file: "{}\n", first: `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}}`} {
		if got := content(t, name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if all, err := d.records("claude-code"); err != nil || len(all) > 0 {
		t.Errorf("%v %v", all, err)
	}
}
