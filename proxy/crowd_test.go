package proxy

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

func adaptive(n int) func(*config.Vendor) {
	return func(v *config.Vendor) {
		v.Limit = config.Limit{Default: n, Max: 20, MaxPending: 64, Adaptive: true}
		v.Codes, v.Retry = "zhipu", config.Retry{Attempts: 3, Initial: time.Millisecond, Max: time.Millisecond}
	}
}

func tooMany() fakevendor.Answer {
	return fakevendor.ZhipuError(429, "1302", "too many requests at once")
}

func glmGauge(t *testing.T, s *Server) limiter.Gauge {
	t.Helper()
	for _, g := range s.limiter.Snapshot().Gauges {
		if g.Vendor == "zhipu" {
			return g
		}
	}
	t.Fatal("no gauge")
	return limiter.Gauge{}
}

// A refusal that is waited out counts, and so does the one after which the call goes elsewhere.
func TestTheChainTellsAnAdaptiveLimitOfRefusals(t *testing.T) {
	v := simulated(t, fakevendor.InTurn(tooMany(), fakevendor.Plausible(fakevendor.Call{}), tooMany(), tooMany(), tooMany()))
	s, base := serve(t, row("zhipu", v.URL(), adaptive(8)))
	if resp, body := post(t, base, streamBody); resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode, body)
	}
	if g := glmGauge(t, s); g.Limit != 1 || g.Ceiling != 8 || g.Refused != 2 || g.Why != limiter.Refused {
		t.Errorf("after a refusal that was waited out: %+v", g)
	}
	if resp, _ := post(t, base, streamBody); resp.StatusCode == 200 {
		t.Error("three refusals led to an answer")
	}
	points, err := s.History(t.Context(), glmGauge(t, s).Key, time.Hour)
	refused := 0
	for _, p := range points {
		refused += p.Refused
	}
	if err != nil || refused != 4 {
		t.Errorf("the history has %d refusals (%v), want 4", refused, err)
	}
	await(t, s, "idle", idle)
}

// What is not for too many calls at once says nothing of the limit.
func TestOtherRefusalsAreNoReasonToCut(t *testing.T) {
	for _, a := range []fakevendor.Answer{
		fakevendor.ZhipuError(429, "1308", "used up, resets at "+time.Now().UTC().Add(10*time.Hour).Format(time.DateTime)), fakevendor.ZhipuError(529, "1305", "overloaded"), fakevendor.ZhipuError(500, "1234", "broken"),
	} {
		v := simulated(t, fakevendor.Always(a))
		s, base := serve(t, row("zhipu", v.URL(), adaptive(8)))
		post(t, base, streamBody)
		if g := glmGauge(t, s); g.Why != limiter.Trying || g.Refused != 0 {
			t.Errorf("%s: %+v", a.Body, g)
		}
	}
}

// The vendor routes' calls stand in the same queue, and teach the same.
func TestAVendorRouteTellsAnAdaptiveLimit(t *testing.T) {
	v := simulated(t, fakevendor.InTurn(fakevendor.Plausible(fakevendor.Call{}), tooMany()))
	s, base := serve(t, row("zhipu", v.URL(), adaptive(8)))
	call := func(status int) {
		t.Helper()
		resp, body := do(t, "POST", base+"/v/zhipu/v1/messages", streamBody, "Content-Type", "application/json")
		if resp.StatusCode != status {
			t.Fatal(resp.StatusCode, body)
		}
		await(t, s, "idle", idle)
	}
	call(200)
	if g := glmGauge(t, s); g.Why != limiter.Enough {
		t.Errorf("after an answer: %+v", g)
	}
	call(429)
	if g := glmGauge(t, s); g.Why != limiter.Refused || g.Refused != 2 {
		t.Errorf("after a refusal: %+v", g)
	}
}

