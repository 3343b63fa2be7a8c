package connect

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"afterglow/proxy/config"
)

func TestNothingToTakeBack(t *testing.T) {
	for _, id := range IDs() {
		d, file := home(t, id)
		if err := off(d, id, target("127.0.0.1:1")); !errors.Is(err, ErrApart) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", id, err)
		}
		must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
		must(t, off(d, id, target("127.0.0.1:1")))
		if err := off(d, id, target("127.0.0.1:1")); !errors.Is(err, ErrApart) {
			t.Errorf("%s, the second time: %v", id, err)
		}
	}
}

// The state folder is gone, or what leads here was written by hand.
func TestDisconnectWithoutRecord(t *testing.T) {
	for id, before := range map[string]string{
		"claude-code": "{\n  // mine\n  \"env\": {\n    \"A\": \"b\",\n    \"ANTHROPIC_CUSTOM_HEADERS\": \"C: d\"\n  }\n}\n",
		"codex":       "# mine\nmodel = \"o\"\n\n[x]\na = 1\n",
		"opencode":    "{\n  // mine\n  \"provider\": {\n    \"other\": {}\n  }\n}\n",
	} {
		d, file := home(t, id)
		put(t, file, before)
		must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
		must(t, os.RemoveAll(d.dir))
		if err := off(d, id, target("127.0.0.1:11")); !errors.Is(err, ErrApart) {
			t.Errorf("%s: of another Afterglow: %v", id, err)
		}
		must(t, off(d, id, target("localhost:1")))
		if got := content(t, file); got != before {
			t.Errorf("%s: got %q, want %q", id, got, before)
		}
	}
}

func TestTokenWithoutRecordGoesOnlyIfItIsOurs(t *testing.T) {
	to := To("127.0.0.1:1", config.Config{Token: "s3cret"})
	for token, stays := range map[string]bool{"s3cret": false, "mine": true} {
		d, file := home(t, "claude-code")
		put(t, file, `{"env": {"ANTHROPIC_AUTH_TOKEN": "`+token+`", "ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}}`)
		must(t, off(d, "claude-code", to))
		if got := content(t, file); strings.Contains(got, "AUTH_TOKEN") != stays || strings.Contains(got, "BASE_URL") {
			t.Errorf("%s: %s", token, got)
		}
	}
}

func TestWhatTheUserChangedIsLeft(t *testing.T) {
	edit := map[string][2]string{
		"claude-code": {`http://127.0.0.1:1`, `https://another.example`},
		"codex":       {`name = "OpenAI through Afterglow"`, `name = "mine"`},
		"opencode":    {`Zhipu through Afterglow`, `mine`},
	}
	keys := map[string]string{"claude-code": "env.ANTHROPIC_BASE_URL", "codex": "model_providers.afterglow", "opencode": "provider.afterglow"}
	for _, id := range IDs() {
		d, file := home(t, id)
		before := filesOf(id)["own"]
		put(t, file, before)
		must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
		put(t, file, strings.Replace(content(t, file), edit[id][0], edit[id][1], 1))
		all, err := d.Disconnect(id, false, target("127.0.0.1:1"))
		must(t, err)
		left := all[0]
		if len(all) != 1 || left.How != Left || left.File != file || !slices.Equal(left.Keys, []string{keys[id]}) {
			t.Fatalf("%s: %+v", id, all)
		}
		if got := content(t, file); !strings.Contains(got, edit[id][1]) {
			t.Errorf("%s: %s", id, got)
		}
		info, err := os.Stat(left.Backup)
		must(t, err)
		if content(t, left.Backup) != before || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the backup has mode %v and %q", id, info.Mode(), content(t, left.Backup))
		}
		if strings.Contains(left.String(), "s3cret") || !strings.Contains(left.String(), left.Backup) {
			t.Error(left)
		}
	}
}

// Connected over what the user changed, the client gets that back, and the first backup stays beside it.
func TestConnectedOverAChange(t *testing.T) {
	at := target("127.0.0.1:1")
	d, file := home(t, "claude-code")
	before := jsonFiles["own"]
	put(t, file, before)
	must(t, d.Connect("claude-code", Choice{}, at))
	put(t, file, strings.Replace(content(t, file), "http://127.0.0.1:1", "https://another.example", 1))
	must(t, d.Connect("claude-code", Choice{}, at))
	if s := state(t, d, "claude-code", "127.0.0.1:1"); s.State != Connected {
		t.Errorf("%+v", s)
	}
	must(t, off(d, "claude-code", at))
	if got := content(t, file); got != strings.Replace(before, "https://gateway.example", "https://another.example", 1) {
		t.Errorf("got %q", got)
	}
	kept, err := filepath.Glob(filepath.Join(d.dir, "claude-code.*.settings.json"))
	if err != nil || len(kept) != 1 || content(t, kept[0]) != before {
		t.Errorf("%v %v", kept, err)
	}
}

