//go:build linux || freebsd || openbsd || netbsd

package desktop

import (
	"context"
	"testing"
	"time"

	"afterglow/app/desktop/bustest"
)

func TestHasTray(t *testing.T) {
	bus := bustest.Start(t)
	has := func(want bool, when string) {
		t.Helper()
		if got := HasTray(t.Context()); got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	has(false, "no watcher")
	watcher := bus.Watch(false)
	has(false, "a watcher without a host")
	if err := watcher.AddHost(); err != nil {
		t.Fatal(err)
	}
	has(true, "a host")
	if err := watcher.Stop(); err != nil {
		t.Fatal(err)
	}
	bus.Stop()
	has(false, "no bus")
}

// follow runs watchTray until the test ends.
func follow(t *testing.T, grace time.Duration) (changes <-chan bool, end <-chan error) {
	t.Helper()
	said, ended := make(chan bool, 8), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended <- watchTray(ctx, grace, func(has bool) { said <- has })
	}()
	t.Cleanup(func() { cancel(); <-done })
	return said, ended
}

// expect waits for what watchTray says next.
func expect(t *testing.T, changes <-chan bool, want bool, when string) {
	t.Helper()
	select {
	case got := <-changes:
		if got != want {
			t.Fatalf("%s: %v, want %v", when, got, want)
		}
	case <-time.After(longest):
		t.Fatalf("%s: nothing said", when)
	}
}

func TestWatchTrayFollowsThePanel(t *testing.T) {
	bus := bustest.Start(t)
	changes, _ := follow(t, 10*time.Millisecond)
	expect(t, changes, false, "no panel")
	watcher := bus.Watch(false)
	if err := watcher.AddHost(); err != nil {
		t.Fatal(err)
	}
	expect(t, changes, true, "the panel starts")
	if err := watcher.Stop(); err != nil {
		t.Fatal(err)
	}
	expect(t, changes, false, "the panel ends")
	bus.Watch(true)
	expect(t, changes, true, "another panel starts")
}

func TestWatchTrayForgivesAPanelThatStartsAnew(t *testing.T) {
	bus := bustest.Start(t)
	watcher := bus.Watch(true)
	changes, ended := follow(t, time.Hour)
	expect(t, changes, true, "a panel")
	if err := watcher.Stop(); err != nil {
		t.Fatal(err)
	}
	second := bus.Watch(true)
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}
	bus.Watch(true)
	bus.Stop() // comes after all that
	<-ended
	if len(changes) > 0 {
		t.Errorf("said %v, though the panel was gone for a moment only", <-changes)
	}
}

func TestWatchTrayEndsWithTheBus(t *testing.T) {
	bus := bustest.Start(t)
	bus.Watch(true)
	changes, ended := follow(t, time.Hour)
	expect(t, changes, true, "a panel")
	bus.Stop()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("no error, though the bus has gone")
		}
	case <-time.After(longest):
		t.Error("still watching a bus that has gone")
	}
}