func TestTheControlAPIShowsAnAdaptiveLimit(t *testing.T) {
	v := simulated(t, fakevendor.Plausible)
	_, base := serve(t, row("zhipu", v.URL(), adaptive(8), func(v *config.Vendor) { v.DefaultModel = "glm-5.1" }))
	url := base + "/api/concurrency"
	_, answer := ask(t, "PUT", url, `{"vendor":"zhipu","model":"glm-5.1","limit":5}`)
	if answer.Get("limit").Int() != 1 || answer.Get("ceiling").Int() != 5 || answer.Get("available").Int() != 1 || answer.Get("adaptive.why").Str != "trying" ||
		answer.Get("adaptive.since").Str == "" || answer.Get("adaptive.refused").Exists() {
		t.Error(answer.Raw)
	}
	post(t, base, plainBody)
	_, answer = ask(t, "GET", url, "")
	if got := answer.Get(`gauges.#(model==glm-5.1).adaptive.why`).Str; got != "enough" {
		t.Error(answer.Raw)
	}
	_, answer = ask(t, "DELETE", url, "")
	if got := answer.Get(`gauges.#(model==glm-5.1).ceiling`).Int(); got != 8 {
		t.Error(answer.Raw)
	}
}

// The account's limit is shown in the same way.
func TestTheControlAPIShowsAnAdaptiveAccount(t *testing.T) {
	v := simulated(t, fakevendor.Plausible)
	s, base := serve(t, row("zhipu", v.URL(), adaptive(8), func(v *config.Vendor) { v.Limit.Default, v.Limit.Total = 0, 6 }))
	_, answer := ask(t, "PUT", base+"/api/concurrency", `{"vendor":"zhipu","model":"*","limit":4}`)
	if answer.Get("limit").Int() != 1 || answer.Get("ceiling").Int() != 4 || answer.Get("adaptive.why").Str != "trying" {
		t.Error(answer.Raw)
	}
	post(t, base, plainBody)
	await(t, s, "idle", idle)
	_, answer = ask(t, "GET", base+"/api/concurrency", "")
	if a := answer.Get("accounts.0"); a.Get("ceiling").Int() != 4 || a.Get("adaptive.why").Str != "enough" {
		t.Error(answer.Raw)
	}
	if !strings.Contains(answer.Get("gauges.0").Raw, `"ceiling":4`) {
		t.Error("the model's own row:", answer.Raw)
	}
}

// A refused call waits in its slot while the vendor has as many as the limit allows. Its client hears from us as from a
// queue, its record says so, and it is sent again when one of the others ends.
func TestARefusedCallWaitsForRoom(t *testing.T) {
	gate := make(chan struct{})
	first := fakevendor.Text("one two three")
	v := simulated(t, fakevendor.InTurn(first.Held(2, gate), tooMany(), fakevendor.Text("at last")))
	s, base := serveConfig(t, config.Config{Vendors: []config.Vendor{row("zhipu", v.URL(), adaptive(8))}, ParkAfter: 10 * time.Millisecond})
	answers := make(chan string, 2)
	heard := make(chan struct{}, 2) // of us or of the vendor
	call := func() {
		resp, err := http.DefaultClient.Do(request(t, context.Background(), base, streamBody))
		heard <- struct{}{}
		if err != nil {
			answers <- err.Error()
			return
		}
		answers <- fmt.Sprint(resp.StatusCode, " ", read(t, resp))
	}
	go call()
	await(t, s, "the first is accepted", func(snap limiter.Snapshot) bool { return len(snap.Gauges) > 0 && snap.Gauges[0].Why == limiter.Enough })
	go call()
	await(t, s, "the second was refused, and waits", func(limiter.Snapshot) bool {
		return slices.ContainsFunc(s.Calls(), func(c Call) bool { return c.Number == 2 && c.Phase == Queued && v.Load().Arrived == 2 })
	})
	if g := glmGauge(t, s); g.Limit != 1 || g.InFlight != 2 {
		t.Errorf("%+v", g)
	}
	<-heard
	<-heard // of the second: that it is queued
	opened := time.Now()
	close(gate)
	all := <-answers + <-answers
	if !strings.Contains(all, ": queued\n") || !strings.Contains(all, "last") || strings.Contains(all, "event: error") {
		t.Errorf("%s", all)
	}
	await(t, s, "idle", idle)
	if calls := v.Calls(); len(calls) != 3 || calls[2].Began.Before(opened) {
		t.Errorf("%d calls; one reached the vendor while its only slot was taken", len(calls))
	}
}
