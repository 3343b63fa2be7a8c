package viewmodel

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterglow/limiter"
	"afterglow/proxy"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func limited(vendor, model string, inFlight, pending, peak int) limiter.Gauge {
	return limiter.Gauge{
		Key: limiter.Key{Vendor: vendor, Model: model}, Mode: limiter.Limited,
		Limit: 3, Ceiling: 3, Configured: 2, Max: 20, InFlight: inFlight, Pending: pending, PeakPending: peak,
	}
}

func counted(vendor, model string, inFlight int) limiter.Gauge {
	return limiter.Gauge{Key: limiter.Key{Vendor: vendor, Model: model}, InFlight: inFlight}
}

func ready(vendors ...string) []proxy.Tier {
	var tiers []proxy.Tier
	for _, v := range vendors {
		tiers = append(tiers, proxy.Tier{Vendor: v, Title: "The " + v, State: proxy.Ready})
	}
	return tiers
}

func TestCardsStandInChainOrderAndRowsByName(t *testing.T) {
	b := New().Update(proxy.Status{
		Addr:  "127.0.0.1:3392",
		Tiers: ready("zhipu", "kimi"),
		Concurrency: limiter.Snapshot{
			Gauges: []limiter.Gauge{
				counted("kimi", "kimi-k2", 1),
				limited("zhipu", "glm-5", 3, 2, 4),
				limited("zhipu", "glm-4", 0, 0, 1),
			},
			Accounts: []limiter.Account{{Vendor: "zhipu", Limit: 5, Ceiling: 5, Configured: 6, Max: 20, InFlight: 3, Pending: 2}},
		},
	}, start)

	want := []Card{
		{
			Head:    Head{Vendor: "zhipu", Title: "The zhipu", Tier: 1, State: proxy.Ready},
			Account: Row{Vendor: "zhipu", Model: "*", Limited: true, InFlight: 3, Limit: 5, Ceiling: 5, Max: 20, Configured: 6, Pending: 2},
			Rows: []Row{
				{Vendor: "zhipu", Model: "glm-4", Limited: true, Limit: 3, Ceiling: 3, Max: 20, Configured: 2, Peak: 1},
				{Vendor: "zhipu", Model: "glm-5", Limited: true, InFlight: 3, Limit: 3, Ceiling: 3, Max: 20, Configured: 2, Pending: 2, Peak: 4},
			},
		},
		{
			Head: Head{Vendor: "kimi", Title: "The kimi", Tier: 2, State: proxy.Ready},
			Rows: []Row{{Vendor: "kimi", Model: "kimi-k2", InFlight: 1}},
		},
	}
	want[0].History[Buckets-1] = Point{InFlight: 3, Pending: 2}
	want[1].History[Buckets-1] = Point{InFlight: 1}
	if diff := cmp.Diff(want, b.Cards); diff != "" {
		t.Errorf("cards (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Totals{InFlight: 4, Pending: 2, Peak: 4}, b.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Row{want[0].Rows[1], want[1].Rows[0]}, b.Busy); diff != "" {
		t.Errorf("busy (-want +got):\n%s", diff)
	}
}

func TestVendorThatLeftTheChainKeepsACardWhileItsCallsRun(t *testing.T) {
	m := New()
	b := m.Update(proxy.Status{
		Tiers:       ready("kimi"),
		Concurrency: limiter.Snapshot{Gauges: []limiter.Gauge{counted("old", "m", 2)}},
	}, start)
	if len(b.Cards) != 2 || b.Cards[1].Vendor != "old" || b.Cards[1].Tier != 0 || b.Totals.InFlight != 2 {
		t.Errorf("board = %+v, want a second card for old and its calls in the totals", b)
	}
	b = m.Update(proxy.Status{Tiers: ready("kimi")}, start)
	if len(b.Cards) != 1 || len(m.past) != 1 {
		t.Errorf("%d cards and %d histories are left, want 1 and 1", len(b.Cards), len(m.past))
	}
}

func TestDown(t *testing.T) {
	noKey := []proxy.Tier{{Vendor: "zhipu", State: proxy.NoKey}, {Vendor: "kimi", State: proxy.Out}}
	for name, c := range map[string]struct {
		status proxy.Status
		want   bool
	}{
		"starting":                 {proxy.Status{}, false},
		"port taken":               {proxy.Status{Problem: "port 3392 is in use", Tiers: ready("kimi")}, true},
		"configuration rejected":   {proxy.Status{Addr: "a:1", Problem: "config.toml:3: …", Tiers: ready("kimi")}, false},
		"every tier is out":        {proxy.Status{Addr: "a:1", Tiers: noKey}, true},
		"one tier is ready":        {proxy.Status{Addr: "a:1", Tiers: append(ready("lab"), noKey...)}, false},
		"no tier":                  {proxy.Status{Addr: "a:1"}, true},
		"the only key is rejected": {proxy.Status{Addr: "a:1", Tiers: []proxy.Tier{{Vendor: "kimi", State: proxy.Rejected}}}, true},
	} {
		if got := New().Update(c.status, start).Down; got != c.want {
			t.Errorf("%s: down = %t, want %t", name, got, c.want)
		}
	}
}

func TestRow(t *testing.T) {
	full := Row{Vendor: "zhipu", Model: "glm-5.1", Limited: true, InFlight: 3, Limit: 3, Ceiling: 3, Configured: 3, Pending: 2, Peak: 4}
	drained := Row{Vendor: "zhipu", Model: "glm-5.1", Limited: true, Limit: 2, Ceiling: 2, Configured: 3, Peak: 4}
	plain := Row{Vendor: "kimi", Model: "k2", InFlight: 2}
	for _, c := range []struct {
		row       Row
		line      string
		afterglow int
		changed   bool
		busy      bool
	}{
		{full, "zhipu glm-5.1  3/3  +2", 0, false, true},
		{drained, "zhipu glm-5.1  0/2", 4, true, false},
		{plain, "kimi k2  2", 0, false, true},
	} {
		if got := c.row.Line(); got != c.line {
			t.Errorf("line = %q, want %q", got, c.line)
		}
		if c.row.Afterglow() != c.afterglow || c.row.Changed() != c.changed || c.row.Busy() != c.busy {
			t.Errorf("%s: afterglow %d, changed %t, busy %t", c.line, c.row.Afterglow(), c.row.Changed(), c.row.Busy())
		}
	}
}

func TestLeadIsTheLongestQueueThenTheMostCalls(t *testing.T) {
	b := Board{Busy: []Row{{Model: "calls", InFlight: 9}, {Model: "queue", InFlight: 3, Pending: 1}, {Model: "less", InFlight: 2, Pending: 1}}}
	if got := b.Lead().Model; got != "queue" {
		t.Errorf("lead = %q, want queue", got)
	}
	b.Busy = []Row{{Model: "one", InFlight: 1}, {Model: "two", InFlight: 2}}
	if got := b.Lead().Model; got != "two" {
		t.Errorf("lead = %q, want two", got)
	}
	if got := (Board{}).Lead(); got != (Row{}) {
		t.Errorf("lead of nothing = %+v", got)
	}
}

func TestBoardTellsThatBodiesAreKept(t *testing.T) {
	if b := New().Update(proxy.Status{Capture: true}, start); !b.Capture {
		t.Error("it does not")
	}
}

func TestQuietUntilTheFirstModel(t *testing.T) {
	m := New()
	s := proxy.Status{Tiers: ready("kimi")}
	if !m.Update(s, start).Quiet() {
		t.Error("a board without models is not quiet")
	}
	s.Concurrency.Gauges = []limiter.Gauge{counted("kimi", "k2", 0)}
	if m.Update(s, start).Quiet() {
		t.Error("a board with a model is quiet")
	}
}
