package proxy

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/logging"
)

// Whatever a crash left of a file, cut at any byte: the program starts, says what is lost, and keeps what is there under
// another name.
func TestHalfWrittenFiles(t *testing.T) {
	full := map[string]string{
		"state.json": `{"version":1,"limits":{"a":{"m":3}},"order":[["a"]],"settings":{},"desktop":{"language":"en"}}`,
		quotaFile:    `{"a":{"hours":[{"minute":29000000,"tokens":7}]}}`,
	}
	for name, text := range full {
		t.Run(name, func(t *testing.T) {
			for cut := range len(text) {
				dir := t.TempDir()
				writeFile(t, filepath.Join(dir, name), text[:cut])
				conf := filepath.Join(dir, "config.toml")
				writeFile(t, conf, "listen = \"127.0.0.1:0\"\n[ledger]\nenabled = false\n[[vendors]]\nname = \"a\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:1\"\nauth = \"client\"\n")
				said := started(t, Setup{Config: conf, State: dir})
				if !strings.Contains(said, name) || !strings.Contains(said, "kept as") {
					t.Fatalf("cut at %d: nothing said of it:\n%s", cut, said)
				}
				kept := broken(t, dir, name)
				if len(kept) != 1 || kept[0] != text[:cut] {
					t.Fatalf("cut at %d: kept %q", cut, kept)
				}
			}
		})
	}
}

// started opens a server and closes it again, and returns what it logged.
func started(t *testing.T, set Setup) string {
	t.Helper()
	claim, err := set.Claim()
	if err != nil {
		t.Fatal(err)
	}
	defer claim.Release()
	var said bytes.Buffer
	log, err := logging.Open(config.DefaultLog(), "", &said)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := Open(ctx, set, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return said.String()
}

// broken is what is kept aside of a file.
func broken(t *testing.T, dir, name string) (kept []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, name+"*broken*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, string(text))
	}
	return kept
}

// A half-written instance.json is of a process that is gone: whoever takes the folder takes it away.
func TestAHalfWrittenInstanceIsTakenAway(t *testing.T) {
	const text = `{"address":"127.0.0.1:3392","pid":7,"version":"1.0.0"}`
	for cut := range len(text) {
		dir := t.TempDir()
		writeFile(t, InstancePath(dir), text[:cut])
		if _, err := ReadInstance(dir); err == nil {
			t.Fatalf("cut at %d: taken for whole", cut)
		}
		claim, err := Setup{State: dir}.Claim()
		if err != nil || claim.Problem() != nil {
			t.Fatal(err, claim.Problem())
		}
		if _, err := os.Stat(InstancePath(dir)); !os.IsNotExist(err) {
			t.Fatalf("cut at %d: still there", cut)
		}
		claim.Release()
	}
}

func TestHalfWrittenCredentials(t *testing.T) {
	const text = `{"work":{"access_token":"s3cret-token"}}`
	for cut := range len(text) {
		dir := t.TempDir()
		path := filepath.Join(dir, "credentials.json")
		writeFile(t, path, text[:cut])
		store := credential.OpenFile(dir)
		if _, err := store.Get("work"); err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "Sign in again") {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if kept := broken(t, dir, "credentials.json"); len(kept) != 1 || kept[0] != text[:cut] {
			t.Fatalf("cut at %d: kept %q", cut, kept)
		}
		if err := store.Set("work", credential.Token{Access: "new"}); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Get("work"); err != nil || got.Access.Reveal() != "new" {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
}

// Two processes cannot have one folder; one that has let go of it, or was killed, keeps nobody out.
func TestAStateFolderHasOneProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	first, err := Setup{State: dir}.Claim()
	if err != nil || first.Problem() != nil {
		t.Fatal(err)
	}
	writeFile(t, InstancePath(dir), `{"address":"127.0.0.1:3392","pid":7}`)
	second, err := Setup{State: dir}.Claim()
	running, ok := err.(*RunningError)
	if second != nil || !ok || running.PID != os.Getpid() || running.Address != "127.0.0.1:3392" || running.Dir != dir {
		t.Fatalf("%+v", err)
	}
	first.Release()
	third, err := Setup{State: dir}.Claim()
	if err != nil {
		t.Fatal(err)
	}
	third.Release()

	// A folder that cannot be made is not this one's problem: what needs it says so.
	writeFile(t, filepath.Join(dir, "file"), "")
	if c, err := (Setup{State: filepath.Join(dir, "file", "below")}).Claim(); err != nil || c.Problem() == nil {
		t.Error(err)
	}
}
