package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// longest is how long a test waits for what must happen, and what is given a vendor that must not be found slow. A machine
// with much else to do may need long.
const longest = 3 * time.Minute

// vendorServer is a vendor on a real socket that answers with handle.
func vendorServer(t testing.TB, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	v := httptest.NewServer(handle)
	t.Cleanup(func() {
		v.CloseClientConnections()
		v.Close()
	})
	return v
}

// row is a vendor's configuration for tests.
func row(name, baseURL string, edit ...func(*config.Vendor)) config.Vendor {
	v := config.Vendor{
		Name: name, Title: name, Dialect: "anthropic", BaseURL: baseURL, Auth: "x-api-key", Key: "key-of-" + config.Secret(name),
		Retry: config.Retry{Attempts: 1}, Connect: longest, FirstEvent: longest, Idle: longest, Message: longest, Accepts: config.AcceptsAll(),
	}
	for _, e := range edit {
		e(&v)
	}
	return v
}

func limited(n int) func(*config.Vendor) {
	return func(v *config.Vendor) { v.Limit = config.Limit{Default: n, Max: 20, MaxPending: 64} }
}

// breaks gives a vendor the breaker that the configuration gives it where nothing else is said.
func breaks(v *config.Vendor) {
	v.Breaker = config.Breaker{Failures: 3, Successes: 2, Recovery: 5 * time.Minute, Max: time.Hour}
}

// simulated is a simulated vendor with a script.
func simulated(t testing.TB, script fakevendor.Script) *fakevendor.Vendor {
	t.Helper()
	v, err := fakevendor.Start(fakevendor.Options{Script: script})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// serve runs a proxy over the rows and returns it with its base URL.
func serve(t testing.TB, rows ...config.Vendor) (*Server, string) {
	t.Helper()
	return serveConfig(t, config.Config{Vendors: rows})
}

func serveConfig(t testing.TB, conf config.Config) (*Server, string) {
	t.Helper()
	return serveWith(t, Options{Config: conf})
}

func serveWith(t testing.TB, o Options) (*Server, string) {
	t.Helper()
	o.Config.Listen, o.Config.Drain = "127.0.0.1:0", longest
	if o.Config.MaxBody == 0 {
		o.Config.MaxBody = 64 << 20
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("drain:", err)
		}
	})
	return s, "http://" + s.Status().Addr
}

// capture is the body of a real client's request.
func capture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/captures/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const (
	streamBody = `{"model":"claude-opus-5-5","max_tokens":100,"messages":[{"role":"user","content":"hi"}],"stream":true}`
	plainBody  = `{"model":"claude-opus-5-5","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}`
)

// message is a whole stream of one text.
func message(text string) string {
	return "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"model\":\"m\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n" +
		"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n" +
		"event: ping\ndata: {\"type\": \"ping\"}\n\n" +
		fmt.Sprintf("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":%q}}\n\n", text) +
		"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n" +
		"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}\n\n" +
		"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
}

const plainMessage = `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":9}}`

// answering is a vendor that answers every call with a whole stream or a message.
func answering(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.HasSuffix(r.URL.Path, "/count_tokens") {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"input_tokens":3}`)
			return
		}
		if !strings.Contains(string(body), `"stream":true`) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, strings.Replace(plainMessage, "hello", text, 1))
			return
		}
		sendEvents(w, message(text))
	}
}

// refusing is a vendor that answers every call with an error.
func refusing(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func sendEvents(w http.ResponseWriter, events string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range strings.SplitAfter(events, "\n\n") {
		io.WriteString(w, e)
		w.(http.Flusher).Flush()
	}
}

// cut ends a vendor's answer the hard way: the connection is reset.
func cut(http.ResponseWriter) { panic(http.ErrAbortHandler) }

// post sends a body to the proxy and returns the answer, read to its end.
func post(t testing.TB, base, body string, header ...string) (*http.Response, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(request(t, context.Background(), base, body, header...))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(answer)
}

func request(t testing.TB, ctx context.Context, base, body string, header ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", base+"/v1/messages?beta=true", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

// await waits until the limiter's snapshot is as wanted.
func await(t testing.TB, s *Server, what string, ok func(limiter.Snapshot) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	wake := s.Watch(ctx)
	for !ok(s.limiter.Snapshot()) {
		select {
		case <-wake:
		case <-ctx.Done():
			t.Fatalf("%s: still %+v", what, s.limiter.Snapshot())
		}
	}
}

// endedCalls are the records of the calls that have ended, the latest first.
func endedCalls(s *Server) []*record {
	all, live := s.calls.all()
	return all[live:]
}

func ended(s *Server) int {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return s.calls.ended
}

// last is the record of the call that ended last. A client may have its answer a moment before there is one.
func last(s *Server) *record {
	for deadline := time.Now().Add(longest); ended(s) == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	return endedCalls(s)[0]
}

func idle(snap limiter.Snapshot) bool {
	inFlight, pending := snap.Totals()
	return inFlight == 0 && pending == 0
}

func counts(inFlight, pending int) func(limiter.Snapshot) bool {
	return func(snap limiter.Snapshot) bool {
		f, p := snap.Totals()
		return f == inFlight && p == pending
	}
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
