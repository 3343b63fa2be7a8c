package proxy

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"afterglow/proxy/config"
)

// seen is what an upstream got.
type seen struct {
	method, uri, host string
	header            http.Header
	body              string
}

// testAPI is an API on a real socket that notes what it gets and answers with handle, to which the
// body is still there to be read.
type testAPI struct {
	*httptest.Server
	mu   sync.Mutex
	list []seen
}

func newTestAPI(t testing.TB, handle http.HandlerFunc) *testAPI {
	t.Helper()
	u := &testAPI{}
	u.Server = vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			cut(w)
		}
		u.mu.Lock()
		u.list = append(u.list, seen{r.Method, r.RequestURI, r.Host, r.Header.Clone(), string(body)})
		u.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		handle(w, r)
	})
	return u
}

// calls are what the upstream got so far.
func (u *testAPI) calls() []seen {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]seen{}, u.list...)
}

// toNative is a configuration whose native paths all lead to one URL.
func toNative(url string) config.Config {
	n := config.Native{Enabled: true, BaseURL: url, Timeout: longest, Connect: longest}
	return config.Config{
		Vendors: []config.Vendor{row("zhipu", "http://127.0.0.1:1")},
		Native:  map[string]config.Native{"openai": n, "gemini": n, "anthropic": n},
	}
}

func jsonAnswer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, body)
	}
}

// do sends a request and returns its answer, which was read to its end.
func do(t testing.TB, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // which follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	return resp, read(t, resp)
}

// lastRecord waits for the n-th record and returns it as /api/calls tells it.
func lastRecord(t testing.TB, s *Server, n int) callJSON {
	t.Helper()
	eventually(t, "the record", func() bool { return ended(s) >= n })
	return s.json(last(s), nil, false)
}

func TestANativePathKeepsEveryByte(t *testing.T) {
	const answer = "{ \"id\" :\"\xff\xfe\",\n\t\"big\":12345678901234567890, \"model\":\"gpt-served\" ,\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":80}}}  \n"
	up := newTestAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json; odd=1")
		h.Set("X-Request-Id", "req_up")
		h["X-Twice"] = []string{"a", "b"}
		h.Set("Keep-Alive", "timeout=5")
		h.Set("Set-Cookie", "of=theirs")
		io.WriteString(w, answer)
	})
	s, base := serveConfig(t, toNative(up.URL+"/prefix/"))
	const body = "{\"z\": 1e400,  \"model\":\"gpt\\u002d5\",\"bad\":\"\xc3\x28\",\"a\":[ ]}\r\n"
	resp, got := do(t, "POST", base+"/api/openai/v1/chat/completions?x=%zz&b=1;c=2", body,
		"Authorization", "Bearer sk-the-clients-own", "Content-Type", "application/json", "OpenAI-Organization", "org", "User-Agent", "theirs/1",
		"Accept-Encoding", "gzip, br", "Cookie", "of=ours", "Connection", "X-Hop", "X-Hop", "1", "X-Forwarded-For", "10.0.0.1", "Te", "trailers")
	if got != answer || resp.StatusCode != 200 || resp.ContentLength != int64(len(answer)) {
		t.Errorf("answer %d, %d bytes: %q", resp.StatusCode, resp.ContentLength, got)
	}
	if h := resp.Header; h.Get("Content-Type") != "application/json; odd=1" || len(h["X-Twice"]) != 2 || h.Get("Keep-Alive") != "" || h.Get("Set-Cookie") != "" {
		t.Errorf("answer's header %v", h)
	}
	c := up.calls()[0]
	if c.body != body || c.method != "POST" || c.uri != "/prefix/v1/chat/completions?x=%zz&b=1;c=2" || c.host != strings.TrimPrefix(up.URL, "http://") {
		t.Errorf("sent %q %s %s to %s", c.body, c.method, c.uri, c.host)
	}
	want := http.Header{
		"Authorization": {"Bearer sk-the-clients-own"}, "Content-Type": {"application/json"}, "Openai-Organization": {"org"}, "User-Agent": {"theirs/1"},
		"Accept-Encoding": {"identity"}, "Content-Length": c.header["Content-Length"],
	}
	if d := cmp.Diff(want, c.header); d != "" {
		t.Error(d)
	}
	// RC-14: what the cache served is not counted as input too.
	rec := lastRecord(t, s, 1)
	if rec.Kind != "native" || rec.Operation != "chat" || rec.Vendor != "openai" || rec.Model != "gpt-5" || rec.VendorModel != "gpt-served" || rec.Status != 200 || rec.Outcome != "ok" ||
		rec.RequestID != "req_up" || rec.Usage.Input != 20 || rec.Usage.CacheRead != 80 || rec.Usage.Output != 5 || rec.FirstMS > rec.TookMS {
		t.Errorf("%+v", rec)
	}
}

