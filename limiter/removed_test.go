package limiter

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// atMost releases the calls one after the other and checks that never more than limit are in flight. Answered says that
// the vendor accepts each first.
func atMost(t *testing.T, c *Controller, k Key, limit int, calls []*call, answered bool) {
	t.Helper()
	for range calls {
		if g := gaugeOf(t, c, k); g.InFlight > limit {
			t.Fatalf("%d in flight of a limit of %d", g.InFlight, limit)
		}
		i := slices.IndexFunc(calls, func(w *call) bool { return w != nil && w.granted() })
		if i < 0 {
			t.Fatal("calls wait, and none is in flight")
		}
		if answered {
			calls[i].permit.Accepted()
		}
		calls[i].end()
		calls[i] = nil
	}
}

func TestTheQueueOfAVendorThatLeavesTheListIsServedAtTheOldLimit(t *testing.T) {
	for name, p := range map[string]Policy{
		"a model's":         {Default: 3, Known: []string{"glm-5-air"}},
		"the account's":     {Total: 3},
		"both":              {Default: 4, Total: 3},
		"set while running": {Default: 9, Total: 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := zhipu(p)
				hold(t, c, air).Release()
				if p.Default == 9 {
					setLimit(t, c, glm, 3)
				}
				calls := beginMany(t, c, glm, 23)
				c.Configure(nil)
				expect(t, c, glm, 3, 20, 20)
				if g := gaugeOf(t, c, glm); g.Mode != Limited || !g.Ending() || g.Max != 0 {
					t.Fatalf("%+v", g)
				}
				if err := c.SetLimit(glm, 9); !errors.Is(err, ErrUnknown) {
					t.Fatal(err)
				}
				atMost(t, c, glm, 3, calls, true)
				sleep(PeakWindow)
				if s := c.Snapshot(); len(s.Gauges) != 0 || len(s.Accounts) != 0 {
					t.Fatalf("%+v", s)
				}
			})
		})
	}
}

// A call that began before its vendor left the list may come to it long after.
func TestALateCallToAVendorThatLeftTheListObeysItsOldLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 9})
		setLimit(t, c, glm, 2)
		hold(t, c, glm).Release()
		c.Configure(nil)
		c.Configure([]VendorPolicy{{"kimi", Policy{}}})
		calls := beginMany(t, c, glm, 10)
		expect(t, c, glm, 2, 8, 8)
		atMost(t, c, glm, 2, calls, true)
	})
}

func TestThePoliciesOfVendorsThatLeftTheListAreBounded(t *testing.T) {
	c := New()
	for i := range 3 * keepRetired {
		c.Configure([]VendorPolicy{{fmt.Sprint("vendor-", i), Policy{Default: 1}}})
		use(t, c, Key{fmt.Sprint("vendor-", i), "m"})
	}
	c.Configure(nil)
	if n := len(c.vendors); n != keepRetired || c.retired.len != keepRetired || len(c.gauges) != 0 {
		t.Fatalf("%d vendors, %d retired, %d gauges", n, c.retired.len, len(c.gauges))
	}
	c = New()
	use(t, c, strangers("zhipu", 10)...)
	c.Configure(nil)
	if n := len(c.vendors); n != 0 {
		t.Fatalf("%d vendors that never had a limit", n)
	}
}

func TestALimitThatIsTakenAwayOpensAtThePaceOfTheAnswers(t *testing.T) {
	for name, p := range map[string]Policy{"a model's": {Default: 3}, "the account's": {Total: 3}, "both": {Default: 3, Total: 20}, "an adaptive one": {Default: 3, Adaptive: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := zhipu(p)
				calls := beginMany(t, c, glm, 23)
				limit := gaugeOf(t, c, glm).InFlight
				c.Configure([]VendorPolicy{{"zhipu", Policy{}}})
				expect(t, c, glm, limit, 23-limit, 23-limit)
				if g := gaugeOf(t, c, glm); !g.Ending() || g.Limit != limit {
					t.Fatalf("%+v", g)
				}
				if err := c.SetLimit(glm, 9); !errors.Is(err, ErrMonitorOnly) {
					t.Fatal(err)
				}
				late := beginMany(t, c, glm, 12) // they come after those that waited, and may not overtake
				atMost(t, c, glm, limit, calls[:23-limit], true)
				all, most := append(calls[23-limit:], late...), limit
				for g := gaugeOf(t, c, glm); g.Pending > 0; g = gaugeOf(t, c, glm) {
					i := slices.IndexFunc(all, func(w *call) bool { return w != nil && w.granted() })
					all[i].permit.Accepted()
					all[i].end()
					all[i] = nil
					if most++; gaugeOf(t, c, glm).InFlight > most {
						t.Fatalf("%+v, at most %d", gaugeOf(t, c, glm), most)
					}
				}
				if g := gaugeOf(t, c, glm); g.Mode != Monitor || most == limit {
					t.Fatalf("nobody waits, and still %+v", g)
				}
				more := beginMany(t, c, glm, 30)
				if got := len(grantedOf(more)); got != 30 {
					t.Fatalf("granted %d of 30 without a limit", got)
				}
				endAll(more)
				endAll(slices.DeleteFunc(all, func(w *call) bool { return w == nil }))
			})
		})
	}
}

