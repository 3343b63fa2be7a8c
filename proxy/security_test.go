package proxy

import (
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/bounds"
	"afterglow/proxy/config"
)

// A redirect would carry a key, or the client's own credentials, to another host.
func TestAVendorsRedirectIsNotFollowed(t *testing.T) {
	other := newTestAPI(t, jsonAnswer(plainMessage))
	for _, status := range []int{301, 302, 303, 307, 308} {
		from := vendorServer(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+r.URL.Path, status) })
		conf := toNative(from.URL)
		conf.Vendors = []config.Vendor{row("keyed", from.URL), row("mine", from.URL, func(v *config.Vendor) { v.Auth, v.Key = config.AuthClient, "" })}
		_, base := serveConfig(t, conf)
		for _, path := range []string{"/v1/messages", "/v1/messages/count_tokens", "/v/keyed/v1/messages", "/v/mine/v1/files", "/api/openai/v1/responses"} {
			do(t, "POST", base+path, plainBody, "Content-Type", "application/json", "Authorization", "Bearer sk-ant-oat01-x")
		}
	}
	if calls := other.calls(); len(calls) > 0 {
		t.Errorf("another host got %+v", calls)
	}
}

// Whatever is written into the state folder while calls run can be read by its owner alone.
func TestWhatIsKeptIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have the rights of their folder")
	}
	v := vendorServer(t, answering("hello"))
	s, base, dir, stop := serveKept(t, config.Config{Vendors: []config.Vendor{row("kimi", v.URL, limited(3), func(v *config.Vendor) {
		v.Quota = config.Quota{Window: time.Hour, Tokens: 1000, Threshold: 99, Probe: time.Minute}
	})}})
	post(t, base, plainBody)
	if err := s.SetLimit("kimi", "claude-opus-5-5", 2); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the row", func() bool { return s.ledger.Stats().Written == 1 })
	seen := map[string]bool{}
	look := func() {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || path == dir { // the test's own folder
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if seen[d.Name()] = true; info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: %v", path, info.Mode())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look()
	stop()
	look()
	for _, name := range []string{"ledger.db", "ledger.db-wal", "afterglow.log", "instance.json", "state.json", "quota.json"} {
		if !seen[name] {
			t.Errorf("no %s among %v", name, seen)
		}
	}
}

// What is kept of the headers of a call in memory has a bound, and no secret.
func TestHeadersOfARecordAreBounded(t *testing.T) {
	many, long := http.Header{}, http.Header{}
	for i := range 500 {
		many.Set(fmt.Sprintf("X-Short-%d", i), "x")
		long.Set(fmt.Sprintf("X-Long-%d", i), strings.Repeat("x", 100_000))
	}
	if shown := masked(many); len(shown) != mostHeaders {
		t.Errorf("%d headers", len(shown))
	}
	size := 0
	for name, values := range masked(long) {
		if len(values[0]) > longestHeader+len("…") {
			t.Errorf("%s has %d bytes", name, len(values[0]))
		}
		size += len(name) + len(values[0])
	}
	if size == 0 || size > bounds.Header {
		t.Errorf("%d bytes in all", size)
	}
	for _, name := range []string{"Authorization", "X-Api-Key", "X-My-Token", "Client-Secret", "Cookie", "X-Password", "X-Signature", "X-Credential"} {
		if got := masked(http.Header{name: {"planted"}}); got.Get(name) != mask {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A header that is too long ends its connection; the server goes on.
func TestLongHeadersAreRefused(t *testing.T) {
	_, base := serve(t, row("a", "http://127.0.0.1:1"))
	if got := sendRaw(t, base, "GET /health HTTP/1.1\r\nHost: %HOST\r\nX-Long: "+strings.Repeat("x", 2<<20)+"\r\n\r\n"); got != http.StatusRequestHeaderFieldsTooLarge && got != 0 {
		t.Errorf("status %d", got)
	}
	if got := sendRaw(t, base, "GET /health HTTP/1.1\r\nHost: %HOST\r\nConnection: close\r\n\r\n"); got != 200 {
		t.Errorf("status %d", got)
	}
}