// The user put their own value back by hand: nothing is left to tell.
func TestWhatTheUserPutBack(t *testing.T) {
	d, file := home(t, "claude-code")
	before := jsonFiles["own"]
	put(t, file, before)
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
	put(t, file, strings.Replace(content(t, file), "http://127.0.0.1:1", "https://gateway.example", 1))
	must(t, off(d, "claude-code", target("127.0.0.1:1")))
	if got := content(t, file); got != before {
		t.Errorf("got %q", got)
	}
}

// Each path has its own backup, whatever the order.
func TestAnotherPathIsAnotherRecord(t *testing.T) {
	at := target("127.0.0.1:1")
	d, first := home(t, "claude-code")
	put(t, first, jsonFiles["comments"])
	must(t, d.Connect("claude-code", Choice{}, at))
	t.Setenv("CLAUDE_CONFIG_DIR", filepath.Join(filepath.Dir(d.dir), "other"))
	if s := state(t, d, "claude-code", "127.0.0.1:1"); s.State != Apart || !slices.Equal(s.Also, []string{first}) {
		t.Errorf("%+v", s)
	}
	c := claudeCode()
	second, err := c.path()
	must(t, err)
	put(t, second, jsonFiles["others"])
	must(t, d.Connect("claude-code", Choice{}, at))
	must(t, off(d, "claude-code", at)) // this one only
	if got := content(t, second); got != jsonFiles["others"] {
		t.Errorf("second: %q", got)
	}
	if !strings.Contains(content(t, first), "127.0.0.1:1") {
		t.Error("first: was disconnected with the second")
	}
	must(t, off(d, "claude-code", at)) // from where it is not what the client reads
	if got := content(t, first); got != jsonFiles["comments"] {
		t.Errorf("first: %q", got)
	}
	if err := off(d, "claude-code", at); !errors.Is(err, ErrApart) {
		t.Error(err)
	}
}

// A file that gets another name takes its record with it.
func TestFileThatMoved(t *testing.T) {
	at := target("127.0.0.1:1")
	for name, between := range map[string]func(*Desk) error{
		"disconnected": func(*Desk) error { return nil },
		"connected":    func(d *Desk) error { return d.Connect("opencode", Choice{}, target("127.0.0.1:2")) },
	} {
		d, file := home(t, "opencode")
		put(t, file, jsonFiles["comments"])
		must(t, d.Connect("opencode", Choice{}, at))
		must(t, os.Rename(file, file+"c"))
		must(t, between(d))
		must(t, off(d, "opencode", at))
		if got := content(t, file+"c"); got != jsonFiles["comments"] {
			t.Errorf("%s: %q", name, got)
		}
		if all, err := d.records("opencode"); err != nil || len(all) != 0 {
			t.Errorf("%s: %v %v", name, all, err)
		}
	}
}

func TestFileThatMayOnlyBeRead(t *testing.T) {
	at := target("127.0.0.1:1")
	for _, id := range IDs() {
		d, file := home(t, id)
		put(t, file, filesOf(id)["own"])
		must(t, os.Chmod(file, 0o400))
		if err := d.Connect(id, Choice{}, at); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", id, err)
		}
		if got := content(t, file); got != filesOf(id)["own"] {
			t.Errorf("%s: %q", id, got)
		}
		if err := off(d, id, at); !errors.Is(err, ErrApart) {
			t.Errorf("%s: after a connect that failed: %v", id, err)
		}
		must(t, os.Chmod(file, 0o600))
		must(t, d.Connect(id, Choice{}, at))
		must(t, os.Chmod(file, 0o400))
		if err := off(d, id, at); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", id, err)
		}
		must(t, os.Chmod(file, 0o600))
		must(t, off(d, id, at))
		if got := content(t, file); got != filesOf(id)["own"] {
			t.Errorf("%s: %q", id, got)
		}
	}
}

func TestFolderThatMayOnlyBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root writes everywhere")
	}
	for _, id := range IDs() {
		d, file := home(t, id)
		put(t, file, filesOf(id)["own"])
		must(t, os.Chmod(filepath.Dir(file), 0o500))
		err := d.Connect(id, Choice{}, target("127.0.0.1:1"))
		must(t, os.Chmod(filepath.Dir(file), 0o700))
		if err == nil || content(t, file) != filesOf(id)["own"] {
			t.Errorf("%s: %v %q", id, err, content(t, file))
		}
	}
}
