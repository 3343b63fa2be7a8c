package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// speaks gives a vendor an endpoint of another protocol.
func speaks(name, url string) func(*config.Vendor) {
	return func(v *config.Vendor) {
		if v.Endpoints == nil {
			v.Endpoints = map[string]config.Endpoint{}
		}
		auth := map[string]config.Auth{"openai": config.AuthBearer, "gemini": config.AuthGoogleKey, "anthropic": config.AuthAPIKey}[name]
		v.Endpoints[name] = config.Endpoint{Dialect: name, BaseURL: url, Auth: auth}
	}
}

func chatBody(n int) string { return fmt.Sprintf(`{"model":"glm-5.1","n":%d,"stream":true}`, n) }

func TestAVendorRouteKeepsEveryByteButTheKey(t *testing.T) {
	const answer = "{ \"id\":\"\xff\", \"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n"
	up := newTestAPI(t, jsonAnswer(answer))
	s, base := serve(t, row("zhipu", up.URL+"/anthropic", speaks("openai", up.URL+"/paas/v4"), speaks("gemini", up.URL+"/v1beta"), limited(3)))
	const body = "{\"messages\":[ ],\"bad\":\"\xc3\x28\", \"model\" :\"claude-like\"}\n"
	for i, tc := range []struct{ path, uri, header, value, operation string }{
		{"/v/zhipu/v1/messages?beta=true&key=k", "/anthropic/v1/messages?beta=true", "X-Api-Key", "key-of-zhipu", "messages"},
		{"/v/zhipu/openai/chat/completions?key=k", "/paas/v4/chat/completions", "Authorization", "Bearer key-of-zhipu", "chat"},
		{"/v/zhipu/openai/v4/chat/completions", "/paas/v4/chat/completions", "Authorization", "Bearer key-of-zhipu", "chat"},
		{"/v/zhipu/gemini/v1beta/models/g%3AgenerateContent?%6bey=k&alt=sse&key", "/v1beta/models/g:generateContent?alt=sse", "X-Goog-Api-Key", "key-of-zhipu", "generate_content"},
	} {
		resp, got := do(t, "POST", base+tc.path, body, "Authorization", "Bearer theirs", "X-Api-Key", "theirs", "X-Goog-Api-Key", "theirs",
			"X-Custom", "kept", "User-Agent", "theirs/1", "Content-Type", "application/json", "Accept-Encoding", "gzip")
		if resp.StatusCode != 200 || got != answer {
			t.Errorf("%s: %d %q", tc.path, resp.StatusCode, got)
		}
		c := up.calls()[i]
		want := http.Header{
			tc.header: {tc.value}, "X-Custom": {"kept"}, "User-Agent": {"theirs/1"}, "Content-Type": {"application/json"},
			"Accept-Encoding": {"identity"}, "Content-Length": {fmt.Sprint(len(body))},
		}
		if d := cmp.Diff(want, c.header); d != "" || c.body != body || c.uri != tc.uri {
			t.Errorf("%s: sent %s %q, header %s", tc.path, c.uri, c.body, d)
		}
		model := "claude-like" // as it is: the map is not for these
		if tc.operation == "generate_content" {
			model = "g"
		}
		rec := lastRecord(t, s, i+1)
		if rec.Kind != "route" || rec.Operation != tc.operation || rec.Vendor != "zhipu" || rec.Model != model || rec.VendorModel != model || rec.Usage.Input != 9 || rec.Outcome != "ok" {
			t.Errorf("%s: %+v", tc.path, rec)
		}
	}
	await(t, s, "permits back", idle)
	if g := s.limiter.Snapshot().Gauges; len(g) != 2 || g[0].Model != "claude-like" || g[1].Model != "g" {
		t.Errorf("%+v", g)
	}
}

func TestTheClientsOwnCredentialsOnAVendorRoute(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	conf := config.Config{Token: "0123456789abcdef", Vendors: []config.Vendor{
		row("mine", up.URL, func(v *config.Vendor) { v.Auth, v.Key = config.AuthClient, "" }),
		row("local", up.URL, func(v *config.Vendor) { v.Auth, v.Key = config.AuthNone, "" }),
	}}
	_, base := serveConfig(t, conf)
	for i, want := range []string{"Bearer sk-ant-theirs", ""} {
		name := conf.Vendors[i].Name
		do(t, "GET", base+"/v/"+name+"/v1/models", "", "Authorization", "Bearer sk-ant-theirs", "X-Afterglow-Token", "0123456789abcdef")
		if h := up.calls()[i].header; h.Get("Authorization") != want || h.Get("X-Afterglow-Token") != "" {
			t.Errorf("%s: %v", name, h)
		}
	}
}