// What a vendor refuses is no answer: it does not open the limit.
func TestALimitThatIsTakenAwayDoesNotOpenByFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 2})
		calls := beginMany(t, c, glm, 4)
		c.Configure([]VendorPolicy{{"zhipu", Policy{}}})
		calls = append(calls, beginMany(t, c, glm, 20)...)
		atMost(t, c, glm, 2, calls, false)
	})
}

func TestARenamedVendorKeepsItsQueueItsCountsAndItsLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 9, Total: 20, MaxWait: time.Minute})
		setLimit(t, c, glm, 3)
		calls := beginMany(t, c, glm, 6)
		c.Rename("zhipu", "work")
		c.Configure([]VendorPolicy{{"work", Policy{Default: 9, Total: 20, MaxWait: time.Minute}}})
		renamed := Key{"work", glm.Model}
		want := []Gauge{{Key: renamed, Mode: Limited, Limit: 3, Ceiling: 3, Configured: 9, Max: 20, InFlight: 3, Pending: 3, PeakPending: 3}}
		if got := c.Snapshot().Gauges; !slices.Equal(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
		late := append(beginMany(t, c, glm, 2), beginMany(t, c, renamed, 2)...) // by both names
		expect(t, c, renamed, 3, 7, 7)
		if l := c.Load(glm); l.Pending != 7 || l.Limit != 3 {
			t.Fatalf("%+v", l)
		}
		sleep(time.Minute)
		if err := late[0].err; !errors.Is(err, ErrWaitExpired) {
			t.Fatal(err)
		}
		endAll(append(calls, late...))
		c.Rename("work", "zhipu")
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 1}}})
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 1}}})
		held := beginMany(t, c, renamed, 1) // an older name is good as well
		expect(t, c, glm, 1, 0, 7)
		endAll(held)
		for i := range 3 * keepRetired {
			c.Rename([]string{"zhipu", fmt.Sprint("name-", i-1)}[min(i, 1)], fmt.Sprint("name-", i))
		}
		if len(c.aliases) != keepRetired || len(c.aliased) != keepRetired || len(c.vendors) != 1 {
			t.Fatalf("%d aliases, %d vendors", len(c.aliases), len(c.vendors))
		}
	})
}

// A name that was given away and comes back with another vendor is that one's.
func TestAnOldNameBelongsToTheVendorThatHasItNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		calls := beginMany(t, c, glm, 2)
		c.Rename("zhipu", "kimi")
		c.Configure([]VendorPolicy{{"kimi", Policy{Default: 1}}, {"zhipu", Policy{Default: 4}}})
		calls = append(calls, beginMany(t, c, glm, 4)...)
		expect(t, c, glm, 4, 0, 0)
		expect(t, c, Key{"kimi", glm.Model}, 1, 1, 1)
		c.Rename("kimi", "zhipu") // is taken
		expect(t, c, Key{"kimi", glm.Model}, 1, 1, 1)
		endAll(calls)
	})
}

func TestACallKeepsItsArrivalInEveryQueue(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		fair       bool
	}{
		{"first in, first out", "1 2 3 4 5", false},
		{"in turns", "1 3 4 2 5", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := zhipu(Policy{Default: 1, Fair: tt.fair, MaxPending: 3})
				holder := hold(t, c, glm)
				var calls []*call
				for i, n := range []int{2, 4, 5, 1, 3} { // 1 and 3 come back from another queue
					who := Caller{Session: string("aabca"[n-1]), Call: n, Arrival: uint64(n)}
					if i > 2 {
						who.Waited = time.Second
					}
					calls = append(calls, beginFor(t, c, glm, who))
				}
				if got := placesOf(c, glm); got != tt.want {
					t.Fatalf("%s, want %s", got, tt.want)
				}
				holder.Release()
				endAll(calls)
			})
		})
	}
}

// A vendor that comes back to the list lets nobody in beyond what the user had set.
func TestALimitThatWasSetIsInForceWithThePolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		calls := beginMany(t, c, glm, 9)
		c.Configure(nil)
		set := map[string]int{glm.Model: 4, AccountModel: 5, "other": 99, "": 1}
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 8, Total: 9, Set: set}}})
		expect(t, c, glm, 4, 5, 6)
		if a := accountOf(t, c, "zhipu"); a.Limit != 5 || len(c.gauges) != 1 {
			t.Fatalf("%+v, %d gauges", a, len(c.gauges))
		}
		endAll(calls)
	})
}

// The wait of a call that leaves a queue and comes back is one wait.
func TestTheLongestWaitCountsWhatWasWaitedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1, MaxWait: time.Minute})
		holder := hold(t, c, glm)
		w := beginFor(t, c, glm, Caller{Waited: 40 * time.Second})
		sleep(20 * time.Second)
		if !errors.Is(w.err, ErrWaitExpired) {
			t.Fatal(w.err)
		}
		if _, err := c.AcquireFor(t.Context(), glm, Caller{Waited: time.Minute}); !errors.Is(err, ErrWaitExpired) {
			t.Fatal(err)
		}
		expect(t, c, glm, 1, 0, 1)
		holder.Release()
	})
}
