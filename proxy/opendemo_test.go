package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/logging"
)

// demoOver is a demo over somebody's own configuration file.
func demoOver(t *testing.T, text string) *edited {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "") // no keyring
	t.Setenv("XDG_RUNTIME_DIR", "")
	dir := t.TempDir()
	e := &edited{dir: dir, file: filepath.Join(dir, "config.toml"), store: credential.OpenFile(dir), said: &lockedBuffer{}}
	writeFile(t, e.file, text)
	log, err := logging.Open(config.DefaultLog(), filepath.Join(dir, "afterglow.log"), e.said)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.Server, err = Open(ctx, Setup{Config: e.file, State: dir, Demo: DemoOn}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(e.Close(), log.Close()); err != nil {
			t.Error(err)
		}
	})
	return e
}

// In a demo the file is edited and the credentials are the user's own; what runs is neither.
func TestADemoEditsTheFileAndRunsOn(t *testing.T) {
	sim, err := fakevendor.Start(fakevendor.Options{Key: secretKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	// A name that the demo has too: its queue and its limits are other ones.
	e := demoOver(t, strings.Replace("listen = \"127.0.0.1:1\"\ntiers = [\"lab\", \"anthropic\"] # mine\n"+labRow(sim.URL()), "\"lab\"", "\"zhipu\"", 1))
	writeFile(t, e.file, strings.Replace(e.text(t), "name = \"lab\"", "name = \"zhipu\"\npreset = \"zhipu\"", 1))
	own := e.desktop // what the user set in another run, without a demo
	if err := errors.Join(own.SetLimit("zhipu", "*", 3), own.SetBindings([]config.Session{{Match: "s", Vendors: []string{"zhipu"}}})); err != nil {
		t.Fatal(err)
	}
	list, err := e.Vendors()
	if err != nil || list.Live || list.File != e.file || fmt.Sprint(list.Tiers) != "[[zhipu] [anthropic]]" {
		t.Fatalf("%+v %v", list, err)
	}
	running, limits := e.current(), fmt.Sprint(e.limiter.Snapshot())
	d := e.draft(t, "zhipu")
	if got := e.TestVendor(t.Context(), d, secretKey); !got.OK {
		t.Errorf("%+v", got)
	}
	d.Limit.Default = 5
	if err := e.SaveVendor("zhipu", d, secretKey); err != nil {
		t.Fatal(err)
	}
	if got := e.TestVendor(t.Context(), e.draft(t, "zhipu"), ""); !got.OK {
		t.Errorf("with the key that was saved: %+v", got)
	}
	if status := e.draft(t, "zhipu"); status.Limit.Default != 5 || status.Key != config.KeyInKeyring {
		t.Errorf("%+v", status)
	}
	d = e.draft(t, "zhipu")
	d.Name, d.Preset = "bench", "zhipu"
	if err := e.SaveVendor("zhipu", d, ""); err != nil {
		t.Fatal(err)
	}
	token, err := e.store.Get("bench")
	if _, gone := e.store.Get("zhipu"); err != nil || token.Access.Reveal() != secretKey || !errors.Is(gone, credential.ErrNone) {
		t.Error("the key is not where it belongs", err, gone)
	}
	if got := fmt.Sprint(own.Limits(), own.Bindings()); got != "map[bench:map[*:3]] [{s [bench] false}]" {
		t.Error(got)
	}
	if err := e.SetTiers([][]string{{"anthropic"}, {"bench"}}); err != nil {
		t.Fatal(err)
	}
	if err := e.SetListen("127.0.0.1:2"); err != nil {
		t.Fatal(err)
	}
	if text := e.text(t); !strings.Contains(text, "listen = \"127.0.0.1:2\"\ntiers = [\"anthropic\", \"bench\"] # mine\n") || !strings.Contains(text, "name = \"bench\"\npreset = \"zhipu\" # ours") {
		t.Error(text)
	}
	d = e.draft(t, "bench")
	d.BaseURL = "nowhere"
	before := e.text(t)
	if err := e.SaveVendor("bench", d, ""); err == nil || e.text(t) != before {
		t.Error("what is wrong was written:", err)
	}
	if e.current() != running || fmt.Sprint(e.limiter.Snapshot()) != limits || e.Status().Problem != "" {
		t.Error("what runs was changed")
	}
	e.saysNothingOf(t, secretKey)
	if log, err := os.ReadFile(filepath.Join(e.dir, "afterglow.log")); err != nil || bytes.Contains(log, []byte(secretKey)) {
		t.Error("the key is in the log's file", err)
	}
}
