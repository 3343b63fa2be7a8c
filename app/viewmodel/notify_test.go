package viewmodel

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/price"
)

// watched is a proxy as a Notifier sees it, over time of its own.
type watched struct {
	t     *testing.T
	n     *Notifier
	now   time.Time
	s     proxy.Status
	d     config.Desktop
	calls []proxy.Call
}

// watch begins with two vendors that are well.
func watch(t *testing.T) *watched {
	w := &watched{t: t, n: NewNotifier(), now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
	w.s = proxy.Status{Prices: "2026-11-25", Tiers: []proxy.Tier{{Vendor: "a", Title: "A", State: proxy.Ready}, {Vendor: "b", Title: "B", State: proxy.Ready}}}
	w.tells(0)
	return w
}

// tells lets time pass, looks every second as the desktop does, and compares what is told.
func (w *watched) tells(d time.Duration, want ...string) {
	w.t.Helper()
	got := []string{}
	for end := w.now.Add(d); ; w.now = w.now.Add(time.Second) {
		for _, x := range w.n.Update(w.s, w.calls, w.d, w.now) {
			got = append(got, brief(x))
		}
		if !w.now.Before(end) {
			break
		}
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		w.t.Errorf("after %v: %q, want %q", d, got, want)
	}
}

func brief(x Notice) string {
	switch {
	case x.Kind == "":
		var rest []string
		for _, r := range x.Rest {
			rest = append(rest, brief(r))
		}
		return "rest: " + strings.Join(rest, ", ")
	case x.Back:
		return fmt.Sprintf("back %s %v", x.Vendor, x.Lasted)
	}
	return strings.Join(strings.Fields(fmt.Sprint(x.Kind, " ", x.Vendor, " ", x.Model, " ", x.To)), " ")
}

func (w *watched) out(i int, d time.Duration) {
	w.s.Tiers[i].State, w.s.Tiers[i].Reason, w.s.Tiers[i].Until = proxy.Out, "429 slow down", w.now.Add(d)
}

func (w *watched) ready(i int) {
	w.s.Tiers[i].State, w.s.Tiers[i].Reason, w.s.Tiers[i].Until = proxy.Ready, "", time.Time{}
}

func (w *watched) call(c proxy.Call) {
	c.Number, c.Phase = len(w.calls)+1, proxy.Ended
	w.calls = append(w.calls, c)
}

func TestAVendorThatIsOutIsToldOnce(t *testing.T) {
	w := watch(t)
	w.out(0, 30*time.Minute)
	until := w.s.Tiers[0].Until
	told := w.n.Update(w.s, nil, w.d, w.now)
	if len(told) != 1 || told[0].Kind != "vendor_out" || told[0].Vendor != "A" || !told[0].Until.Equal(until) || told[0].Reason != "429 slow down" {
		t.Fatalf("%+v", told)
	}
	w.tells(29 * time.Minute)
	w.out(0, time.Hour) // it says another time
	w.tells(time.Minute)
	w.s.Tiers[0].State = proxy.Probing
	w.tells(time.Minute)
	w.ready(0)
	w.tells(2*time.Minute, "back A 31m0s")
	w.out(0, time.Hour)
	w.tells(time.Minute, "vendor_out A")
}

func TestAVendorThatIsOutForAMomentIsNoNews(t *testing.T) {
	w := watch(t)
	for range 20 {
		w.out(0, 30*time.Second)
		w.tells(30 * time.Second)
		w.ready(0)
		w.tells(2 * time.Minute)
	}
	w.out(0, 30*time.Second)
	w.tells(50 * time.Second)
	w.out(0, 30*time.Second) // again and again: it is out for long after all
	w.tells(20*time.Second, "vendor_out A")
}

// One that comes and goes is told as one that is out, at most every quarter of an hour, and never that it is back.
func TestAVendorThatFlaps(t *testing.T) {
	w := watch(t)
	told := 0
	for range 40 {
		w.out(0, 2*time.Minute)
		for range 120 {
			told += len(w.n.Update(w.s, nil, w.d, w.now))
			w.now = w.now.Add(time.Second)
		}
		w.ready(0)
		for range 61 {
			told += len(w.n.Update(w.s, nil, w.d, w.now))
			w.now = w.now.Add(time.Second)
		}
	}
	if told < 2 || told > 9 { // in two hours
		t.Errorf("told %d times", told)
	}
}

func TestWhatWasBeforeIsNotTold(t *testing.T) {
	w := &watched{t: t, n: NewNotifier(), now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
	w.s = proxy.Status{Prices: "2026-11-25", Tiers: []proxy.Tier{
		{Vendor: "a", Title: "A", State: proxy.Ready, Models: []proxy.ModelOut{{Model: "m", Reason: "404", Until: w.now.Add(time.Hour)}}},
		{Vendor: "b", Title: "B"}, {Vendor: "c", Title: "C", State: proxy.SignedOut, Reason: "sign in"},
	}}
	w.out(1, time.Hour)
	w.call(proxy.Call{Vendor: "b", FailedFrom: "a", Outcome: "ok"})
	w.tells(time.Minute, "credential C") // but what the user has to act on is
	w.ready(1)
	w.s.Tiers[0].Models = nil
	w.tells(time.Hour)
	w.out(1, time.Hour)
	w.tells(time.Minute, "vendor_out B")
}

func TestAModelThatIsOut(t *testing.T) {
	w := watch(t)
	w.s.Tiers[0].Models = []proxy.ModelOut{{Model: "m", Reason: "404 no such model", Until: w.now.Add(time.Hour)}}
	w.tells(time.Hour, "vendor_out A m")
}

func TestACredentialThatIsRefused(t *testing.T) {
	w := watch(t)
	for range 60 { // a vendor that takes its key only now and then is told of once
		w.out(0, time.Minute)
		tier := &w.s.Tiers[0]
		tier.State, tier.Reason, tier.Key, tier.KeyVar = proxy.Rejected, "401 invalid x-api-key", config.KeyInVariable, "A_KEY"
		told := w.n.Update(w.s, nil, w.d, w.now)
		if first := len(w.n.sent) == 1 && len(told) == 1; len(told) > 0 && (!first || told[0].Kind != "credential" || told[0].KeyVar != "A_KEY") {
			t.Fatalf("%+v", told)
		}
		w.now = w.now.Add(time.Minute)
		w.ready(0)
		w.tells(5 * time.Minute)
	}
	w.s.Tiers[1].State, w.s.Tiers[1].Reason = proxy.SignedOut, "GitHub refuses the sign-in"
	w.tells(time.Hour, "credential B")
}

func TestFailoversAreToldOnceAnHour(t *testing.T) {
	w := watch(t)
	for range 59 {
		w.call(proxy.Call{Vendor: "b", FailedFrom: "a", Outcome: "ok"})
		w.call(proxy.Call{Vendor: "b", Outcome: "ok"})
		w.call(proxy.Call{Vendor: "b", FailedFrom: "a", Outcome: "529"})
	}
	w.tells(59*time.Minute, "failover A B")
	w.tells(2 * time.Minute)
	w.call(proxy.Call{Vendor: "b", FailedFrom: "a", Outcome: "ok"})
	w.tells(time.Minute, "failover A B")
	w.out(0, time.Hour)
	w.s.Tiers = append(w.s.Tiers, proxy.Tier{Vendor: "c", State: proxy.Ready})
	w.call(proxy.Call{Vendor: "c", FailedFrom: "a", Outcome: "ok"}) // it is out: that says it
	w.tells(time.Minute, "vendor_out A")
	w.calls = nil // a call that was looked at and left the list does no harm
	w.tells(time.Minute)
}

func TestALongQueue(t *testing.T) {
	w := watch(t)
	queue := func(n int) {
		w.s.Concurrency.Gauges = []limiter.Gauge{{Key: limiter.Key{Vendor: "a", Model: "m"}, Mode: limiter.Limited, Pending: n}}
	}
	queue(5)
	w.tells(time.Hour)
	queue(6)
	w.tells(59 * time.Second)
	queue(5) // for a moment
	w.tells(time.Second)
	queue(9)
	w.tells(time.Hour, "queue A m")
	queue(0)
	w.tells(time.Minute)
	w.d.Queue, w.d.QueueFor = 1, 10*time.Second
	queue(2)
	w.tells(9 * time.Second)
	w.tells(3*time.Second, "queue A m")
}

func TestPrices(t *testing.T) {
	w := watch(t)
	for range 3 {
		w.call(proxy.Call{Vendor: "a", VendorModel: "m", Outcome: "ok", Cost: price.Cost{Unpriced: 1}})
	}
	w.call(proxy.Call{Vendor: "a", VendorModel: "known", Outcome: "ok", Cost: price.Cost{Priced: 1}})
	w.tells(time.Hour, "no_price A m")
	w.call(proxy.Call{Vendor: "a", VendorModel: "m", Outcome: "ok", Cost: price.Cost{Unpriced: 1}})
	w.tells(time.Hour)

	w.now = time.Date(2027, 2, 23, 0, 0, 0, 0, time.UTC)
	w.tells(0)
	w.now = time.Date(2027, 2, 24, 0, 0, 0, 0, time.UTC) // 91 days
	w.tells(time.Hour, "old_prices")
}

func TestSilencedKindsAreNotTold(t *testing.T) {
	for _, kind := range config.NoticeKinds {
		w := watch(t)
		w.d.Silenced = []string{kind}
		w.out(0, time.Hour)
		w.s.Tiers[1].State = proxy.SignedOut
		w.s.Tiers = append(w.s.Tiers, proxy.Tier{Vendor: "c", Title: "C", State: proxy.Ready})
		w.call(proxy.Call{Vendor: "b", FailedFrom: "c", VendorModel: "m", Outcome: "ok", Cost: price.Cost{Unpriced: 1}})
		w.s.Concurrency.Gauges = []limiter.Gauge{{Key: limiter.Key{Vendor: "c", Model: "m"}, Mode: limiter.Limited, Pending: 9}}
		w.s.Prices = "2026-01-01"
		kinds := map[string]bool{}
		for range 2 * 3600 {
			for _, x := range w.n.Update(w.s, w.calls, w.d, w.now) {
				for _, r := range append(x.Rest, x) {
					kinds[r.Kind] = true
				}
			}
			w.now = w.now.Add(time.Second)
		}
		for _, other := range config.NoticeKinds {
			if kinds[other] == (other == kind) {
				t.Errorf("%s silenced: %s told: %v", kind, other, kinds[other])
			}
		}
	}
}

func TestManyAtOnceAreFew(t *testing.T) {
	w := watch(t)
	for i := range 8 {
		w.s.Tiers = append(w.s.Tiers, proxy.Tier{Vendor: fmt.Sprint(i), Title: fmt.Sprint("V", i), State: proxy.Ready})
	}
	w.tells(time.Second)
	for i := range 6 {
		w.out(2+i, time.Hour)
	}
	w.tells(time.Minute, "vendor_out V0", "vendor_out V1", "rest: vendor_out V2, vendor_out V3, vendor_out V4, vendor_out V5")
	w.out(8, time.Hour)
	w.out(9, time.Hour)
	w.tells(3 * time.Minute) // enough for a while
	w.tells(2*time.Minute, "vendor_out V6", "vendor_out V7")
}

func TestADemoTellsNothing(t *testing.T) {
	w := watch(t)
	w.s.Demo = true
	w.out(0, time.Hour)
	w.tells(time.Hour)
}
