package connect

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// suspend suspends and returns the names of those that were disconnected.
func suspend(t *testing.T, d *Desk, at Target) (ids []string) {
	t.Helper()
	done, err := d.Suspend(at)
	must(t, err)
	for _, s := range done {
		ids = append(ids, s.ID)
	}
	return ids
}

func resume(t *testing.T, d *Desk, at Target) []string {
	t.Helper()
	done, err := d.Resume(at)
	must(t, err)
	return done
}

func TestSuspendedClientsHaveTheirFilesBackAndAreConnectedAgain(t *testing.T) {
	at := target("127.0.0.1:1")
	for _, id := range IDs() {
		for name, before := range filesOf(id) {
			t.Run(id+"/"+name, func(t *testing.T) {
				d, file := home(t, id)
				put(t, file, before)
				must(t, d.Connect(id, Choice{}, at))
				connected := content(t, file)
				if got := suspend(t, d, at); !slices.Equal(got, []string{id}) {
					t.Fatalf("suspended %q", got)
				}
				if got := content(t, file); got != before {
					t.Errorf("suspended: %q, want %q", got, before)
				}
				if got := resume(t, New(filepath.Dir(d.dir)), at); !slices.Equal(got, []string{id}) { // another process
					t.Errorf("resumed %q", got)
				}
				if got := content(t, file); got != connected {
					t.Errorf("resumed: %q, want %q", got, connected)
				}
				if got := resume(t, d, at); got != nil {
					t.Errorf("resumed twice: %q", got)
				}
				must(t, off(d, id, at))
				if got := content(t, file); got != before {
					t.Errorf("at last %q, want %q", got, before)
				}
			})
		}
	}
}

func TestResumedClientsCallTheVendorThatTheyCalledAtTheAddressOfNow(t *testing.T) {
	d, file := home(t, "opencode")
	must(t, d.Connect("opencode", Choice{Vendor: "openai"}, target("127.0.0.1:1")))
	suspend(t, d, target("127.0.0.1:1"))
	resume(t, d, target("127.0.0.1:2"))
	if text := content(t, file); !strings.Contains(text, "http://127.0.0.1:2/v/openai/v1") {
		t.Error(text)
	}
}