// What is no call to a model takes no slot, and passes even while all are taken.
func TestWhatTakesASlot(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	s, base := serve(t, row("lab", up.URL, speaks("openai", up.URL+"/v1"), limited(1)))
	const form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n\"model\"\r\n--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--x--\r\n"
	const json, multi = "application/json", "multipart/form-data; boundary=x"
	for i, tc := range []struct{ method, path, kind, body, model string }{
		{"GET", "/openai/v1/models", "", "", ""},
		{"POST", "/openai/v1/files", multi, form, ""},
		{"POST", "/openai/v1/batches", json, `{"model":"m"}`, ""},
		{"POST", "/v1/messages/count_tokens", json, `{"model":"m"}`, ""},
		{"POST", "/openai/v1/rerank", json, `{"model":"rank"}`, "rank"},
		{"POST", "/openai/v1/rerank", json, `{"top":3}`, ""},
		{"POST", "/openai/v1/rerank", "text/plain", `{"model":"rank"}`, ""},
		{"POST", "/openai/v1/audio/transcriptions", multi, form, "whisper"},
		{"POST", "/openai/v1/embeddings", "", `{"model":"embed"}`, "embed"},
	} {
		resp, got := do(t, tc.method, base+"/v/lab"+tc.path, tc.body, "Content-Type", tc.kind)
		if resp.StatusCode != 200 || up.calls()[i].body != tc.body {
			t.Fatalf("%s: %d %s, sent %q", tc.path, resp.StatusCode, got, up.calls()[i].body)
		}
		lastRecord(t, s, i+1)
		made := false
		for _, g := range s.limiter.Snapshot().Gauges {
			made = made || g.Model == tc.model && tc.model != ""
		}
		if made != (tc.model != "") {
			t.Errorf("%s of %s %s: gauges %+v", tc.body, tc.kind, tc.path, s.limiter.Snapshot().Gauges)
		}
	}
	if g := s.limiter.Snapshot().Gauges; len(g) != 3 {
		t.Errorf("gauges %+v", g)
	}
}

func TestVendorRoutesThatLeadNowhere(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	s, base := serve(t, row("lab", up.URL, speaks("openai", up.URL), speaks("gemini", up.URL)),
		row("poor", up.URL, func(v *config.Vendor) { v.Key, v.KeyVar = "", "POOR_KEY" }), row("dead", "http://127.0.0.1:1"))
	const twice = `{"model":"a","model":"b"}`
	for _, tc := range []struct {
		path, body, kind string
		status           int
		field, want      string
	}{
		{"/v/nobody/v1/messages", `{}`, "application/json", 404, "error.message", `unknown vendor "nobody": expected one of lab, poor, dead`},
		{"/v/poor/v1/messages", `{"model":"m"}`, "application/json", 403, "error.message", `vendor "poor": no key: set POOR_KEY`},
		{"/v/lab/openai/chat/completions", `{}`, "application/json", 400, "error.message", "model: field required"},
		{"/v/lab/openai/chat/completions", `nonsense`, "application/json", 400, "error.type", "invalid_request_error"},
		{"/v/lab/openai/chat/completions", twice, "application/json", 400, "error.message", "model: this key appears twice"},
		{"/v/lab/openai/chat/completions", `{"model":"*"}`, "application/json", 400, "error.message", "model: expected"},
		{"/v/lab/openai/audio/translations", "--x\r\n--x--", "multipart/form-data; boundary=x", 400, "error.message", "model: field required"},
		{"/v/lab/gemini/v1beta/models/a%0Ab:generateContent", `{}`, "application/json", 400, "error.status", "INVALID_ARGUMENT"},
		{"/v/lab/openai/%2e%2e/secret", ``, "", 400, "error.message", "must not contain .."},
		{"/v/dead/v1/messages", `{"model":"m"}`, "application/json", 502, "error.type", "api_error"},
	} {
		resp, got := do(t, "POST", base+tc.path, tc.body, "Content-Type", tc.kind)
		if resp.StatusCode != tc.status || !strings.Contains(gjson.Get(got, tc.field).Str, tc.want) {
			t.Errorf("%s %s: %d %s", tc.path, tc.body, resp.StatusCode, got)
		}
	}
	if n := len(up.calls()); n != 0 {
		t.Errorf("the vendor got %d calls", n)
	}
	await(t, s, "permits back", idle)
}

// twoProtocols is a vendor of one account that speaks two protocols, answers a call only when it is
// let, and counts the calls that it holds.
type twoProtocols struct {
	*testAPI
	mu        sync.Mutex
	now, most int
	let       chan struct{}
}