// A body that is compressed stays so, and is said to be; so is an answer, of which nothing is read.
func TestCompressedBodiesPass(t *testing.T) {
	up := newTestAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "zstd")
		io.WriteString(w, `{"model":"looks like JSON"}`)
	})
	s, base := serveConfig(t, toNative(up.URL))
	resp, got := do(t, "POST", base+"/api/openai/v1/responses", "\x28\xb5\x2f\xfd", "Content-Encoding", "zstd", "Content-Type", "application/json")
	if c := up.calls()[0]; c.body != "\x28\xb5\x2f\xfd" || c.header.Get("Content-Encoding") != "zstd" {
		t.Errorf("sent %q, %v", c.body, c.header)
	}
	if resp.Header.Get("Content-Encoding") != "zstd" || got != `{"model":"looks like JSON"}` {
		t.Errorf("%v %q", resp.Header, got)
	}
	if rec := lastRecord(t, s, 1); rec.Model != "" || rec.VendorModel != "" {
		t.Errorf("%+v", rec)
	}
}

// RC-57, RC-58: where a path leads and what it is called.
func TestNativePaths(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	conf := toNative(up.URL)
	versioned := conf.Native["anthropic"]
	versioned.BaseURL += "/v1"
	conf.Native["anthropic"] = versioned
	s, base := serveConfig(t, conf)
	for i, tc := range []struct{ method, path, uri, operation, model string }{
		{"POST", "/api/gemini/v1beta/models/gemini-3%3AgenerateContent", "/v1beta/models/gemini-3:generateContent", "generate_content", "gemini-3"},
		{"POST", "/api/gemini/models/x:countTokens?key=k", "/models/x:countTokens?key=k", "count_tokens", "x"},
		{"GET", "/api/openai/v1/models/a%2Fb", "/v1/models/a%2Fb", "model.retrieve", ""},
		{"DELETE", "/api/openai/v1/files/f", "/v1/files/f", "file", ""},
		{"PATCH", "/api/openai/v9/what/is/this", "/v9/what/is/this", "unknown", ""},
		{"POST", "/api/anthropic/v1/messages", "/v1/messages", "messages", ""},
		{"POST", "/api/anthropic/messages", "/v1/messages", "messages", ""},
		{"OPTIONS", "/api/openai/", "/", "unknown", ""},
	} {
		do(t, tc.method, base+tc.path, "")
		rec := lastRecord(t, s, i+1)
		if c := up.calls()[i]; c.method != tc.method || c.uri != tc.uri || rec.Operation != tc.operation || rec.Model != tc.model {
			t.Errorf("%s %s: sent %s %s, recorded %q of model %q", tc.method, tc.path, c.method, c.uri, rec.Operation, rec.Model)
		}
	}
}

