package connect

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each end of a connection has its own sentence, which is true.
func TestDisconnectSaysWhatCameOfIt(t *testing.T) {
	at := target("127.0.0.1:1")
	own := jsonFiles["own"]
	for name, c := range map[string]struct {
		before    string // "" = there is no file
		meanwhile func(t *testing.T, d *Desk, file string)
		how       How
		said      []string
		backup    bool
		after     string // "" = there is no file
	}{
		"as it was": {before: own, how: Same, said: []string{"is exactly as it was before.", "Claude Code now uses gateway.example."}, after: own},
		"no file":   {how: Removed, said: []string{"is removed, because there was none before."}},
		"edited": {before: "{}\n", meanwhile: func(t *testing.T, _ *Desk, file string) {
			put(t, file, strings.Replace(content(t, file), "{", `{"model": "opus",`, 1))
		}, how: Edited, said: []string{"Other changes made since then stay."}, after: `{"model": "opus"}` + "\n"},
		"put back by hand": {before: own, meanwhile: func(t *testing.T, _ *Desk, file string) { put(t, file, own) }, how: Same, said: []string{"is exactly as it was before"}, after: own},
		"backup gone": {before: "{}\n", meanwhile: func(t *testing.T, d *Desk, _ string) { must(t, os.RemoveAll(d.dir)) }, how: NoBackup,
			said: []string{"The backup is gone"}, after: "{}\n"},
		"file gone": {before: own, meanwhile: func(t *testing.T, _ *Desk, file string) { must(t, os.Remove(file)) }, how: Gone,
			said: []string{"was deleted by another program", "is kept as"}, backup: true},
		"our key changed": {before: own, meanwhile: func(t *testing.T, _ *Desk, file string) {
			put(t, file, strings.Replace(content(t, file), "http://127.0.0.1:1", "https://other.example", 1))
		}, how: Left, said: []string{"except env.ANTHROPIC_BASE_URL", "Claude Code now uses other.example.", "is kept as"}, backup: true,
			after: strings.Replace(own, "https://gateway.example", "https://other.example", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			d, file := home(t, "claude-code")
			if c.before != "" {
				put(t, file, c.before)
			}
			must(t, d.Connect("claude-code", Choice{}, at))
			if c.meanwhile != nil {
				c.meanwhile(t, d, file)
			}
			all, err := d.Disconnect("claude-code", false, at)
			if err != nil || len(all) != 1 || all[0].How != c.how || (all[0].Backup != "") != c.backup {
				t.Fatalf("%+v %v", all, err)
			}
			for _, want := range c.said {
				if !strings.Contains(all[0].String(), want) {
					t.Errorf("it says %q, not %q", all[0], want)
				}
			}
			got, err := os.ReadFile(file)
			if (err == nil) != (c.after != "") || strings.Join(strings.Fields(string(got)), "") != strings.Join(strings.Fields(c.after), "") {
				t.Errorf("%q %v", got, err)
			}
			if c.backup && content(t, all[0].Backup) != c.before {
				t.Errorf("the backup: %q", content(t, all[0].Backup))
			}
		})
	}
}

// instances are two desks of one user, as two Afterglows with state folders of their own have.
func instances(t *testing.T, id string) (a, b *Desk, file string) {
	t.Helper()
	a, file = home(t, id)
	return a, New(filepath.Join(t.TempDir(), "state")), file
}