func newTwoProtocols(t testing.TB) *twoProtocols {
	v := &twoProtocols{let: make(chan struct{})}
	v.testAPI = newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			return
		}
		v.count(1)
		defer v.count(-1)
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, ": begun\n\n")
		w.(http.Flusher).Flush()
		select {
		case <-v.let:
		case <-r.Context().Done():
			return
		}
		if strings.Contains(r.URL.Path, "messages") {
			io.WriteString(w, message("done"))
			return
		}
		io.WriteString(w, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n")
	})
	return v
}

func (v *twoProtocols) count(n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now += n
	v.most = max(v.most, v.now)
}

// Twenty calls over two protocols of one account, half of them along the chain: never more than three
// at the vendor, and in the order of their arrival.
func TestTwoProtocolsStandInOneQueue(t *testing.T) {
	const calls = 20
	up := newTwoProtocols(t)
	s, base := serve(t, row("zhipu", up.URL+"/anthropic", speaks("openai", up.URL+"/paas/v4"), limited(3)))
	var clients sync.WaitGroup
	for n := 1; n <= calls; n++ {
		clients.Go(func() {
			if n%2 == 0 {
				if resp, got := post(t, base, numbered(n)); resp.StatusCode != 200 || !strings.Contains(got, "message_stop") {
					t.Errorf("call %d: %d %s", n, resp.StatusCode, got)
				}
				return
			}
			if resp, got := do(t, "POST", base+"/v/zhipu/openai/chat/completions", chatBody(n)); resp.StatusCode != 200 || !strings.HasSuffix(got, "[DONE]\n\n") {
				t.Errorf("call %d: %d %s", n, resp.StatusCode, got)
			}
		})
		await(t, s, fmt.Sprint("call ", n, " arrived"), counts(min(n, 3), max(0, n-3)))
		eventually(t, "at the vendor", func() bool { return len(up.calls()) == min(n, 3) })
	}
	for n := 1; n <= calls; n++ {
		up.let <- struct{}{}
		await(t, s, fmt.Sprint("call ", n, " served"), counts(min(calls-n, 3), max(0, calls-n-3)))
		eventually(t, "the next at the vendor", func() bool { return len(up.calls()) == min(n+3, calls) })
	}
	clients.Wait()
	for i, c := range up.calls() {
		got := int(gjson.Get(c.body, "n").Int()) + numberOf(c.body)
		if got != i+1 {
			t.Fatalf("call %d was served as number %d", got, i+1)
		}
	}
	if up.most != 3 {
		t.Errorf("the vendor held %d calls at once", up.most)
	}
	queued, usage := 0, int64(0)
	for _, rec := range endedCalls(s) {
		if rec.kind == kindRoute {
			if usage += rec.usage.Total(); rec.queued() > 0 {
				queued++
			}
		}
	}
	if usage != 30 || queued < 8 {
		t.Errorf("recorded %d tokens and %d waits", usage, queued)
	}
}