// RC-60: any status passes with its body; a redirect is not followed; a path that is off is not there.
func TestANativePathPassesAnyStatus(t *testing.T) {
	const refused = "{\"error\":{ \"message\":\"slow down\"}}"
	up := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		status := map[string]int{"/302": 302, "/429": 429, "/500": 500, "/204": 204}[r.URL.Path]
		w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		if status >= 400 {
			io.WriteString(w, refused)
		}
	})
	conf := toNative(up.URL)
	conf.Native["gemini"] = config.Native{BaseURL: up.URL}
	s, base := serveConfig(t, conf)
	asked := 0
	for path, status := range map[string]int{"/302": 302, "/429": 429, "/500": 500, "/204": 204} {
		asked++
		resp, got := do(t, "GET", base+"/api/openai"+path, "")
		if resp.StatusCode != status || resp.Header.Get("Location") == "" || resp.Header.Get("Retry-After") != "7" || status >= 400 && got != refused {
			t.Errorf("%s: %d %v %s", path, resp.StatusCode, resp.Header, got)
		}
		outcome := lastRecord(t, s, asked).Outcome
		if failed := strings.Contains(outcome, "slow down"); failed != (status >= 400) {
			t.Errorf("%s: outcome %s", path, outcome)
		}
	}
	if resp, got := do(t, "GET", base+"/api/gemini/v1beta/models", ""); resp.StatusCode != 404 || gjson.Get(got, "error.status").Str != "NOT_FOUND" || len(up.calls()) != 4 {
		t.Errorf("a path that is off: %d %s", resp.StatusCode, got)
	}
}

