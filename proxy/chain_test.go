package proxy

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
)

// control sends a control request and returns its status and answer.
func control(t *testing.T, method, url, body string) (int, gjson.Result) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, gjson.Parse(read(t, resp))
}

// answeredBy sends a call and returns the vendor that answered it.
func answeredBy(t *testing.T, base string, header ...string) string {
	t.Helper()
	resp, answer := post(t, base, plainBody, header...)
	if resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	return resp.Header.Get("Afterglow-Vendor")
}

func text(s string) fakevendor.Script { return fakevendor.Always(fakevendor.Text(s)) }

func zhipu(v *config.Vendor) { v.Codes = "zhipu"; breaks(v) }

// RC-54: a vendor that is left alone is passed over, and that is no failure of the call.
func TestAnOpenBreakerIsPassedOver(t *testing.T) {
	a, b := simulated(t, fakevendor.Always(fakevendor.Refuse(500, "broken"))), simulated(t, text("b"))
	s, base := serve(t, row("a", a.URL(), breaks), row("b", b.URL(), breaks))
	for range 5 {
		if got := answeredBy(t, base); got != "b" {
			t.Fatal(got)
		}
	}
	if got := a.Load().Arrived; got != 3 {
		t.Errorf("a was called %d times, want 3: its breaker opens then", got)
	}
	tries := last(s).trail
	if len(tries) != 2 || tries[0].Verdict != "skipped" || tries[1].Verdict != "commit" {
		t.Errorf("trail %+v", tries)
	}
	_, status := control(t, "GET", base+"/api/status", "")
	tier := status.Get("tiers.0")
	if tier.Get("state").Str != "out" || tier.Get("circuit_breaker.state").Str != "open" || tier.Get("until").Time().Before(time.Now()) ||
		!strings.Contains(tier.Get("reason").Str, "500 broken") || tier.Get("circuit_breaker.last_failure_time").Time().IsZero() {
		t.Errorf("status %s", tier.Raw)
	}
}

// RC-51, RC-52 through the whole proxy, and RC-72's key.
func TestRetryAfterGatesTheVendor(t *testing.T) {
	a := simulated(t, fakevendor.InTurn(fakevendor.Refuse(429, `{"error":{"message":"slow down"}}`).With("Retry-After", "60"), fakevendor.Text("a")))
	b := simulated(t, text("b"))
	_, base := serve(t, row("a", a.URL(), breaks), row("b", b.URL(), breaks))
	for range 3 {
		if got := answeredBy(t, base); got != "b" {
			t.Fatal(got)
		}
	}
	_, status := control(t, "GET", base+"/api/status", "")
	limit := status.Get("tiers.0.rate_limit")
	if a.Load().Arrived != 1 || !limit.Get("is_rate_limited").Bool() || limit.Get("remaining_seconds").Float() <= 0 || limit.Get("remaining_seconds").Float() > 66 ||
		status.Get("tiers.0.circuit_breaker.current_recovery_seconds").Float() != 66 {
		t.Errorf("called %d times, %s", a.Load().Arrived, status.Get("tiers.0").Raw)
	}
}

// Zhipu's weekly limit: out until the time in the message, said in words.
func TestZhipuIsOutUntilItsReset(t *testing.T) {
	reset := time.Now().Add(26 * time.Hour).In(time.FixedZone("CST", 8*3600))
	a := simulated(t, fakevendor.Always(fakevendor.ZhipuError(429, "1310", "weekly limit, resets at "+reset.Format("2006-01-02 15:04:05"))))
	b := simulated(t, text("b"))
	retry := func(v *config.Vendor) { v.Retry = config.Retry{Attempts: 5, Initial: time.Second, Max: time.Second} }
	_, base := serve(t, row("zhipu", a.URL(), zhipu, retry), row("b", b.URL()))
	for range 3 {
		if got := answeredBy(t, base); got != "b" {
			t.Fatal(got)
		}
	}
	_, status := control(t, "GET", base+"/api/status", "")
	tier := status.Get("tiers.0")
	if got := tier.Get("until").Time(); a.Load().Arrived != 1 || got.Sub(reset).Abs() > time.Second || !strings.Contains(tier.Get("reason").Str, "[1310] weekly limit") {
		t.Errorf("called %d times; %s", a.Load().Arrived, tier.Raw)
	}
}

// Zhipu's overload: one short wait, and then only the model is left alone.
func TestZhipuOverloadLeavesTheVendorsOtherModels(t *testing.T) {
	a := simulated(t, fakevendor.ByModel(map[string]fakevendor.Script{
		"glm-5.1": fakevendor.Always(fakevendor.ZhipuError(429, "1305", "overloaded")), "glm-4.5-air": text("a"),
	}))
	b := simulated(t, text("b"))
	retry := func(v *config.Vendor) {
		v.Retry = config.Retry{Attempts: 5, Initial: time.Millisecond, Max: time.Millisecond}
	}
	s, base := serve(t, row("zhipu", a.URL(), zhipu, retry), row("b", b.URL()))
	ask := func(model string) string {
		resp, _ := post(t, base, `{"model":"`+model+`","max_tokens":1,"messages":[]}`)
		return resp.Header.Get("Afterglow-Vendor")
	}
	if got := ask("glm-5.1") + ask("glm-5.1") + ask("glm-4.5-air"); got != "bbzhipu" {
		t.Error(got)
	}
	if got := a.Load().Models["glm-5.1"].Arrived; got != 2 {
		t.Errorf("the model was called %d times, want 2: once and after a short wait", got)
	}
	if st := s.Status().Tiers[0]; st.State != Ready || len(st.Models) != 1 || st.Models[0].Model != "glm-5.1" {
		t.Errorf("%+v", st)
	}
}

