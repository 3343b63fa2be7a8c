package proxy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"

	"afterglow/proxy/config"
)

func TestInstanceFileFollowsTheListener(t *testing.T) {
	dir := t.TempDir()
	conf, err := config.Default(func(string) string { return "" })
	if err == nil {
		conf, err = conf.WithListen("127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Config: conf, Instance: dir, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	first, err := ReadInstance(dir)
	if err != nil || first.Address != s.Status().Addr || first.PID != os.Getpid() || first.Version != "1.2.3" {
		t.Error(first, err, s.Status().Addr)
	}
	if info, err := os.Stat(InstancePath(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	if conf, err = conf.WithListen("localhost:0"); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(conf); err != nil {
		t.Fatal(err)
	}
	if second, err := ReadInstance(dir); err != nil || second.Address == first.Address || second.Address != s.Status().Addr {
		t.Error(second, err, s.Status().Addr)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := ReadInstance(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestServerLeavesTheInstanceFileOfAnother(t *testing.T) {
	dir := t.TempDir()
	ours, other := instanceFile{dir: dir}, instanceFile{dir: dir}
	for _, err := range []error{ours.say("127.0.0.1:1"), other.say("127.0.0.1:2"), ours.remove()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if i, err := ReadInstance(dir); err != nil || i.Address != "127.0.0.1:2" {
		t.Error(i, err)
	}
}

func TestInstanceFileThatIsBroken(t *testing.T) {
	for _, text := range []string{"", "{", `{"address":"nowhere"}`, "[]"} {
		dir := t.TempDir()
		if err := os.WriteFile(InstancePath(dir), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if i, err := ReadInstance(dir); err == nil {
			t.Errorf("%q: %v", text, i)
		}
	}
}
