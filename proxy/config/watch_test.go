package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

type change struct {
	conf Config
	err  error
}

func watch(t *testing.T, path string) <-chan change {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	changes := make(chan change, 10)
	must(t, Watch(ctx, path, env(), func(c Config, err error) { changes <- change{c, err} }))
	t.Cleanup(func() {
		cancel()
		goleak.VerifyNone(t)
	})
	return changes
}

func expect(t *testing.T, changes <-chan change) change {
	t.Helper()
	select {
	case c := <-changes:
		return c
	case <-time.After(3 * time.Minute): // a slow machine may need long
		t.Fatal("no change was noticed")
		return change{}
	}
}

// add writes to the end of a file in one step. os.WriteFile has two, and a slow machine may read between them.
func add(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func TestWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	must(t, add(path, "# nothing yet\n"))
	changes := watch(t, path)
	must(t, add(path, `tiers = ["anthropic"]`))
	if c := expect(t, changes); c.err != nil || chain(c.conf) != "anthropic" || c.conf.Path != path {
		t.Fatalf("a new file: %+v", c)
	}
	must(t, add(path, "\n["))
	if c := expect(t, changes); c.err == nil {
		t.Fatal("a broken file was taken")
	}
	// Editors write another file and put it in the place of the first.
	must(t, os.WriteFile(path+".new", []byte(`tiers = ["zhipu"]`), 0o600))
	must(t, os.Rename(path+".new", path))
	if c := expect(t, changes); c.err != nil || chain(c.conf) != "zhipu" {
		t.Fatalf("a replaced file: %+v", c)
	}
	must(t, os.Chtimes(path, time.Now(), time.Now()))
	must(t, os.Remove(path))
	must(t, os.WriteFile(path+".new", []byte(`tiers = ["kimi"]`), 0o600))
	must(t, os.Rename(path+".new", path))
	if c := expect(t, changes); chain(c.conf) != "kimi" {
		t.Fatalf("a touched and removed file was reported: %+v", c)
	}
}

func TestWatchNeedsAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	err := Watch(context.Background(), filepath.Join(file, "config.toml"), env(), func(Config, error) {})
	if err == nil {
		t.Fatal("no error")
	}
}

func TestWatchNoticesTheFirstFileOfAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "yet", "config.toml")
	changes := watch(t, path)
	must(t, os.WriteFile(path+".new", []byte(`tiers = ["anthropic"]`), 0o600))
	must(t, os.Rename(path+".new", path))
	if c := expect(t, changes); c.err != nil || chain(c.conf) != "anthropic" {
		t.Fatalf("%+v", c)
	}
}