// A client that leaves the queue, or its answer, leaves nothing behind.
func TestARouteClientThatLeaves(t *testing.T) {
	up := newTwoProtocols(t)
	s, base := serve(t, row("zhipu", up.URL, speaks("openai", up.URL+"/v4"), limited(1)))
	ctxs := make([]context.CancelFunc, 3)
	for n := range ctxs {
		ctx, leave := context.WithCancel(context.Background())
		ctxs[n] = leave
		req, _ := http.NewRequestWithContext(ctx, "POST", base+"/v/zhipu/openai/chat/completions", strings.NewReader(chatBody(n)))
		go func() {
			if resp, err := http.DefaultClient.Do(req); err == nil {
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		}()
		await(t, s, "arrived", counts(1, n))
	}
	eventually(t, "the first's answer", func() bool { return len(inPhase(s, Streaming)) == 1 })
	ctxs[1]() // in the queue
	await(t, s, "one left the queue", counts(1, 1))
	if rec := lastRecord(t, s, 1); rec.Outcome != "cancelled" || rec.Status != 499 {
		t.Errorf("%+v", rec)
	}
	ctxs[0]() // in its answer: the third comes in
	eventually(t, "the third at the vendor", func() bool { return len(up.calls()) == 2 })
	await(t, s, "the permit passed on", counts(1, 0))
	if rec := lastRecord(t, s, 2); rec.Outcome != "cancelled" || rec.Status != 200 {
		t.Errorf("%+v", rec)
	}
	ctxs[2]()
	await(t, s, "idle", idle)
	eventually(t, "the vendor is rid of them", func() bool { up.mu.Lock(); defer up.mu.Unlock(); return up.now == 0 })
}

// The queue's refusals come in the words and with the status on which a dialect's clients try again.
func TestRefusalsOfTheQueue(t *testing.T) {
	for what, wait := range map[string]time.Duration{"queue full": 0, "no slot became free in time": 100 * time.Millisecond} {
		t.Run(what, func(t *testing.T) {
			up := newTwoProtocols(t)
			s, base := serve(t, row("zhipu", up.URL, speaks("openai", up.URL), speaks("gemini", up.URL), func(v *config.Vendor) {
				v.Limit = config.Limit{Default: 1, Max: 20, MaxPending: 1, MaxWait: wait}
			}))
			ctx, leave := context.WithCancel(context.Background())
			defer leave()
			hold := func(n int) {
				go func() {
					req, _ := http.NewRequestWithContext(ctx, "POST", base+"/v/zhipu/openai/chat/completions", strings.NewReader(chatBody(n)))
					if resp, err := http.DefaultClient.Do(req); err == nil {
						io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					}
				}()
				await(t, s, "arrived", counts(1, n-1))
			}
			hold(1)
			if wait == 0 {
				hold(2)
			}
			checkRefusals(t, base, what, "10")
			s.Pause(true)
			checkRefusals(t, base, "Afterglow is paused", "15")
			if resp, _ := do(t, "GET", base+"/v/zhipu/v1/models", ""); resp.StatusCode != 200 {
				t.Errorf("a list was refused with %d: it is no call", resp.StatusCode)
			}
		})
	}
}

// checkRefusals makes a call in each dialect that must be refused.
func checkRefusals(t *testing.T, base, what, wait string) {
	t.Helper()
	for path, tc := range map[string]struct {
		status      int
		field, want string
	}{
		"/v1/messages":                                  {529, "error.type", "overloaded_error"},
		"/openai/chat/completions":                      {503, "error.type", "overloaded_error"},
		"/gemini/v1beta/models/glm-5.1:generateContent": {503, "error.status", "UNAVAILABLE"},
	} {
		resp, got := do(t, "POST", base+"/v/zhipu"+path, chatBody(9))
		if resp.StatusCode != tc.status || gjson.Get(got, tc.field).Str != tc.want || resp.Header.Get("Retry-After") != wait || !strings.Contains(got, what) {
			t.Errorf("%s: %d %v %s, want %s", path, resp.StatusCode, resp.Header, got, what)
		}
	}
}

// What an answer says of the account's quotas counts for the chain too; failures do not open the
// breaker, and a vendor that is out is called all the same.
func TestQuotasAreHeardOnAVendorRoute(t *testing.T) {
	a := simulated(t, fakevendor.InTurn(
		fakevendor.Text("fine").With("Anthropic-Ratelimit-Unified-5h-Utilization", "0.42").With("Anthropic-Ratelimit-Unified-5h-Reset", fmt.Sprint(time.Now().Add(time.Hour).Unix())),
		fakevendor.Refuse(500, "broken"), fakevendor.Refuse(500, "broken"), fakevendor.Refuse(500, "broken"), fakevendor.Refuse(500, "broken"),
		fakevendor.ZhipuError(429, "1308", "used up, resets at 2099-01-01 00:00:00"), fakevendor.Text("called all the same")))
	s, base := serve(t, row("zhipu", a.URL(), zhipu, func(v *config.Vendor) {
		v.Quota = config.Quota{Window: 5 * time.Hour, Tokens: 1000, Threshold: 99, Probe: time.Minute}
	}))
	ask := func() string { _, got := do(t, "POST", base+"/v/zhipu/v1/messages", plainBody); return got }
	standing := func(n int) (state string, tier gjson.Result) {
		lastRecord(t, s, n)
		_, status := control(t, "GET", base+"/api/status", "")
		return status.Get("tiers.0.state").Str, status.Get("tiers.0")
	}
	ask()
	if state, tier := standing(1); state != "ready" || tier.Get("quota_guard.window_usage_tokens").Int() == 0 || tier.Get("quota_guard.usage_percent").Float() != 42 {
		t.Errorf("%s: %s", state, tier.Raw)
	}
	for range 4 {
		ask()
	}
	if state, tier := standing(5); state != "ready" || tier.Get("circuit_breaker.failure_count").Int() != 0 {
		t.Errorf("%s: %s", state, tier.Raw)
	}
	ask()
	if state, tier := standing(6); state != "out" || !strings.Contains(tier.Get("reason").Str, "1308") {
		t.Errorf("%s: %s", state, tier.Raw)
	}
	if got := ask(); !strings.Contains(got, "called all the same") {
		t.Error(got)
	}
}
