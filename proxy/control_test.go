package proxy

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/logging"
)

// ask sends a control request and returns status and body.
func ask(t testing.TB, method, url, body string, header ...string) (int, gjson.Result) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		} else if req.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			req.Header.Del(header[i])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, gjson.ParseBytes(answer)
}

func TestPutConcurrency(t *testing.T) {
	v := vendorServer(t, answering("hi"))
	_, base := serve(t, row("zhipu", v.URL, limited(3), func(v *config.Vendor) { v.Limit.Total = 10 }), row("kimi", v.URL))
	url := base + "/api/concurrency"
	for body, want := range map[string]struct {
		status int
		kind   string
	}{
		`not JSON`: {400, "invalid_request_error"},
		`[1]`:      {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":1`:                     {400, "invalid_request_error"},
		`{"model":"m","limit":1}`:                                     {400, "invalid_request_error"},
		`{"vendor":"zhipu","limit":1}`:                                {400, "invalid_request_error"},
		`{"vendor":"","model":"m","limit":1}`:                         {400, "invalid_request_error"},
		`{"vendor":7,"model":"m","limit":1}`:                          {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m"}`:                              {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":"3"}`:                  {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":true}`:                 {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":2.5}`:                  {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":null}`:                 {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":0}`:                    {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":-1}`:                   {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":21}`:                   {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":1000000000}`:           {400, "invalid_request_error"},
		`{"vendor":"zhipu","model":"m","limit":99999999999999999999}`: {400, "invalid_request_error"},
		`{"vendor":"nobody","model":"m","limit":3}`:                   {404, "not_found"},
		`{"vendor":"kimi","model":"m","limit":3}`:                     {422, "unprocessable"},
		`{"vendor":"kimi","model":"m","limit":0}`:                     {422, "unprocessable"},
		`{"vendor":"kimi","model":"m","limit":"3"}`:                   {400, "invalid_request_error"},
		`{"vendor":"kimi","model":"*","limit":3}`:                     {422, "unprocessable"},
	} {
		status, answer := ask(t, "PUT", url, body)
		if status != want.status || answer.Get("error.type").Str != want.kind || answer.Get("type").Str != "error" {
			t.Errorf("%s: %d %s, want %d %s", body, status, answer.Raw, want.status, want.kind)
		}
		if status == 422 && !strings.Contains(answer.Get("error.message").Str, "monitor-only") {
			t.Errorf("%s: %s", body, answer.Raw)
		}
	}
	status, answer := ask(t, "PUT", url, `{"vendor":"zhipu","model":"glm-5.1","limit":5}`)
	if status != 200 || answer.Get("status").Str != "ok" || answer.Get("model").Str != "glm-5.1" || answer.Get("limit").Int() != 5 ||
		answer.Get("in_use").Raw != "0" || answer.Get("available").Int() != 5 || answer.Get(`concurrency.glm-5\.1.limit`).Int() != 5 {
		t.Errorf("a model not used yet: %d %s", status, answer.Raw)
	}
	if status, answer := ask(t, "PUT", url, `{"vendor":"zhipu","model":"*","limit":4}`); status != 200 || answer.Get("limit").Int() != 4 {
		t.Errorf("account: %d %s", status, answer.Raw)
	}
	status, answer = ask(t, "GET", url, "")
	if got := answer.Get("gauges.#(model==glm-5.1).limit").Int(); status != 200 || got != 5 || answer.Get("accounts.0.limit").Int() != 4 {
		t.Errorf("%d %s", status, answer.Raw)
	}
	status, answer = ask(t, "DELETE", url, `{"vendor":"zhipu"}`)
	if status != 200 || answer.Get("accounts.0.limit").Int() != 10 || answer.Get("gauges.#(model==glm-5.1).limit").Int() == 5 {
		t.Errorf("reset: %d %s", status, answer.Raw)
	}
	if status, _ := ask(t, "DELETE", url, `{"vendor":"nobody"}`); status != 404 {
		t.Errorf("reset of nobody: %d", status)
	}
}

func TestMonitorHasNoLimitInJSON(t *testing.T) {
	gate := make(chan struct{})
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		<-gate
		answering("x")(w, r)
	})
	s, base := serve(t, row("kimi", v.URL))
	done := make(chan struct{})
	go func() { defer close(done); post(t, base, plainBody) }()
	await(t, s, "in flight", counts(1, 0))
	_, answer := ask(t, "GET", base+"/api/concurrency", "")
	want := `{"total":{"in_use":1,"pending":0},"accounts":[],"gauges":[{"vendor":"kimi","model":"claude-opus-5-5","mode":"monitor","in_use":1,"pending":0,"peak_pending_recent":0,"limit":null,"available":null}]}`
	if strings.TrimSpace(answer.Raw) != want {
		t.Errorf("got  %s\nwant %s", answer.Raw, want)
	}
	_, answer = ask(t, "GET", base+"/api/status", "")
	if answer.Get("tiers.0.name").Str != "kimi" || answer.Get("tiers.0.diagnostics.concurrency.claude-opus-5-5.in_use").Int() != 1 {
		t.Error(answer.Raw)
	}
	close(gate)
	<-done
}

