package config

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func openState(t *testing.T, dir string) *State {
	t.Helper()
	s, err := OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestStateSurvivesARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openState(t, dir)
	must(t, s.SetLimit("zhipu", "glm-5.1", 5))
	must(t, s.SetLimit("zhipu", "*", 9))
	must(t, s.SetLimit("lab", "m", 1))
	must(t, s.SetLimit("zhipu", "glm-5.1", 6))
	want := map[string]map[string]int{"zhipu": {"glm-5.1": 6, "*": 9}, "lab": {"m": 1}}
	if d := cmp.Diff(want, openState(t, dir).Limits()); d != "" {
		t.Fatal(d)
	}
	must(t, s.Reset("zhipu", "glm-5.1"))
	must(t, s.Reset("lab", ""))
	if d := cmp.Diff(map[string]map[string]int{"zhipu": {"*": 9}}, openState(t, dir).Limits()); d != "" {
		t.Fatal(d)
	}
	must(t, s.Reset("", ""))
	if got := openState(t, dir).Limits(); len(got) != 0 {
		t.Fatal(got)
	}
	info, err := os.Stat(filepath.Join(dir, "state.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Fatalf("left behind: %v", files)
	}
}

func TestUnreadableStateIsKeptAside(t *testing.T) {
	for name, text := range map[string]string{"not JSON": "{", "from the future": `{"version":99,"limits":{}}`, "empty": ""} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "state.json")
			must(t, os.WriteFile(path, []byte(text), 0o600))
			s, err := OpenState(dir)
			if s == nil || err == nil || !strings.Contains(err.Error(), path) {
				t.Fatalf("got %v, %v", s, err)
			}
			must(t, s.SetLimit("v", "m", 2))
			kept, _ := filepath.Glob(path + ".*.broken")
			if len(kept) != 1 {
				t.Fatal("the old file is gone")
			}
			if got, _ := os.ReadFile(kept[0]); string(got) != text {
				t.Fatalf("kept %q", got)
			}
		})
	}
}

func TestStateIsNotLostWhenItCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	s := openState(t, dir)
	must(t, s.SetLimit("v", "m", 2))
	before, _ := os.ReadFile(filepath.Join(dir, "state.json"))
	s.path = filepath.Join(dir, "gone", "state.json")
	if err := s.SetLimit("v", "m", 3); err == nil {
		t.Fatal("no error")
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "state.json")); string(after) != string(before) {
		t.Fatalf("changed: %s", after)
	}
}

func TestStateTakesConcurrentChanges(t *testing.T) {
	dir := t.TempDir()
	s := openState(t, dir)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.SetLimit("v", string(rune('a'+i)), i+1); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := openState(t, dir).Limits()["v"]; len(got) != 20 {
		t.Fatalf("%d of 20 kept", len(got))
	}
}

func TestAChoiceForQuittingThatThereIsNotIsRefused(t *testing.T) {
	s := openState(t, t.TempDir())
	for choice, good := range map[string]bool{QuitAsks: true, QuitAlways: true, QuitNever: true, "ask": false, "yes": false} {
		err := s.ChangeDesktop(func(d *Desktop) { d.DisconnectOnQuit = choice })
		if good != (err == nil) || !good && !strings.Contains(err.Error(), `desktop.disconnect_on_quit: expected "" to ask, "always" or "never"`) {
			t.Errorf("%q: %v", choice, err)
		}
	}
}
