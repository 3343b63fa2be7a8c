package ledger

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Random bytes at any place of the header never keep the program from starting and from recording: a database that cannot be
// used is kept under another name. One whose header says that it is newer is left as it is.
func TestADamagedHeaderIsSetAside(t *testing.T) {
	path := file(t)
	l := open(t, path)
	numberedCalls(l, 0, 20)
	written(t, l, 20)
	l.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(15, 9))
	kept := 0
	for range 60 {
		dir := t.TempDir()
		path := filepath.Join(dir, "ledger.db")
		text := append([]byte(nil), whole...)
		at, n := 24, 1+random.IntN(76)
		if random.IntN(3) == 0 {
			at = random.IntN(100)
		}
		for i := range n {
			text[at+i] = byte(random.Uint32())
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(Options{Path: path})
		if err != nil {
			t.Fatalf("%d bytes at %d: %v", n, at, err)
		}
		numberedCalls(l, 20, 21)
		l.Close()
		if s := l.Stats(); s.Dropped != 0 || s.Written != 1 {
			t.Errorf("%d bytes at %d: %+v", n, at, s)
		}
		aside, _ := filepath.Glob(path + ".*.broken")
		if len(aside) == 0 {
			continue
		}
		kept++
		if got, _ := os.ReadFile(aside[0]); string(got[100:]) != string(text[100:]) { // SQLite may have written its header
			t.Errorf("%d bytes at %d: the file that was set aside has changed", n, at)
		}
	}
	if kept == 0 {
		t.Error("no damage was found in any header")
	}
}

// A damaged page is found when it is read: new rows need not touch it.
func TestDamageThatAReaderFindsIsSetAside(t *testing.T) {
	path := file(t)
	l := open(t, path)
	numberedCalls(l, 0, 3000)
	written(t, l, 3000)
	l.Close()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := len(text) / 3; at < len(text)/3+40_000; at++ {
		text[at] = 0xa5
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	eventually(t, "the damaged ledger to be set aside", func() bool {
		again.Each(t.Context(), Query{}, func(Call) error { return nil })
		return strings.Contains(again.Stats().Problem, ".broken")
	})
	numberedCalls(again, 0, 1)
	written(t, again, 1)
	checkNumbered(t, again, 1)
}
