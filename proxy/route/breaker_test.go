package route

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

var testBreaker = config.Breaker{Failures: 3, Successes: 2, Recovery: 5 * time.Minute, Max: time.Hour}

func testHealth(rows ...config.Vendor) *Health {
	h := NewHealth(func() {})
	h.Configure(rows)
	return h
}

// mustEnter asks for leave that must be given.
func mustEnter(t *testing.T, h *Health, model string) *ticket {
	t.Helper()
	k, out := h.enter("v", model, false)
	if out != nil {
		t.Fatalf("refused: %v", out)
	}
	return k
}

func refused(t *testing.T, h *Health, model string) *closed {
	t.Helper()
	k, out := h.enter("v", model, false)
	if out == nil {
		k.drop()
		t.Fatal("let through")
	}
	return out
}

var failure = finding{verdict: nextTier, counts: true, reason: reason.Of("500")}

func TestBreakerOpensTriesOnceAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker})
		for range 3 { // RC-53: each failure counts once, however often it is settled
			k := mustEnter(t, h, "m")
			k.fail(failure)
			k.fail(failure)
			k.drop()
		}
		if out := refused(t, h, "m"); time.Until(out.until) != 5*time.Minute {
			t.Fatalf("open until %v", out.until)
		}
		time.Sleep(5 * time.Minute)
		probe := mustEnter(t, h, "m")
		refused(t, h, "m") // one probe at a time
		probe.drop()       // cancelled: says nothing
		probe = mustEnter(t, h, "m")
		probe.fail(failure)
		if out := refused(t, h, "m"); time.Until(out.until) != 10*time.Minute {
			t.Fatalf("a failed probe: open until %v, want twice as long", out.until)
		}
		time.Sleep(10 * time.Minute)
		mustEnter(t, h, "m").succeed(0)
		if got := h.Standing("v").Breaker; got.State != "half_open" || got.Successes != 1 {
			t.Fatalf("after one success: %+v", got)
		}
		mustEnter(t, h, "m").succeed(0)
		if got := h.Standing("v").Breaker; got.State != "closed" || got.Recovery != 5*time.Minute {
			t.Fatalf("after two: %+v", got)
		}
		for range 2 {
			mustEnter(t, h, "m").fail(failure)
		}
		mustEnter(t, h, "m").succeed(0) // failures count in a row
		mustEnter(t, h, "m").fail(failure)
		mustEnter(t, h, "m").drop()
	})
}

func TestCallsUnderWayWhenItOpensDoNotLengthenIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker})
		var all []*ticket
		for range 20 {
			all = append(all, mustEnter(t, h, "m"))
		}
		for i, k := range all {
			if i == 10 {
				k.succeed(0) // nor does a late success close it
				continue
			}
			k.fail(failure)
		}
		if out := refused(t, h, "m"); time.Until(out.until) != 5*time.Minute {
			t.Fatalf("open until %v", out.until)
		}
	})
}

// RC-52.
func TestRetryAfterOpensAtOnceAndIsNeverShortened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker})
		v := testVendor(t, "bearer", "")
		first, second := mustEnter(t, h, "m"), mustEnter(t, h, "m")
		asked := func(d time.Duration) finding {
			return judge(t.Context(), &anthropic.Error{Status: 429, RetryAfter: d}, v, &anthropic.Request{})
		}
		first.fail(asked(60 * time.Second))
		if got := h.Standing("v").Breaker; got.State != "open" || got.Recovery != 66*time.Second {
			t.Fatalf("%+v", got)
		}
		second.fail(asked(2 * time.Second))
		if out := refused(t, h, "m"); time.Until(out.until) != 66*time.Second {
			t.Fatalf("shortened to %v", time.Until(out.until))
		}
		time.Sleep(65 * time.Second)
		refused(t, h, "m")
		time.Sleep(time.Second)
		mustEnter(t, h, "m").drop()
	})
}

func TestAModelIsLeftAloneWithoutItsVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker, Codes: "zhipu"})
		v := testVendor(t, "bearer", "zhipu")
		busy := judge(t.Context(), &anthropic.Error{Status: 529, Code: "1305"}, v, &anthropic.Request{})
		mustEnter(t, h, "glm-5.1").fail(busy)
		refused(t, h, "glm-5.1")
		mustEnter(t, h, "glm-4.5-air").succeed(0)
		if s := h.Standing("v"); s.Reason != "" || len(s.Models) != 1 || s.Models[0].Model != "glm-5.1" {
			t.Fatalf("%+v", s)
		}
		time.Sleep(afterModelBusy)
		mustEnter(t, h, "glm-5.1").succeed(0)
		mustEnter(t, h, "glm-5.1").succeed(0)
		if s := h.Standing("v"); len(s.Models) != 0 {
			t.Fatalf("still out: %+v", s.Models)
		}
	})
}

// RC-70.
func TestResetKeepsWhatWasUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quota := config.Quota{Window: 5 * time.Hour, Tokens: 1000, Threshold: 99, Probe: 5 * time.Minute}
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker, Quota: quota})
		mustEnter(t, h, "m").succeed(450)
		k := mustEnter(t, h, "m")
		k.fail(finding{verdict: nextTier, capped: true, until: time.Now().Add(time.Hour), reason: reason.Of("1308")})
		refused(t, h, "m")
		h.Reset()
		s := h.Standing("v")
		if len(s.Quotas) != 1 || s.Quotas[0].Percent != 45 || s.Quotas[0].Exceeded || s.Breaker.State != "closed" {
			t.Fatalf("%+v", s)
		}
		mustEnter(t, h, "m").drop()
	})
}

// RC-12: all four kinds of tokens count, as Usage.Total adds them.
func TestQuotaSlidesAndProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quota := config.Quota{Window: 5 * time.Hour, Tokens: 1000, Threshold: 99, Probe: 5 * time.Minute}
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker, Quota: quota})
		used := anthropic.Usage{Input: 100, Output: 200, CacheCreation: 300, CacheRead: 390}
		mustEnter(t, h, "m").succeed(used.Total())
		probe := mustEnter(t, h, "m") // the first beyond the threshold tries
		refused(t, h, "m")
		probe.drop()
		refused(t, h, "m") // and the next only after a while
		time.Sleep(5 * time.Minute)
		mustEnter(t, h, "m").drop()
		saved := h.Usage()
		time.Sleep(5*time.Hour - 4*time.Minute)
		mustEnter(t, h, "m").drop()
		mustEnter(t, h, "m").drop()

		again := testHealth(config.Vendor{Name: "v", Quota: quota})
		again.Restore(saved)
		if got := again.Standing("v").Quotas[0]; got.Tokens != 0 {
			t.Fatalf("what had left the window came back: %+v", got)
		}
	})
}

func TestAnotherKeyIsAnotherAccount(t *testing.T) {
	row := config.Vendor{Name: "v", Key: "one", Breaker: testBreaker}
	h := testHealth(row)
	mustEnter(t, h, "m").fail(finding{verdict: nextTier, until: time.Now().Add(time.Hour), reason: reason.Of("no balance")})
	row.Title = "other title"
	h.Configure([]config.Vendor{row})
	refused(t, h, "m")
	row.Key = "two"
	h.Configure([]config.Vendor{row})
	mustEnter(t, h, "m").drop()
}

func TestTheOnlyVendorIsAskedAlthoughItIsOut(t *testing.T) {
	h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker})
	mustEnter(t, h, "m").fail(finding{verdict: nextTier, counts: true, hint: time.Hour, until: time.Now().Add(time.Hour), reason: reason.Of("429")})
	k, out := h.enter("v", "m", true)
	if out != nil {
		t.Fatal(out)
	}
	if _, out := h.enter("v", "m", true); out == nil {
		t.Fatal("two at once at a vendor that said until when it is out")
	}
	k.succeed(0)
	mustEnter(t, h, "m").drop() // it is back
}

func TestJudgeKeepsTransportErrorsInWords(t *testing.T) {
	f := judge(t.Context(), errors.New("connection refused"), testVendor(t, "bearer", ""), &anthropic.Request{})
	if f.reason.Words != "connection refused" || !f.counts {
		t.Fatalf("%+v", f)
	}
}
