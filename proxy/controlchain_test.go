package proxy

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// RC-71.
func TestResetWithAnOrder(t *testing.T) {
	down := fakevendor.Always(fakevendor.Refuse(503, "down"))
	a, b, c := simulated(t, down), simulated(t, down), simulated(t, text("c"))
	s, base := serve(t, row("a", a.URL(), breaks), row("b", b.URL(), breaks), row("c", c.URL()))
	for range 4 {
		answeredBy(t, base)
	}
	for _, bad := range []string{`{"vendors":["a","a"]}`, `{"vendors":["x"]}`, `{"vendors":["a","b"]}`, `{"vendors":[]}`, `{"vendors":"a"}`, `{"vendors":[1]}`} {
		if status, answer := control(t, "POST", base+"/api/reset", bad); status != 400 || answer.Get("error.type").Str != "invalid_request_error" {
			t.Errorf("%s: %d %s", bad, status, answer.Raw)
		}
		if s.Status().Tiers[0].State != Out {
			t.Fatalf("%s: reset something", bad)
		}
	}
	status, answer := control(t, "POST", base+"/api/reset", `{"vendors":["c"]}`)
	if status != 200 || answer.Get("tier_order").Raw != `["c","a","b"]` {
		t.Errorf("%d %s", status, answer.Raw)
	}
	for _, tier := range s.Status().Tiers {
		if tier.State != Ready {
			t.Errorf("%+v", tier)
		}
	}
	if status, _ := control(t, "POST", base+"/api/reset", "not JSON"); status != 200 {
		t.Errorf("a broken body is a plain reset, got %d", status)
	}
}

// RC-88, and that an order survives a restart and can be taken back.
func TestOrderKeepsHealthAndLimits(t *testing.T) {
	a, b := simulated(t, fakevendor.Always(fakevendor.Refuse(503, "down"))), simulated(t, text("b"))
	conf := config.Config{Vendors: []config.Vendor{row("a", a.URL(), breaks, limited(2)), row("b", b.URL()), row("c", b.URL())}}
	dir := t.TempDir()
	state, err := config.OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, base := serveWith(t, Options{Config: conf, State: state})
	for range 3 {
		answeredBy(t, base)
	}
	if err := s.SetLimit("a", "claude-opus-5-5", 7); err != nil {
		t.Fatal(err)
	}
	status, answer := control(t, "PUT", base+"/api/tier-order", `{"vendors":[["c","b"],"a"]}`)
	if status != 200 || answer.Get("tier_order").Raw != `[["c","b"],"a"]` {
		t.Fatalf("%d %s", status, answer.Raw)
	}
	st := s.Status()
	if last := st.Tiers[2]; !st.Reordered || last.Vendor != "a" || last.State != Out || st.Tiers[0].Pool == 0 || st.Tiers[0].Pool != st.Tiers[1].Pool || s.limiter.Snapshot().Gauges[0].Limit+s.limiter.Snapshot().Gauges[1].Limit < 7 {
		t.Errorf("%+v", st)
	}
	for _, bad := range []string{`{}`, `{"vendors":["a","b"]}`, `{"vendors":["a","b","c","c"]}`, `[1]`, `{"vendors":[[]]}`} {
		if status, _ := control(t, "PUT", base+"/api/tier-order", bad); status != 400 {
			t.Errorf("%s: %d", bad, status)
		}
	}
	if again, err := config.OpenState(dir); err != nil || len(again.Order()) != 2 {
		t.Fatalf("kept %v, %v", again.Order(), err)
	}
	if status, answer := control(t, "DELETE", base+"/api/tier-order", ""); status != 200 || answer.Get("tier_order").Raw != `["a","b","c"]` {
		t.Errorf("%d %s", status, answer.Raw)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "state.json")); strings.Contains(string(text), "order") {
		t.Errorf("still kept: %s", text)
	}
}

