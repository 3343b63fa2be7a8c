package limiter

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// climb has n calls in flight and accepted, with one more pending.
func climb(t *testing.T, c *Controller, k Key, n int) []*call {
	t.Helper()
	calls := beginMany(t, c, k, n+1)
	for i := range n - 1 {
		accept(calls[i])
	}
	if g := gaugeOf(t, c, k); g.Limit != n || g.InFlight != n || g.Pending != 1 {
		t.Fatalf("%+v, want %d in flight and one pending", g, n)
	}
	return calls
}

// accept lets the vendor take a call, and waits for what follows.
func accept(w *call) {
	w.permit.Accepted()
	synctest.Wait()
}

func TestAnAdaptiveLimitGrowsWhileCallsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3, Adaptive: true})
		calls := climb(t, c, glm, 3)
		accept(calls[2])
		if g := gaugeOf(t, c, glm); g.Limit != 3 || g.Ceiling != 3 || g.Why != Ceiling {
			t.Errorf("%+v, want the ceiling", g)
		}
		setLimit(t, c, glm, 5)
		late := begin(t, c, glm)
		if g := gaugeOf(t, c, glm); g.Limit != 4 || g.Ceiling != 5 || g.InFlight != 4 || g.Pending != 1 {
			t.Errorf("%+v, want one more slot for the one that came first", g)
		}
		if !calls[3].granted() || late.over() {
			t.Error("the newcomer went first")
		}
		endAll(append(calls, late))
		expect(t, c, glm, 0, 0, 3)
	})
}

func TestARefusedCallIsSentAgainBeforeThosePending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 9, Adaptive: true})
		calls := climb(t, c, glm, 4)
		accept(calls[3]) // a fifth is in flight now
		calls[4].permit.Refused()
		if g := gaugeOf(t, c, glm); g.Limit != 4 || g.Adaptation.Refused != 5 || g.Why != Refused || g.InFlight != 5 {
			t.Fatalf("%+v, want limit 4 because 5 was refused", g)
		}
		pending := begin(t, c, glm)
		if calls[4].permit.TryRetry() {
			t.Fatal("sent again while 4 are with the vendor")
		}
		again := make(chan error, 1)
		go func() { again <- calls[4].permit.Retry(t.Context()) }()
		synctest.Wait()
		select {
		case err := <-again:
			t.Fatal("sent again while 4 are with the vendor:", err)
		default:
		}
		calls[0].end()
		if err := <-again; err != nil {
			t.Fatal(err)
		}
		if pending.over() {
			t.Error("one that was pending went first")
		}
		calls[1].end()
		if !pending.granted() {
			t.Error("a slot is free and not used")
		}
		endAll(append(calls, pending))
		if v := c.vendors["zhipu"]; v.inFlight+v.parked != 0 {
			t.Errorf("%d in flight and %d refused are left", v.inFlight, v.parked)
		}
	})
}

func TestRefusedCallsOfOneMomentCutOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 8, Adaptive: true})
		calls := climb(t, c, glm, 8)
		accept(calls[7])
		for _, w := range calls[:3] { // sent under lower limits, and refused one after the other
			w.permit.Refused()
		}
		if g := gaugeOf(t, c, glm); g.Limit != 4 {
			t.Errorf("limit %d after three refusals of one moment, want 4", g.Limit)
		}
		endAll(calls)
	})
}

func TestRetryEndsWithItsCallOrItsPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 9, Adaptive: true, MaxWait: time.Minute})
		calls := climb(t, c, glm, 3)
		accept(calls[2])
		refused := calls[3].permit
		refused.Refused()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := refused.Retry(ctx); !errors.Is(err, context.Canceled) {
			t.Error("of one that is gone:", err)
		}
		start := time.Now()
		if err := refused.Retry(t.Context()); !errors.Is(err, ErrWaitExpired) || time.Since(start) != time.Minute {
			t.Error("of one that waits for ever:", err, time.Since(start))
		}
		if c.vendors["zhipu"].again.len != 0 {
			t.Error("it still waits")
		}
		endAll(calls)
		if v := c.vendors["zhipu"]; v.parked != 0 || v.inFlight != 0 {
			t.Errorf("%d refused and %d in flight are left", v.parked, v.inFlight)
		}
		refused.Refused() // of a released one nothing is heard
		refused.Accepted()
	})
}

func TestRefusedCallsGoOnWhenTheLimitIsAdaptiveNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 9, Adaptive: true})
		calls := climb(t, c, glm, 3)
		accept(calls[2])
		calls[3].permit.Refused()
		again := make(chan error, 1)
		go func() { again <- calls[3].permit.Retry(t.Context()) }()
		synctest.Wait()
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 2}}})
		if err := <-again; err != nil {
			t.Error(err)
		}
		if g := gaugeOf(t, c, glm); g.Limit != 2 || g.Adaptation != (Adaptation{}) {
			t.Errorf("%+v", g)
		}
		endAll(calls)
	})
}

// A fixed limit takes no notice of what the vendor says.
func TestAFixedLimitStaysWhereItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		p := hold(t, c, glm)
		before := c.Snapshot()
		p.Refused()
		if err := p.Retry(t.Context()); err != nil || !p.TryRetry() {
			t.Error(err)
		}
		p.Accepted()
		if got := c.Snapshot(); got.Gauges[0] != before.Gauges[0] {
			t.Errorf("%+v, was %+v", got, before)
		}
		p.Release()
	})
}

func TestTheAccountAdaptsWhereItsModelsHaveNoLimitOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Total: 6, Adaptive: true})
		a, b, third := begin(t, c, glm), begin(t, c, air), begin(t, c, glm)
		accept(a)
		if got := accountOf(t, c, "zhipu"); got.Limit != 2 || got.Ceiling != 6 || got.InFlight != 2 || got.Pending != 1 {
			t.Fatalf("%+v, want two in flight", got)
		}
		if g := gaugeOf(t, c, air); g.Limit != 2 || g.Ceiling != 6 || g.Why != Trying {
			t.Errorf("%+v, want the account's", g)
		}
		b.permit.Refused()
		if got := accountOf(t, c, "zhipu"); got.Limit != 1 || got.Adaptation.Refused != 2 {
			t.Errorf("%+v, want one because two were refused", got)
		}
		endAll([]*call{a, b, third})
	})
	c := zhipu(Policy{Total: 6, Default: 3, Adaptive: true})
	if got := accountOf(t, c, "zhipu"); got.Limit != 6 || got.Why != Fixed {
		t.Errorf("%+v: the models have limits of their own, so the account's is fixed", got)
	}
}
