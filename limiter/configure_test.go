package limiter

import (
	"slices"
	"testing"
	"testing/synctest"
)

func TestANewPolicyAdmitsWhatItAllowsAndEvictsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 2})
		calls := beginMany(t, c, glm, 5)
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 3}}})
		expect(t, c, glm, 3, 2, 3)
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 1}}})
		expect(t, c, glm, 3, 2, 3)
		calls[0].end()
		calls[1].end()
		expect(t, c, glm, 1, 2, 3)
		calls[2].end()
		if got := grantedOf(calls[3:]); !slices.Equal(got, []int{0}) {
			t.Fatalf("granted %v of the queue", got)
		}
		endAll(calls)
	})
}

// The calls that were in flight before a vendor had a limit count against it.
func TestALimitCountsTheCallsFromBeforeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		running := beginMany(t, c, glm, 2)
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 2, Total: 2}}})
		waiting := []*call{begin(t, c, glm), begin(t, c, air)}
		if got := grantedOf(waiting); len(got) != 0 {
			t.Fatalf("granted %v", got)
		}
		running[0].end()
		if got := grantedOf(waiting); !slices.Equal(got, []int{1}) { // its model was never full
			t.Fatalf("granted %v", got)
		}
		endAll(append(running, waiting...))
	})
}

func TestALimitSetAtRunTimeSurvivesANewPolicyThatAllowsIt(t *testing.T) {
	account := Key{"zhipu", AccountModel}
	for _, tt := range []struct {
		name           string
		next           []VendorPolicy
		limit, account int // after the first policy is back as well; 0 = the configured one
	}{
		{"other limits", []VendorPolicy{{"zhipu", Policy{Default: 4, Total: 9, Max: 10}}}, 7, 8},
		{"a lower highest limit", []VendorPolicy{{"zhipu", Policy{Default: 2, Total: 2, Max: 6}}}, 3, 5},
		{"no account limit", []VendorPolicy{{"zhipu", Policy{Default: 2}}}, 7, 5},
		{"no limit at all", []VendorPolicy{{"zhipu", Policy{}}}, 3, 5},
		{"vendor gone", nil, 3, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := []VendorPolicy{{"zhipu", Policy{Default: 3, Total: 5, Known: []string{"glm-5.1"}}}}
			c := New()
			c.Configure(policy)
			setLimitOnly(t, c, glm, 7)
			setLimitOnly(t, c, account, 8)
			c.Configure(tt.next)
			c.Configure(policy)
			limit := 3
			for _, g := range c.Snapshot().Gauges {
				limit = g.Limit
			}
			if got := accountOf(t, c, "zhipu").Limit; limit != tt.limit || got != tt.account {
				t.Errorf("limits %d and %d, want %d and %d", limit, got, tt.limit, tt.account)
			}
		})
	}
}

func setLimitOnly(t *testing.T, c *Controller, k Key, limit int) {
	t.Helper()
	if err := c.SetLimit(k, limit); err != nil {
		t.Fatal(err)
	}
}

func TestAVendorBackOnTheListKeepsItsGauges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		p := hold(t, c, glm)
		c.Configure(nil)
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 1}}})
		w := begin(t, c, glm)
		expect(t, c, glm, 1, 1, 1)
		p.Release()
		w.end()
		expect(t, c, glm, 0, 0, 1)
		sleep(PeakWindow)
		expect(t, c, glm, 0, 0, 0)
	})
}

func TestTheLastPolicyOfAVendorNamedTwiceCounts(t *testing.T) {
	c := New()
	c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 1}}, {"kimi", Policy{Total: 5}}, {"zhipu", Policy{Total: 2}}})
	want := []Account{
		{Vendor: "zhipu", Limit: 2, Ceiling: 2, Configured: 2, Max: DefaultMax},
		{Vendor: "kimi", Limit: 5, Ceiling: 5, Configured: 5, Max: DefaultMax},
	}
	if got := c.Snapshot().Accounts; !slices.Equal(got, want) {
		t.Fatalf("%+v, want %+v", got, want)
	}
}

func TestAPolicyIsCopied(t *testing.T) {
	models, known := map[string]int{"glm-5.1": 2}, []string{"glm-5-air"}
	c := zhipu(Policy{Models: models, Known: known})
	models["glm-5.1"], known[0] = 9, "other"
	use(t, c, glm, air)
	if g := gaugeOf(t, c, glm); g.Limit != 2 || g.Configured != 2 {
		t.Fatalf("%+v", g)
	}
	use(t, c, strangers("zhipu", KeepIdle)...)
	if !has(c, air) {
		t.Fatal("a known model's gauge was evicted")
	}
}

func TestNumbersBelowZeroMeanTheSameAsZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: -1, Total: -1, Models: map[string]int{"glm-5.1": -1}})
		calls := beginMany(t, c, glm, 3)
		expect(t, c, glm, 3, 0, 0)
		if g := gaugeOf(t, c, glm); g.Mode != Monitor || len(c.Snapshot().Accounts) != 0 {
			t.Fatalf("%+v", g)
		}
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 3, Max: -1, MaxPending: -1, MaxWait: -1}}})
		waiting := begin(t, c, glm)
		if g := gaugeOf(t, c, glm); g.Max != DefaultMax || g.Pending != 1 {
			t.Fatalf("%+v", g)
		}
		endAll(append(calls, waiting))
	})
}