// RC-75, RC-76, RC-77.
func TestSessionsAreBoundAndUnbound(t *testing.T) {
	a, b, c := simulated(t, text("a")), simulated(t, text("b")), simulated(t, fakevendor.Always(fakevendor.Refuse(503, "down")))
	conf := config.Config{
		Vendors:  []config.Vendor{row("a", a.URL()), row("b", b.URL()), row("c", c.URL())},
		Sessions: []config.Session{{Match: "pol*", Vendors: []string{"b"}}},
	}
	_, base := serveConfig(t, conf)
	const path = "/api/session-vendor"
	for _, bad := range []string{`[1]`, `not json`, `{"session_key":5,"vendors":["a"]}`, `{"session_key":"","vendors":["a"]}`,
		`{"session_key":"k","vendors":[]}`, `{"session_key":"k","vendors":"a"}`, `{"session_key":"k","vendors":["x"]}`, `{"session_key":"k","vendors":["a"],"strict":1}`} {
		if status, _ := control(t, "PUT", base+path, bad); status != 400 {
			t.Errorf("%s: %d", bad, status)
		}
	}
	as := func(session string) string { return answeredBy(t, base, "X-Claude-Code-Session-Id", session) }
	if got := as("policy") + as("other"); got != "ba" {
		t.Errorf("the configuration's policy: %s", got)
	}
	if status, answer := control(t, "PUT", base+path, `{"session_key":"policy","vendors":["c","a"]}`); status != 200 || answer.Get("vendors").Raw != `["c","a"]` {
		t.Fatalf("%d %s", status, answer.Raw)
	}
	if got := as("policy"); got != "a" {
		t.Errorf("bound: %s", got)
	}
	if _, answer := control(t, "GET", base+path, ""); answer.Get("bindings.#").Int() != 1 {
		t.Error(answer.Raw)
	}
	if status, _ := control(t, "DELETE", base+path+"/policy", ""); status != 200 || as("policy") != "b" {
		t.Errorf("unbound: %d", status)
	}
	if status, answer := control(t, "DELETE", base+path+"/policy", ""); status != 404 || answer.Get("status").Str != "not_found" {
		t.Errorf("a policy is not a binding: %d", status)
	}
	strange := `{"session_id":"a/b"}`
	if status, _ := control(t, "PUT", base+path, `{"session_key":"{\"session_id\":\"a/b\"}","vendors":["b"]}`); status != 200 {
		t.Fatal(status)
	}
	body := strings.Replace(plainBody, "{", `{"metadata":{"user_id":"{\"session_id\":\"a/b\"}"},`, 1)
	if resp, _ := post(t, base, body); resp.Header.Get("Afterglow-Vendor") != "b" {
		t.Error("a session bound by its whole user id")
	}
	if status, _ := control(t, "DELETE", base+path+"/"+url.PathEscape(strange), ""); status != 200 {
		t.Errorf("unbind %s: %d", strange, status)
	}

	control(t, "PUT", base+path, `{"session_key":"pinned","vendors":["c"],"strict":true}`)
	if resp, answer := post(t, base, plainBody, "X-Claude-Code-Session-Id", "pinned"); resp.StatusCode != 503 {
		t.Errorf("a strict session left its vendor: %d %s", resp.StatusCode, answer)
	}
}

func TestASessionStaysWhereItWasAnswered(t *testing.T) {
	a := simulated(t, fakevendor.InTurn(fakevendor.Refuse(503, "down"), fakevendor.Text("a")))
	b := simulated(t, text("b"))
	conf := config.Config{Vendors: []config.Vendor{row("a", a.URL()), row("b", b.URL())}, Affinity: time.Minute}
	_, base := serveConfig(t, conf)
	as := func(session string) string { return answeredBy(t, base, "X-Claude-Code-Session-Id", session) }
	if got := as("s") + as("s") + as("other"); got != "bba" {
		t.Errorf("got %s", got)
	}
}