func TestSmallEndpoints(t *testing.T) {
	_, base := serve(t, row("v", "http://127.0.0.1:1"))
	for _, tc := range []struct {
		method, path string
		status       int
	}{
		{"HEAD", "/", 200}, {"GET", "/", 200}, {"HEAD", "/api/hello", 200}, {"GET", "/health", 200},
		{"GET", "/nowhere", 404}, {"GET", "/v1/messages", 404}, {"DELETE", "/health", 404},
	} {
		if status, answer := ask(t, tc.method, base+tc.path, ""); status != tc.status || status == 404 && answer.Get("error.type").Str != "not_found_error" {
			t.Errorf("%s %s: %d %s", tc.method, tc.path, status, answer.Raw)
		}
	}
}

func TestGuard(t *testing.T) {
	s, base := serve(t, row("v", "http://127.0.0.1:1"))
	host := s.Status().Addr
	for name, tc := range map[string]struct {
		method string
		header []string
		status int
	}{
		"loopback by name":        {"GET", []string{"Host", "localhost:3392"}, 200},
		"loopback, IPv6":          {"GET", []string{"Host", "[::1]:3392"}, 200},
		"another name (rebound)":  {"GET", []string{"Host", "evil.example"}, 403},
		"a name that looks local": {"GET", []string{"Host", "127.0.0.1.evil.example"}, 403},
		"our own page":            {"GET", []string{"Origin", "http://" + host}, 200},
		"a foreign page":          {"GET", []string{"Origin", "https://evil.example"}, 403},
		"a form":                  {"DELETE", []string{"Content-Type", "text/plain"}, 415},
		"no content type":         {"DELETE", []string{"Content-Type", ""}, 415},
		"JSON with a charset":     {"DELETE", []string{"Content-Type", "application/json; charset=utf-8"}, 200},
	} {
		if status, answer := ask(t, tc.method, base+"/api/concurrency", "", tc.header...); status != tc.status {
			t.Errorf("%s: %d %s, want %d", name, status, answer.Raw, tc.status)
		}
	}
}

