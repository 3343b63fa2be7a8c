package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// upload sends the begin of a request and leaves the connection open.
func upload(t *testing.T, base, path string) net.Conn {
	t.Helper()
	addr := strings.TrimPrefix(base, "http://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"model\":", path, addr)
	return conn
}

// Who hangs up while it uploads has left; it sent no bad request.
func TestAClientThatLeavesWhileItUploads(t *testing.T) {
	for _, path := range []string{"/v1/messages", "/v/a/v1/messages"} {
		s, base := serve(t, row("a", vendorServer(t, answering("hello")).URL))
		conn := upload(t, base, path)
		eventually(t, "the call", func() bool { return len(s.Calls()) == 1 })
		conn.Close()
		eventually(t, "its end", func() bool { return ended(s) == 1 })
		if c := s.Calls()[0]; c.Class != ledger.Gone || c.Status != statusClientGone || c.Outcome != "cancelled" {
			t.Errorf("%s: %+v", path, c)
		}
	}
}

func TestACallIsCancelledWhileItUploads(t *testing.T) {
	for _, path := range []string{"/v1/messages", "/v/a/v1/messages"} {
		s, base := serve(t, row("a", vendorServer(t, answering("hello")).URL))
		conn := upload(t, base, path)
		eventually(t, "the call", func() bool { return len(s.Calls()) == 1 })
		if err := s.Cancel(1); err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(longest))
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != http.StatusForbidden || resp.Header.Get("X-Should-Retry") != "false" {
			t.Fatalf("%s: %+v %v", path, resp, err)
		}
		eventually(t, "its end", func() bool { return ended(s) == 1 })
		if c := s.Calls()[0]; c.Class != ledger.Cancelled {
			t.Errorf("%s: %+v", path, c)
		}
	}
}

// A mistake of ours ends a call, not its record.
func TestAPanicIsOnTheRecord(t *testing.T) {
	s, base := serve(t, row("a", "http://127.0.0.1:1"))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("nobody hears of it")
			}
		}()
		rec, _ := s.begin(request(t, t.Context(), base, plainBody), kindMessages, "messages")
		defer s.end(rec)
		panic("a mistake")
	}()
	if c := s.Calls(); len(c) != 1 || c[0].Phase != Ended || c[0].Class != ledger.Internal || !strings.Contains(c[0].Outcome, "a mistake") {
		t.Errorf("%+v", c)
	}
}

// A vendor that repeats credentials in its refusal, whole or where the text is cut, shows them to nobody.
func TestARefusalThatRepeatsCredentials(t *testing.T) {
	echo := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(500)
		words := strings.Join([]string{r.Header.Get("X-Api-Key"), strings.TrimPrefix(r.Header.Get("Authorization"), "Basic "), r.URL.RawQuery, r.URL.Query().Get("access_token")}, " ")
		fmt.Fprintf(w, `{"error":{"message":"%s %s %s"}}`, words, strings.Repeat("x", longestOutcome-len(words)-20), words)
	})
	s, base, dir, stop := serveKept(t, config.Config{
		Vendors: []config.Vendor{row("a", echo.URL), row("b", echo.URL)},
		Native:  map[string]config.Native{"openai": {Enabled: true, BaseURL: echo.URL, Connect: longest, Timeout: longest}},
	})
	post(t, base, plainBody)
	for _, path := range []string{"/v/a/v1/messages", "/api/openai/v1/models"} {
		req, err := http.NewRequest("POST", base+path+"?%zz=1&access_token=planted%2Dquery&max=1", strings.NewReader(plainBody))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Basic planted-basic")
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Error(err)
		}
		resp.Body.Close()
	}
	eventually(t, "the records", func() bool { return ended(s) == 3 }) // a client may have its answer before there is one
	var seen []string
	for n := range 3 {
		_, answer := control(t, "GET", fmt.Sprintf("%s/api/calls/%d", base, n+1), "")
		if !strings.Contains(answer.Get("outcome").Str, "****") {
			t.Errorf("call %d: the vendor's words are not there: %s", n+1, answer.Get("outcome"))
		}
		seen = append(seen, answer.Raw)
	}
	stop()
	log, err := os.ReadFile(filepath.Join(dir, "afterglow.log"))
	if err != nil {
		t.Fatal(err)
	}
	seen = append(seen, string(log))
	for _, text := range seen {
		for _, secret := range []string{"key-of-", "planted"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in\n%s", secret, text)
			}
		}
	}
}

// A call that is cut at the end of the program is in the ledger.
func TestACallThatIsCutIsOnTheRecord(t *testing.T) {
	_, handle := held(t)
	dir := t.TempDir()
	book, err := ledger.Open(ledger.Options{Path: filepath.Join(dir, "ledger.db")})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Ledger: book, Config: config.Config{
		Listen: "127.0.0.1:0", Drain: 50 * time.Millisecond, MaxBody: 1 << 20, Vendors: []config.Vendor{row("a", vendorServer(t, handle).URL)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	askLater(t, "http://"+s.Status().Addr, streamBody)
	eventually(t, "the call at the vendor", func() bool { return len(inPhase(s, Connecting)) == 1 && s.Calls()[0].Vendor == "a" })
	cancel()
	if err := <-done; err == nil {
		t.Error("nothing says that a call was cut")
	}
	if rows := kept(t, dir); len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
}