// RC-56: a stream that breaks counts against its vendor; the call is on record with what was used.
func TestABrokenStreamCounts(t *testing.T) {
	a := simulated(t, fakevendor.Always(fakevendor.Text("one two three").CutAfter(3, fakevendor.Reset)))
	s, base := serve(t, row("a", a.URL(), breaks))
	if _, answer := post(t, base, streamBody); strings.Count(answer, "event: error") != 1 || strings.Count(answer, `"type":"message_start"`) != 1 {
		t.Fatal(answer)
	}
	await(t, s, "permit back", idle)
	rec := last(s)
	if got := s.memory.Health.Standing("a").Breaker.Failures; got != 1 || rec.class != ledger.Broken || rec.usage.Input == 0 {
		t.Errorf("%d failures, %+v", got, rec)
	}
}

// RC-56b: a client that leaves is nobody's failure.
func TestAClientThatLeavesIsNobodysFailure(t *testing.T) {
	gate := make(chan struct{})
	defer close(gate)
	a := simulated(t, fakevendor.Always(fakevendor.Text("one two three").Held(3, gate)))
	s, base := serve(t, row("a", a.URL(), breaks, limited(1)))
	leave := hangUpAfterFirstByte(t, base)
	leave()
	await(t, s, "permit back", idle)
	if err := a.Await(t.Context(), fakevendor.InFlight(0)); err != nil {
		t.Fatal(err)
	}
	rec := last(s)
	if got := s.memory.Health.Standing("a").Breaker.Failures; got != 0 || !rec.gone || rec.outcome != "cancelled" {
		t.Errorf("%d failures, %+v", got, rec)
	}
}

// RC-81: a variable that is not set leaves the vendor in the chain; the next tier answers.
func TestAVendorWithoutItsKeyIsPassedOver(t *testing.T) {
	b := simulated(t, text("b"))
	_, base := serve(t, row("a", "http://127.0.0.1:1", func(v *config.Vendor) { v.Key, v.KeyVar = "", "A_KEY" }), row("b", b.URL()))
	if got := answeredBy(t, base); got != "b" {
		t.Error(got)
	}
}

// RC-55: a key that is refused is no failure of the vendor's, and the next call does not try it again.
func TestARefusedKeyIsNoFailure(t *testing.T) {
	a, b := simulated(t, fakevendor.Always(fakevendor.Refuse(401, "unauthorized"))), simulated(t, text("b"))
	s, base := serve(t, row("a", a.URL(), breaks), row("b", b.URL()))
	if got := answeredBy(t, base) + answeredBy(t, base); got != "bb" || a.Load().Arrived != 1 {
		t.Errorf("%s, a was called %d times", got, a.Load().Arrived)
	}
	if got := s.memory.Health.Standing("a"); got.Breaker.Failures != 0 || got.Breaker.State != "closed" || !strings.Contains(got.Reason, "401") {
		t.Errorf("%+v", got)
	}
}

func TestUnifiedUtilizationIsShown(t *testing.T) {
	reset := time.Now().Add(time.Hour).Truncate(time.Second)
	a := simulated(t, fakevendor.Always(fakevendor.Text("a").With("anthropic-ratelimit-unified-5h-utilization", "0.45").With("anthropic-ratelimit-unified-5h-reset", itoa(reset.Unix()))))
	s, base := serve(t, row("a", a.URL()))
	answeredBy(t, base)
	st := s.Status().Tiers[0]
	if len(st.Quotas) != 1 || st.Quotas[0].Name != "5h" || st.Quotas[0].Percent != 45 || !st.Quotas[0].Until.Equal(reset) {
		t.Errorf("%+v", st.Quotas)
	}
	_, status := control(t, "GET", base+"/api/status", "")
	if got := status.Get("tiers.0.quota_guard.usage_percent").Float(); got != 45 {
		t.Error(status.Raw)
	}
}

