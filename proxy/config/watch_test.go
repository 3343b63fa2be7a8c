package config

import (
	"context"
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
	case <-time.After(10 * time.Second):
		t.Fatal("no change was noticed")
		return change{}
	}
}

func TestWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	changes := watch(t, path)
	must(t, os.WriteFile(path, []byte(`tiers = ["anthropic"]`), 0o600))
	if c := expect(t, changes); c.err != nil || chain(c.conf) != "anthropic" || c.conf.Path != path {
		t.Fatalf("a new file: %+v", c)
	}
	must(t, os.WriteFile(path, []byte(`tiers = [`), 0o600))
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
	must(t, os.WriteFile(path, []byte(`tiers = ["kimi"]`), 0o600))
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
	must(t, os.WriteFile(path, []byte(`tiers = ["anthropic"]`), 0o600))
	if c := expect(t, changes); c.err != nil || chain(c.conf) != "anthropic" {
		t.Fatalf("%+v", c)
	}
}
