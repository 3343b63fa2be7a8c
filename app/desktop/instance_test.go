package desktop

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// longest is how long a test waits for what must happen. A slow machine may need long.
const longest = 3 * time.Minute

func TestASecondStartIsHeard(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	shown := make(chan struct{}, 8)
	watching.Go(func() { WatchShow(ctx, dir, func() { shown <- struct{}{} }) })
	for range 3 {
		ask(t, dir)
		<-shown
	}
	// What else happens in the folder is none of it.
	if err := os.WriteFile(filepath.Join(dir, "state.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ask(t, dir) // comes after it
	cancel()
	watching.Wait()
	if n := len(shown); n != 1 {
		t.Errorf("shown %d times, though asked for once", n)
	}
}

func ask(t *testing.T, dir string) {
	t.Helper()
	if heard, err := askToShow(t.Context(), dir, longest); err != nil || !heard {
		t.Fatal(heard, err)
	}
}

// It asked while the first was still starting.
func TestASecondStartIsHeardLate(t *testing.T) {
	dir := t.TempDir()
	heard := make(chan bool, 1)
	go func() {
		ok, _ := askToShow(t.Context(), dir, longest)
		heard <- ok
	}()
	asked := func() bool { _, err := os.Stat(filepath.Join(dir, showFile)); return err == nil }
	for ; !asked(); time.Sleep(time.Millisecond) {
	}
	ctx, cancel := context.WithCancel(t.Context())
	WatchShow(ctx, dir, cancel)
	if !<-heard {
		t.Error("not heard")
	}
}

func TestNobodyHears(t *testing.T) {
	dir := t.TempDir()
	if heard, err := askToShow(t.Context(), dir, 50*time.Millisecond); err != nil || heard {
		t.Error(heard, err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left) // the next start would show a window that nobody asked for
	}
	if _, err := askToShow(t.Context(), filepath.Join(dir, "none"), time.Second); err == nil {
		t.Error("no error, though there is no folder")
	}
}

// A link in place of the file would be followed, and the file behind it emptied.
func TestAskingForTheWindowFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, []byte("of the user's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(precious, filepath.Join(dir, showFile)); err != nil {
		t.Skip(err) // Windows: it takes a right
	}
	if heard, err := AskToShow(t.Context(), dir); heard || err == nil {
		t.Errorf("%t %v", heard, err)
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "of the user's" {
		t.Errorf("%q %v", text, err)
	}
}