// Two Afterglows connected one after another: the first that is disconnected takes nothing of the other's, and the way
// back leads through both.
func TestTwoInstancesThatConnectedOneAfterAnother(t *testing.T) {
	for _, id := range IDs() {
		for name, firstOff := range map[string]bool{"first off first": true, "last off first": false} {
			t.Run(id+"/"+name, func(t *testing.T) {
				a, b, file := instances(t, id)
				before := filesOf(id)["own"]
				put(t, file, before)
				one, two := target("127.0.0.1:1"), target("127.0.0.1:2")
				must(t, a.Connect(id, Choice{}, one))
				must(t, b.Connect(id, Choice{}, two))
				now := content(t, file)
				if firstOff {
					var other *OtherError
					if err := off(a, id, one); !errors.As(err, &other) || other.Address != "127.0.0.1:2" || other.File != file {
						t.Errorf("%v", err)
					}
					if got := content(t, file); got != now {
						t.Errorf("the other's connection became %q", got)
					}
					if all, err := a.DisconnectAll(one); err == nil || len(all) > 0 || content(t, file) != now {
						t.Errorf("at once: %+v %v", all, err)
					}
				}
				all, err := b.Disconnect(id, false, two)
				if err != nil || len(all) != 1 || all[0].How != Same || all[0].Address != "127.0.0.1:1" || all[0].Here {
					t.Errorf("%+v %v", all, err)
				}
				all, err = a.Disconnect(id, false, one)
				if err != nil || len(all) != 1 || all[0].How != Same || content(t, file) != before {
					t.Errorf("%+v %v %q", all, err, content(t, file))
				}
			})
		}
	}
}

// Two state folders, one address: the second is disconnected and says that the client still calls the same address.
func TestTwoInstancesAtOneAddress(t *testing.T) {
	a, b, file := instances(t, "claude-code")
	before := jsonFiles["own"]
	put(t, file, before)
	at := target("127.0.0.1:1")
	must(t, a.Connect("claude-code", Choice{}, at))
	must(t, b.Connect("claude-code", Choice{}, at))
	all, err := b.Disconnect("claude-code", false, at)
	if err != nil || len(all) != 1 || !all[0].Here || !strings.Contains(all[0].String(), "another state folder has the backup") {
		t.Errorf("%+v %v", all, err)
	}
	must(t, off(a, "claude-code", at))
	if got := content(t, file); got != before {
		t.Error(got)
	}
}

// Another program's address that stands there for good can be left, if the user says so.
func TestForcedOverAnotherProgramsAddress(t *testing.T) {
	d, file := home(t, "claude-code")
	put(t, file, "{}\n")
	at := target("127.0.0.1:1")
	at.ClientAuth = false
	must(t, d.Connect("claude-code", Choice{}, at))
	put(t, file, strings.Replace(content(t, file), "http://127.0.0.1:1", "http://localhost:3456", 1))
	all, err := d.Disconnect("claude-code", true, at)
	if err != nil || len(all) != 1 || all[0].How != Left || strings.Contains(content(t, file), "AUTH_TOKEN") || !strings.Contains(content(t, file), "localhost:3456") {
		t.Errorf("%+v %v %s", all, err, content(t, file))
	}
}

func TestAllAtOnce(t *testing.T) {
	d, file := home(t, "claude-code")
	at := target("127.0.0.1:1")
	put(t, file, jsonFiles["own"])
	must(t, d.Connect("claude-code", Choice{}, at))
	must(t, d.Connect("opencode", Choice{}, at))
	t.Setenv("CLAUDE_CONFIG_DIR", filepath.Join(filepath.Dir(d.dir), "other"))
	must(t, d.Connect("claude-code", Choice{}, at))
	all, err := d.DisconnectAll(at)
	if err != nil || len(all) != 3 || content(t, file) != jsonFiles["own"] {
		t.Errorf("%+v %v", all, err)
	}
	if all, err := d.DisconnectAll(at); err != nil || len(all) != 0 {
		t.Errorf("once more: %+v %v", all, err)
	}
}

// One that cannot be disconnected does not keep the others connected.
func TestAllButOne(t *testing.T) {
	d, file := home(t, "claude-code")
	at := target("127.0.0.1:1")
	put(t, file, "{}")
	must(t, d.Connect("claude-code", Choice{}, at))
	must(t, d.Connect("opencode", Choice{}, at))
	must(t, os.Chmod(file, 0o400))
	all, err := d.DisconnectAll(at)
	if err == nil || !strings.Contains(err.Error(), file) || len(all) != 1 || all[0].Client != "opencode" {
		t.Errorf("%+v %v", all, err)
	}
}