func TestTokenIsAskedForAndNeverSentOn(t *testing.T) {
	const token = "a-token-of-some-length"
	var got http.Header
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Clone(); answering("hi")(w, r) })
	client := row("anthropic", v.URL, func(v *config.Vendor) { v.Auth, v.Key = config.AuthClient, "" })
	_, base := serveConfig(t, config.Config{Token: token, Vendors: []config.Vendor{client}})
	if resp, _ := post(t, base, plainBody); resp.StatusCode != 403 {
		t.Fatal("without a token:", resp.StatusCode)
	}
	if status, _ := ask(t, "GET", base+"/health", ""); status != 401 {
		t.Fatal("health without a token:", status)
	}
	for _, header := range [][]string{
		{"X-Afterglow-Token", token, "Authorization", "Bearer sk-ant-the-clients"},
		{"X-Api-Key", token, "Authorization", "Bearer sk-ant-the-clients"},
		{"Authorization", "Bearer " + token, "X-Api-Key", "sk-ant-the-clients"},
	} {
		resp, _ := post(t, base, plainBody, header...)
		if resp.StatusCode != 200 {
			t.Fatal(header, resp.StatusCode)
		}
		all := ""
		for _, values := range got {
			all += strings.Join(values, " ") + " "
		}
		if strings.Contains(all, token) || !strings.Contains(all, "the-clients") {
			t.Errorf("%v: the vendor got %v", header, got)
		}
	}
}

func TestEventsPushEveryLastState(t *testing.T) {
	v := vendorServer(t, answering("hi"))
	s, base := serve(t, row("zhipu", v.URL, limited(3)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", base+"/api/events", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	start, pushed := time.Now(), 0
	for limit := 0; lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		pushed++
		if limit == 0 {
			for limit = 1; limit < 20; limit++ { // far more changes than pushes
				if err := s.SetLimit("zhipu", "m", limit); err != nil {
					t.Fatal(err)
				}
			}
			limit = 19
		}
		if gjson.Get(data, "gauges.0.limit").Int() == int64(limit) {
			break
		}
	}
	if most := 2 + int(time.Since(start)/eventsEvery); pushed > most {
		t.Fatalf("%d pushes in %v", pushed, time.Since(start))
	}
}

func TestReloadKeepsCallsAndLimits(t *testing.T) {
	gate := make(chan struct{})
	a := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		<-gate
		answering("from a")(w, r)
	})
	b := vendorServer(t, answering("from b"))
	state, err := config.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	conf := config.Config{Listen: "127.0.0.1:0", MaxBody: 1 << 20, Drain: longest, Vendors: []config.Vendor{row("a", a.URL, limited(1))}}
	s, err := New(Options{Config: conf, State: state})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	go func() { done <- s.Run(ctx) }()
	base := "http://" + s.Status().Addr
	if err := s.SetLimit("a", "claude-opus-5-5", 2); err != nil {
		t.Fatal(err)
	}
	answers := make(chan string)
	go func() { _, answer := post(t, base, streamBody); answers <- answer }()
	await(t, s, "in flight", counts(1, 0))

	conf.Vendors = []config.Vendor{row("b", b.URL), row("a", a.URL, limited(5))}
	if err := s.Reload(conf); err != nil {
		t.Fatal(err)
	}
	if _, answer := post(t, base, streamBody); !strings.Contains(answer, "from b") {
		t.Fatal("the new first tier was not asked:", answer)
	}
	if g := gaugeNamed(s, "a"); g.Limit != 2 || g.Configured != 5 || g.InFlight != 1 {
		t.Fatalf("%+v", g)
	}
	close(gate)
	if answer := <-answers; !strings.Contains(answer, "from a") {
		t.Fatal("the call under way was dropped:", answer)
	}

	bad := conf
	bad.Vendors = []config.Vendor{{Name: "x", Dialect: "nonsense"}}
	if err := s.Reload(bad); err == nil || s.Status().Problem == "" {
		t.Fatal("a bad configuration was taken")
	}
	if _, answer := post(t, base, streamBody); !strings.Contains(answer, "from b") {
		t.Fatal("the old configuration is gone")
	}

	busy := vendorServer(t, answering(""))
	conf.Listen = strings.TrimPrefix(busy.URL, "http://")
	if err := s.Reload(conf); err == nil || !strings.Contains(err.Error(), "port "+conf.Listen[strings.Index(conf.Listen, ":")+1:]+" is already in use") {
		t.Fatalf("a taken port: %v", err)
	}
	conf.Listen = "localhost:0"
	if err := s.Reload(conf); err != nil {
		t.Fatal(err)
	}
	if moved := "http://" + s.Status().Addr; moved == base {
		t.Fatal("did not move")
	} else if _, answer := post(t, moved, streamBody); !strings.Contains(answer, "from b") {
		t.Fatal(answer)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}

	again, err := New(Options{Config: conf, State: state})
	if err != nil {
		t.Fatal(err)
	}
	if g := gaugeNamed(again, "a"); g.Limit != 2 {
		t.Fatalf("after a restart: %+v", g)
	}
	if err := again.ResetLimits(""); err != nil {
		t.Fatal(err)
	}
	if g := gaugeNamed(again, "a"); g.Limit != 0 && g.Limit != 5 || len(state.Limits()) != 0 {
		t.Fatalf("after reset: %+v %v", g, state.Limits())
	}
}

