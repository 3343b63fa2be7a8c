package viewmodel

import (
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
)

func TestLeftIsRoundedUpInStepsToFollow(t *testing.T) {
	now := time.Now()
	for d, want := range map[time.Duration]time.Duration{
		-time.Second:                 0,
		time.Second:                  5 * time.Second,
		5 * time.Second:              5 * time.Second,
		61 * time.Second:             65 * time.Second,
		11*time.Minute + time.Second: 12 * time.Minute,
		26*time.Hour + time.Minute:   26*time.Hour + 10*time.Minute,
	} {
		if got := left(now.Add(d), now); got != want {
			t.Errorf("%v: got %v, want %v", d, got, want)
		}
	}
	if got := left(time.Time{}, now); got != 0 {
		t.Errorf("no time: %v", got)
	}
}

func TestTiersAreNumberedByTheirPlace(t *testing.T) {
	b := New().Update(proxy.Status{Tiers: []proxy.Tier{
		{Vendor: "a"}, {Vendor: "b", Pool: 2}, {Vendor: "c", Pool: 2}, {Vendor: "d"}, {Vendor: "e", Pool: 4}, {Vendor: "f", Pool: 4},
	}}, time.Now())
	want := []int{1, 2, 2, 3, 4, 4}
	for i, c := range b.Cards {
		if c.Tier != want[i] {
			t.Errorf("%s: tier %d, want %d", c.Vendor, c.Tier, want[i])
		}
	}
}

func TestWhatIsOutAndHowLongOneWouldWait(t *testing.T) {
	now := time.Now()
	s := proxy.Status{
		Tiers: []proxy.Tier{{Vendor: "v", State: proxy.Ready, Quotas: []proxy.QuotaUse{{Name: "5h", Percent: 45.9}},
			Models: []proxy.ModelOut{{Model: "m", Reason: "overloaded", Until: now.Add(30 * time.Second)}}}},
		Waits: map[limiter.Key]time.Duration{{Vendor: "v", Model: "n"}: 12400 * time.Millisecond},
	}
	s.Concurrency.Gauges = []limiter.Gauge{{Key: limiter.Key{Vendor: "v", Model: "m"}}, {Key: limiter.Key{Vendor: "v", Model: "n"}, Pending: 1}}
	c := New().Update(s, now).Cards[0]
	if c.Out != "m" || c.Reason != "overloaded" || c.Quotas[0] != (Quota{"5h", 45}) {
		t.Errorf("head %+v", c.Head)
	}
	if m, n := c.Rows[0], c.Rows[1]; !m.Out || m.Left != 30*time.Second || n.Out || n.Wait != 10*time.Second {
		t.Errorf("rows %+v", c.Rows)
	}
}

func TestATierThatIsTriedAgainIsNotDown(t *testing.T) {
	s := proxy.Status{Addr: "x", Tiers: []proxy.Tier{{State: proxy.Out}, {State: proxy.Probing}}}
	if down(s) {
		t.Error("down")
	}
	if s.Tiers[1].State = proxy.Out; !down(s) {
		t.Error("not down")
	}
}