// RC-85: neither a key in the query nor one in a header reaches the log, a record or an error.
func TestKeysStayOutOfTheLog(t *testing.T) {
	var text safeBuffer
	conf := toNative("http://127.0.0.1:1")
	s, base := serveWith(t, Options{Config: conf, Log: slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	for api, path := range map[string]string{"openai": "error.message", "gemini": "error.status", "anthropic": "error.type"} {
		resp, got := do(t, "POST", base+"/api/"+api+"/v1/x?key=AIza-secret", `{}`, "Authorization", "Bearer sk-secret")
		if resp.StatusCode != 502 || gjson.Get(got, path).Str == "" || !strings.Contains(got, "upstream unreachable: ") || strings.Contains(got, "secret") {
			t.Errorf("%s: %d %s", api, resp.StatusCode, got)
		}
	}
	_, records := do(t, "GET", base+"/api/calls", "")
	eventually(t, "three lines", func() bool { return strings.Count(text.String(), "msg=call ") == 3 })
	if all := records + text.String(); strings.Contains(all, "secret") || strings.Contains(all, "key=") || strings.Count(records, "upstream unreachable") != 3 {
		t.Error(all)
	}
	if last(s).status != 502 {
		t.Error("not recorded as a failure")
	}
}

// safeBuffer is a buffer that is read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}
func (b *safeBuffer) String() string { b.mu.Lock(); defer b.mu.Unlock(); return b.b.String() }

// RC-100: native calls take no slot and make no gauge.
func TestNativeCallsTakeNoSlot(t *testing.T) {
	up := newTestAPI(t, answering("native"))
	s, base := serveConfig(t, toNative(up.URL))
	if _, got := do(t, "POST", base+"/api/anthropic/v1/messages", streamBody, "Content-Type", "application/json"); !strings.Contains(got, "message_stop") {
		t.Error(got)
	}
	rec := lastRecord(t, s, 1)
	if rec.Model != "claude-opus-5-5" || rec.VendorModel != "m" || !rec.Stream || rec.Usage.Input != 3 || rec.Usage.Output != 9 {
		t.Errorf("%+v", rec)
	}
	if snap := s.limiter.Snapshot(); len(snap.Gauges) != 0 {
		t.Errorf("%+v", snap)
	}
}

// What the native paths take differs from the control API; who may call is the same.
func TestTheGuardOfNativePaths(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	conf := toNative(up.URL)
	conf.Token = "0123456789abcdef"
	_, base := serveConfig(t, conf)
	const url, form = "/api/openai/v1/files", "multipart/form-data; boundary=x"
	for name, tc := range map[string]struct {
		header []string
		status int
	}{
		"no token":                 {[]string{"Content-Type", form}, 403},
		"a web page":               {[]string{"Content-Type", form, "X-Afterglow-Token", "0123456789abcdef", "Origin", "http://evil.example"}, 403},
		"token and own key":        {[]string{"Content-Type", form, "X-Afterglow-Token", "0123456789abcdef", "Authorization", "Bearer sk-own"}, 200},
		"token as the key":         {[]string{"Content-Type", form, "Authorization", "Bearer 0123456789abcdef"}, 200},
		"token as Google's key":    {[]string{"X-Goog-Api-Key", "0123456789abcdef"}, 200},
		"token twice, and own key": {[]string{"X-Api-Key", "0123456789abcdef", "Authorization", "Bearer 0123456789abcdef", "X-Goog-Api-Key", "own"}, 200},
	} {
		before := len(up.calls())
		resp, got := do(t, "POST", base+url, "--x--", tc.header...)
		if resp.StatusCode != tc.status || len(up.calls())-before != tc.status/200%2 {
			t.Errorf("%s: %d %s", name, resp.StatusCode, got)
		}
	}
	for _, c := range up.calls() {
		for name, values := range c.header {
			if strings.Contains(strings.Join(values, " "), "0123456789abcdef") {
				t.Errorf("our token left in %s", name)
			}
		}
	}
	if resp, _ := do(t, "PUT", base+"/api/concurrency", "x", "Content-Type", form, "X-Afterglow-Token", "0123456789abcdef"); resp.StatusCode != 415 {
		t.Errorf("the control API took a form: %d", resp.StatusCode)
	}
}

// An answer that breaks off is cut for the client too, and recorded as a failure.
func TestANativeAnswerThatBreaksOff(t *testing.T) {
	up := newTestAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: {\"model\":\"gpt\",\"usage\":{\"prompt_tokens\":7}}\n\n")
		w.(http.Flusher).Flush()
		cut(w)
	})
	s, base := serveConfig(t, toNative(up.URL))
	resp, err := http.Post(base+"/api/openai/v1/chat/completions", "application/json", strings.NewReader(`{"stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err == nil || !strings.Contains(string(got), "prompt_tokens") {
		t.Errorf("error %v, got %q", err, got)
	}
	rec := lastRecord(t, s, 1)
	if !strings.Contains(rec.Outcome, "the answer broke off") || rec.Status != 200 || rec.Usage.Input != 7 {
		t.Errorf("%+v", rec)
	}
}

func TestAnErrorWithinANativeStreamIsAFailure(t *testing.T) {
	up := newTestAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		sendEvents(w, "data: {\"error\":{\"message\":\"overloaded\"}}\n\n")
	})
	s, base := serveConfig(t, toNative(up.URL))
	do(t, "POST", base+"/api/openai/v1/responses", `{}`)
	if rec := lastRecord(t, s, 1); rec.Outcome != "within the answer: overloaded" {
		t.Errorf("%+v", rec)
	}
}

// The client leaves, and the upstream's call ends at once.
func TestANativeClientThatLeaves(t *testing.T) {
	gone := make(chan struct{})
	up := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: {}\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(gone)
	})
	s, base := serveConfig(t, toNative(up.URL))
	ctx, leave := context.WithCancel(context.Background())
	req, _ := http.NewRequestWithContext(ctx, "POST", base+"/api/openai/v1/chat/completions", strings.NewReader(`{}`))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	leave()
	resp.Body.Close()
	<-gone
	if rec := lastRecord(t, s, 1); rec.Outcome != "cancelled" || rec.Status != 200 {
		t.Errorf("%+v", rec)
	}
}

// A client that hangs up when it has the last event has left nothing.
func TestANativeClientThatHasAll(t *testing.T) {
	for _, end := range []string{"data: [DONE]\n\n", "event: message_stop\ndata: {}\n\n", "event: response.completed\ndata: {}\n\n"} {
		up := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, end)
			w.(http.Flusher).Flush()
			<-r.Context().Done() // its connection stays
		})
		s, base := serveConfig(t, toNative(up.URL))
		resp, err := http.Post(base+"/api/openai/v1/chat/completions", "application/json", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, make([]byte, len(end))); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if rec := lastRecord(t, s, 1); rec.Outcome != "ok" || rec.Status != 200 {
			t.Errorf("%q: %+v", end, rec)
		}
	}
}

// Silence before the first byte is bounded, and only that.
func TestASilentNativeUpstream(t *testing.T) {
	up := newTestAPI(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	conf := toNative(up.URL)
	hasty := conf.Native["openai"]
	hasty.Timeout = 50 * time.Millisecond
	conf.Native["openai"] = hasty
	s, base := serveConfig(t, conf)
	resp, got := do(t, "POST", base+"/api/openai/v1/chat/completions", `{}`)
	if resp.StatusCode != 504 || !strings.Contains(got, "no answer within 50ms") {
		t.Errorf("%d %s", resp.StatusCode, got)
	}
	if rec := lastRecord(t, s, 1); rec.Status != 504 {
		t.Errorf("%+v", rec)
	}
}

// An upload of 100 MB, and a download, pass without being held.
func TestALongUploadTakesNoMemory(t *testing.T) {
	const length, back = 100 << 20, 20 << 20
	up := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil || n != length {
			t.Errorf("arrived %d bytes: %v", n, err)
		}
		w.Header().Set("Content-Type", "application/json")
		io.CopyN(w, endless{}, back)
	})
	_, base := serveConfig(t, toNative(up.URL))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	resp, err := http.Post(base+"/api/openai/v1/files", "application/json", io.LimitReader(endless{}, length))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	runtime.ReadMemStats(&after)
	if err != nil || n != back {
		t.Fatalf("%d bytes came back: %v", n, err)
	}
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 8 {
		t.Errorf("%d MB were allocated on the way", took)
	}
}

// endless is a JSON text without an end, in lines as pictures and files have them.
type endless struct{}

var line = []byte(`"` + strings.Repeat("ZGF0YQ==", 500) + `",` + "\n")

func (endless) Read(p []byte) (int, error) {
	n := copy(p, "[")
	for n < len(p) {
		n += copy(p[n:], line)
	}
	return n, nil
}

// A changed table counts for the next call; those under way end where they began, and connections are
// kept where nothing changed.
func TestNativePathsFollowTheConfiguration(t *testing.T) {
	let := make(chan struct{})
	one := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "one")
		w.(http.Flusher).Flush()
		<-let
	})
	two := newTestAPI(t, jsonAnswer("two"))
	s, base := serveConfig(t, toNative(one.URL))
	resp, err := http.Get(base + "/api/openai/v1/models")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	conf := s.conf()
	next := toNative(two.URL)
	next.Listen, next.Drain, next.MaxBody = conf.Listen, conf.Drain, conf.MaxBody
	next.Native["gemini"] = conf.Native["gemini"]
	kept, left := s.current().natives["gemini"], s.current().natives["openai"]
	if err := s.Reload(next); err != nil {
		t.Fatal(err)
	}
	if now := s.current().natives; now["gemini"] != kept || now["openai"] == left {
		t.Error("what changed stayed, or what stayed changed")
	}
	if _, got := do(t, "GET", base+"/api/openai/v1/models", ""); got != "two" {
		t.Error(got)
	}
	close(let)
	if got, err := io.ReadAll(resp.Body); string(got) != "one" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}

// Whatever became of the calls, nothing of them is left: no goroutine, no connection.
func TestPassingCallsLeaveNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("calls", func(t *testing.T) {
		up := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "begun")
			w.(http.Flusher).Flush()
			switch r.URL.Path {
			case "/cut":
				cut(w)
			case "/left":
				<-r.Context().Done()
			}
		})
		conf := toNative(up.URL)
		conf.Vendors = []config.Vendor{row("lab", up.URL)}
		s, base := serveConfig(t, conf)
		for n, path := range []string{"/api/openai/whole", "/v/lab/whole", "/api/openai/cut", "/v/lab/cut", "/api/openai/left", "/v/lab/left"} {
			ctx, leave := context.WithCancel(context.Background())
			req, _ := http.NewRequestWithContext(ctx, "POST", base+path, strings.NewReader(`{"model":"m"}`))
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(path, "left") {
				leave()
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			leave()
			lastRecord(t, s, n+1)
		}
		await(t, s, "permits back", idle)
	})
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}