func gaugeNamed(s *Server, vendor string) limiter.Gauge {
	for _, g := range s.limiter.Snapshot().Gauges {
		if g.Vendor == vendor {
			return g
		}
	}
	return limiter.Gauge{}
}

func TestTakenPortIsNamedAndWaitedFor(t *testing.T) {
	other := vendorServer(t, answering(""))
	addr := strings.TrimPrefix(other.URL, "http://")
	s, err := New(Options{Config: config.Config{Listen: addr, Drain: longest, Vendors: []config.Vendor{row("v", other.URL)}}})
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(addr, ":")
	if err := s.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "port "+port+" is already in use") {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.RunAnyway(ctx) }()
	if st := s.Status(); st.Addr != "" || !strings.Contains(st.Problem, port) {
		t.Fatalf("%+v", st)
	}
	other.Close()
	wake := s.Watch(ctx)
	for s.Status().Addr == "" {
		<-wake
	}
	if st := s.Status(); st.Problem != "" {
		t.Fatalf("%+v", st)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestDrainLetsCallsFinish(t *testing.T) {
	gate := make(chan struct{})
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		<-gate
		answering("late")(w, r)
	})
	s, err := New(Options{Config: config.Config{Listen: "127.0.0.1:0", MaxBody: 1 << 20, Drain: longest, Vendors: []config.Vendor{row("v", v.URL)}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	answers := make(chan string)
	addr := s.Status().Addr
	go func() { _, answer := post(t, "http://"+addr, streamBody); answers <- answer }()
	await(t, s, "in flight", counts(1, 0))
	stop()
	eventually(t, "no more calls taken", func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	select {
	case err := <-done:
		t.Fatal("did not wait for the call:", err)
	default:
	}
	close(gate)
	if answer := <-answers; !strings.Contains(answer, "message_stop") {
		t.Fatal(answer)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestOpenFollowsTheFile(t *testing.T) {
	v := vendorServer(t, answering("hi"))
	path := filepath.Join(t.TempDir(), "config.toml")
	write := func(name string) {
		text := "listen = \"127.0.0.1:0\"\n[[vendors]]\nname = \"" + name + "\"\ndialect = \"anthropic\"\nbase_url = \"" + v.URL + "\"\nauth = \"client\"\n"
		writeFile(t, path, text)
	}
	write("one")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	log, err := logging.Open(config.DefaultLog(), "", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, Setup{Config: path, State: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.ledger.Close()
	wake := s.Watch(ctx)
	write("two")
	for s.Status().Tiers[0].Vendor != "two" {
		<-wake
	}
	writeFile(t, path, "nonsense = 1")
	for s.Status().Problem == "" {
		<-wake
	}
	if st := s.Status(); !strings.Contains(st.Problem, "nonsense: unknown key") || st.Tiers[0].Vendor != "two" {
		t.Fatalf("%+v", st)
	}
}
