package limiter

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestASnapshotIsInTheOrderOfTheConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		c.Configure([]VendorPolicy{{"zhipu", Policy{Total: 9}}, {"alibaba", Policy{Total: 9}}, {"unused", Policy{Total: 9}}})
		names := []Key{{"somebody", "m"}, {"anybody", "m"}, {"alibaba", "qwen"}, air, {"zhipu", "glm-4"}, glm}
		for _, k := range names {
			defer hold(t, c, k).Release()
		}
		s := c.Snapshot()
		var order []Key
		for _, g := range s.Gauges {
			order = append(order, g.Key)
		}
		want := []Key{{"zhipu", "glm-4"}, air, glm, {"alibaba", "qwen"}, {"anybody", "m"}, {"somebody", "m"}}
		if !slices.Equal(order, want) {
			t.Fatalf("%v, want %v", order, want)
		}
		var accounts []string
		for _, a := range s.Accounts {
			accounts = append(accounts, a.Vendor)
		}
		if !slices.Equal(accounts, []string{"zhipu", "alibaba", "unused"}) {
			t.Fatalf("accounts %v", accounts)
		}
		if inFlight, pending := s.Totals(); inFlight != len(names) || pending != 0 {
			t.Fatalf("totals %d and %d", inFlight, pending)
		}
	})
}

func TestTotalsAddUpAllGauges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 2})
		calls := append(beginMany(t, c, glm, 3), beginMany(t, c, kimi, 4)...)
		calls = append(calls, beginMany(t, c, air, 5)...)
		if inFlight, pending := c.Snapshot().Totals(); inFlight != 8 || pending != 4 {
			t.Fatalf("totals %d and %d", inFlight, pending)
		}
		endAll(calls)
	})
}

func TestASnapshotIsACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		p := hold(t, c, glm)
		s := c.Snapshot()
		p.Release()
		if s.Gauges[0].InFlight != 1 {
			t.Fatal("an old snapshot has changed")
		}
		s.Gauges[0].InFlight = 99
		expect(t, c, glm, 0, 0, 0)
	})
}

func TestSnapshotsTakenDuringGrantsAreConsistent(t *testing.T) {
	c := zhipu(Policy{Default: 3, Total: 4, Max: 3})
	var callers, readers sync.WaitGroup
	var finished atomic.Bool
	for i := range 12 {
		k := []Key{glm, air}[i%2]
		callers.Go(func() {
			for range 300 {
				p, err := c.Acquire(t.Context(), k)
				if err != nil {
					t.Error(err)
				}
				p.Release()
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for !finished.Load() {
				checkConsistent(t, c.Snapshot())
			}
		})
	}
	callers.Wait()
	finished.Store(true)
	readers.Wait()
}

// checkConsistent checks what holds in every snapshot while no limit is cut.
func checkConsistent(t *testing.T, s Snapshot) {
	t.Helper()
	inFlight, pending := s.Totals()
	for _, g := range s.Gauges {
		if g.InFlight < 0 || g.InFlight > g.Limit || g.Pending < 0 || g.PeakPending < g.Pending {
			t.Errorf("%+v", g)
		}
	}
	a := s.Accounts[0]
	if a.InFlight > a.Limit || a.InFlight != inFlight || a.Pending != pending {
		t.Errorf("%+v, gauges add up to %d and %d", a, inFlight, pending)
	}
	for _, g := range s.Gauges {
		if g.Pending > 0 && g.InFlight < g.Limit && a.InFlight < a.Limit {
			t.Errorf("a slot is idle while a call waits: %+v, %+v", g, a)
		}
	}
}
