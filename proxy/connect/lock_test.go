package connect

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gofrs/flock"
)

// Desks of their own are to each other as processes are: a lock belongs to the open file.
func TestChangesOfSeveralProcesses(t *testing.T) {
	first, file := home(t, "claude-code")
	before := jsonFiles["comments"]
	put(t, file, before)
	var all sync.WaitGroup
	for n := range 24 {
		all.Go(func() {
			d := &Desk{dir: first.dir}
			at := target(fmt.Sprintf("127.0.0.1:%d", n+1))
			if err := d.Connect("claude-code", Choice{}, at); err != nil {
				t.Error(err)
			}
			if n%3 == 0 {
				_ = off(d, "claude-code", at) // another may have been faster
			}
		})
	}
	all.Wait()
	must(t, first.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
	must(t, off(first, "claude-code", target("127.0.0.1:1")))
	if got := content(t, file); got != before {
		t.Errorf("got %q", got)
	}
}

func TestAnotherProcessTakesTooLong(t *testing.T) {
	d, file := home(t, "claude-code")
	must(t, os.MkdirAll(d.dir, 0o700))
	lock := flock.New(filepath.Join(d.dir, "lock"))
	must(t, lock.Lock())
	synctest.Test(t, func(t *testing.T) {
		err := d.Connect("claude-code", Choice{}, target("127.0.0.1:1"))
		if err == nil || !strings.Contains(err.Error(), "another process") {
			t.Error(err)
		}
	})
	if _, err := os.Stat(file); err == nil {
		t.Error("it was connected all the same")
	}
	must(t, lock.Unlock())
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
}

func TestNoStateFolder(t *testing.T) {
	home(t, "claude-code")
	d := New("")
	if s := state(t, d, "claude-code", "127.0.0.1:1"); s.State != Apart {
		t.Errorf("%+v", s)
	}
	if err := d.Connect("claude-code", Choice{}, target("127.0.0.1:1")); err == nil || !strings.Contains(err.Error(), "state folder") {
		t.Error(err)
	}
}