// What was used of a quota outlives the program.
func TestQuotasSurviveARestart(t *testing.T) {
	a := simulated(t, text("a"))
	conf := config.Config{Listen: "127.0.0.1:0", MaxBody: 1 << 20, Drain: longest, Vendors: []config.Vendor{row("a", a.URL(), func(v *config.Vendor) {
		v.Quota = config.Quota{Window: time.Hour, Tokens: 1000, Threshold: 99, Probe: time.Minute}
	})}}
	dir := t.TempDir()
	percent := func() float64 {
		state, err := config.OpenState(dir)
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(Options{Config: conf, State: state})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Listen(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		answeredBy(t, "http://"+s.Status().Addr)
		used := s.Status().Tiers[0].Quotas[0].Percent
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		return used
	}
	first := percent()
	if second := percent(); first == 0 || second != 2*first {
		t.Errorf("used %v %%, after a restart and another call %v %%", first, second)
	}
}

// RC-35 after a restart: nobody remembers who signed the thinking, and Anthropic refuses it. It is left
// out, the call goes through, and the next one does not stumble again.
func TestForeignThinkingOfBeforeARestart(t *testing.T) {
	a := simulated(t, func(c fakevendor.Call) fakevendor.Answer {
		if strings.Contains(string(c.Body), "signature") {
			return fakevendor.AnthropicError(400, "invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block")
		}
		return fakevendor.Text("well")
	})
	b := simulated(t, text("b"))
	_, base := serve(t, row("anthropic", a.URL()), row("b", b.URL()))
	body := `{"model":"claude-opus-5-5","max_tokens":100,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[` +
		`{"type":"thinking","thinking":"hm","signature":"foreign"},{"type":"text","text":"hello"}]},{"role":"user","content":"go on"}]}`
	for range 2 {
		resp, answer := post(t, base, body, "X-Claude-Code-Session-Id", "s")
		if resp.Header.Get("Afterglow-Vendor") != "anthropic" || !strings.Contains(answer, "well") {
			t.Fatalf("%d %s", resp.StatusCode, answer)
		}
	}
	if got := a.Load().Arrived; got != 3 {
		t.Errorf("called %d times, want 3: refused, mended, and mended at once", got)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// hangUpAfterFirstByte begins a stream and returns what ends it from the client's side.
func hangUpAfterFirstByte(t *testing.T, base string) context.CancelFunc {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	resp, err := http.DefaultClient.Do(request(t, ctx, base, streamBody))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return func() { cancel(); resp.Body.Close() }
}

func read(t testing.TB, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// If every vendor is out, the one that is back first is asked all the same.
func TestTheOnlyWayToAnAnswerIsTaken(t *testing.T) {
	down := fakevendor.Refuse(503, "down")
	a := simulated(t, fakevendor.InTurn(down, down, down, fakevendor.Text("back")))
	later := simulated(t, fakevendor.Always(fakevendor.Refuse(429, "{}").With("Retry-After", "3600")))
	s, base := serve(t, row("later", later.URL(), breaks), row("a", a.URL(), breaks))
	for range 3 {
		post(t, base, plainBody)
	}
	for _, tier := range s.Status().Tiers {
		if tier.State != Out {
			t.Fatalf("%+v", tier)
		}
	}
	if got := answeredBy(t, base); got != "a" || later.Load().Arrived != 1 {
		t.Errorf("answered by %s; the one that is out for an hour was called %d times", got, later.Load().Arrived)
	}
	tries := last(s).trail
	if len(tries) != 3 || tries[0].Verdict != "skipped" || tries[1].Verdict != "skipped" || tries[2].Verdict != "commit" {
		t.Errorf("trail %+v", tries)
	}
}

// Where nothing can be asked, the client hears until when, and in what time to ask again.
func TestEveryVendorIsOutForLong(t *testing.T) {
	reset := time.Now().Add(2 * time.Hour).In(time.FixedZone("CST", 8*3600))
	a := simulated(t, fakevendor.Always(fakevendor.ZhipuError(429, "1308", "resets at "+reset.Format("2006-01-02 15:04:05"))))
	_, base := serve(t, row("zhipu", a.URL(), zhipu))
	for range 2 {
		resp, answer := post(t, base, plainBody)
		wait, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		if resp.StatusCode != 429 || !strings.Contains(answer, "1308") || !strings.Contains(answer, "unavailable until") || wait < 3600 || wait > 7200 {
			t.Errorf("%d %v %s", resp.StatusCode, resp.Header, answer)
		}
	}
}

func TestAVendorIsReset(t *testing.T) {
	a, b := simulated(t, fakevendor.Always(fakevendor.Refuse(401, "no"))), simulated(t, fakevendor.Always(fakevendor.Refuse(401, "no")))
	c := simulated(t, text("c"))
	s, base := serve(t, row("a", a.URL()), row("b", b.URL()), row("c", c.URL()))
	states := func() (all string) {
		for _, tier := range s.Status().Tiers {
			all += string(tier.State) + " "
		}
		return all
	}
	answeredBy(t, base)
	if got := states(); got != "key_rejected key_rejected ready " {
		t.Fatal(got)
	}
	if err := s.ResetVendor("a"); err != nil || states() != "ready key_rejected ready " {
		t.Errorf("one: %v, %s", err, states())
	}
	if err := s.ResetVendor("nobody"); err == nil {
		t.Error("a vendor that is not there was reset")
	}
	if err := s.ResetVendor(""); err != nil || states() != "ready ready ready " {
		t.Errorf("all: %v, %s", err, states())
	}
}