func TestWhatTheUserDecidedSinceIsNotResumed(t *testing.T) {
	at := target("127.0.0.1:1")
	for name, decide := range map[string]func(d *Desk, file string){
		"disconnected": func(d *Desk, _ string) {
			if err := off(d, "claude-code", at); !errors.Is(err, ErrApart) {
				t.Error(err)
			}
		},
		"another address": func(_ *Desk, file string) { put(t, file, `{"env":{"ANTHROPIC_BASE_URL":"https://gateway.example"}}`) },
		"connected":       func(d *Desk, _ string) { must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:9"))) },
	} {
		t.Run(name, func(t *testing.T) {
			d, file := home(t, "claude-code")
			put(t, file, "{}")
			must(t, d.Connect("claude-code", Choice{}, at))
			suspend(t, d, at)
			decide(d, file)
			before := content(t, file)
			if got := resume(t, d, at); got != nil || content(t, file) != before {
				t.Errorf("resumed %q: %q", got, content(t, file))
			}
			put(t, file, "{}")
			if got := resume(t, d, at); got != nil {
				t.Errorf("resumed later: %q", got)
			}
		})
	}
}

// A file that cannot be written at this start may be writable at the next.
func TestAResumeThatFailedIsTriedAgain(t *testing.T) {
	at := target("127.0.0.1:1")
	d, file := home(t, "claude-code")
	put(t, file, "{}")
	must(t, d.Connect("claude-code", Choice{}, at))
	suspend(t, d, at)
	put(t, file, "{")
	if done, err := d.Resume(at); err == nil || !strings.Contains(err.Error(), file) || done != nil || content(t, file) != "{" {
		t.Errorf("resumed %q, %v", done, err)
	}
	put(t, file, "{}")
	if got := resume(t, d, at); !slices.Equal(got, []string{"claude-code"}) {
		t.Errorf("resumed %q", got)
	}
}

// One that cannot be disconnected does not keep the others connected, nor does it make them forgotten.
func TestSuspendGoesOnAfterAFailure(t *testing.T) {
	at := target("127.0.0.1:1")
	d, file := home(t, "claude-code")
	put(t, file, "{}")
	must(t, d.Connect("claude-code", Choice{}, at))
	must(t, d.Connect("codex", Choice{}, at))
	must(t, os.Chmod(file, 0o400))
	done, err := d.Suspend(at)
	if err == nil || !strings.Contains(err.Error(), file) || len(done) != 1 || done[0].ID != "codex" {
		t.Errorf("%+v, %v", done, err)
	}
	if got := resume(t, d, at); !slices.Equal(got, []string{"codex"}) {
		t.Errorf("resumed %q", got)
	}
}

func TestWhatSomebodyChangedIsLeftBySuspendAndSaid(t *testing.T) {
	at := target("127.0.0.1:1")
	at.ClientAuth = false
	d, file := home(t, "claude-code")
	put(t, file, "{}")
	must(t, d.Connect("claude-code", Choice{}, at))
	put(t, file, strings.Replace(content(t, file), "s3cret", "mine", 1))
	done, err := d.Suspend(at)
	must(t, err)
	if len(done) != 1 || len(done[0].Files) != 1 || done[0].Files[0].How != Left || !slices.Equal(done[0].Files[0].Keys, []string{"env.ANTHROPIC_AUTH_TOKEN"}) {
		t.Errorf("%+v", done)
	}
}

func TestSuspendedListThatIsDamagedIsSetAside(t *testing.T) {
	at := target("127.0.0.1:1")
	d, _ := home(t, "claude-code")
	must(t, os.MkdirAll(d.dir, 0o700))
	must(t, os.WriteFile(d.suspendedFile(), []byte("[{"), 0o600))
	if _, err := d.Resume(at); err == nil || !strings.Contains(err.Error(), "suspended.json") {
		t.Error(err)
	}
	must(t, d.Connect("claude-code", Choice{}, at))
	suspend(t, d, at)
	if got := resume(t, d, at); len(got) != 1 {
		t.Errorf("resumed %q", got)
	}
}

func TestNothingIsSuspendedWhereNothingIsConnected(t *testing.T) {
	d, _ := home(t, "claude-code")
	if got := suspend(t, d, target("127.0.0.1:1")); got != nil {
		t.Errorf("suspended %q", got)
	}
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:2")))
	if got := suspend(t, d, target("127.0.0.1:1")); got != nil {
		t.Errorf("suspended %q, which calls another Afterglow", got)
	}
	if _, err := os.Stat(d.suspendedFile()); err == nil {
		t.Error("a list of nothing was written")
	}
}

// What the user chose when the client was connected is chosen again, in the project's file too, and for the address of
// the next start.
func TestResumedClientsHaveTheirCredentialsAndWhatWasSetAside(t *testing.T) {
	d, file := home(t, "claude-code")
	dir := t.TempDir()
	d.root, d.Shell = t.TempDir(), shellOf(dir, map[string]string{"ANTHROPIC_MODEL": "glm-5.1"})
	project := filepath.Join(dir, ".claude", "settings.json")
	texts := map[string]string{file: `{"env": {"ANTHROPIC_API_KEY": "theirs"}}`, project: `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example"}}`}
	for name, text := range texts {
		put(t, name, text)
	}
	put(t, filepath.Join(filepath.Dir(file), ".credentials.json"), `{"claudeAiOauth": {}}`)
	must(t, d.Connect("claude-code", Choice{Credentials: Placeholder, SetAside: true}, bothKinds("127.0.0.1:1")))
	connected := map[string]string{file: content(t, file), project: content(t, project)}
	window := &Desk{dir: d.dir, root: d.root} // knows of no shell
	done, err := window.Suspend(bothKinds("127.0.0.1:1"))
	if err != nil || len(done) != 1 || len(done[0].Files) != 2 {
		t.Errorf("%+v %v", done, err)
	}
	if kept := content(t, d.suspendedFile()); strings.Contains(kept, "theirs") || strings.Contains(kept, "gateway.example") {
		t.Errorf("it holds what was set aside: %s", kept)
	}
	for name, text := range texts {
		if got := content(t, name); got != text {
			t.Errorf("suspended: %s: %s", name, got)
		}
	}
	resume(t, window, bothKinds("127.0.0.1:2"))
	for name, text := range connected {
		if got := content(t, name); got != strings.ReplaceAll(text, "127.0.0.1:1", "127.0.0.1:2") {
			t.Errorf("resumed: %s: got %s, want %s", name, got, text)
		}
	}
	must(t, off(window, "claude-code", bothKinds("127.0.0.1:2")))
	for name, text := range texts {
		if got := content(t, name); got != text {
			t.Errorf("at last: %s: %s", name, got)
		}
	}
}
