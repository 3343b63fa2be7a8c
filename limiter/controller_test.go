package limiter

import (
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
)

func setLimit(t *testing.T, c *Controller, k Key, limit int) {
	t.Helper()
	if err := c.SetLimit(k, limit); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func TestALimitOfTwoAdmitsExactlyTwoOfThree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 2})
		calls := beginMany(t, c, glm, 3)
		if got := grantedOf(calls); !slices.Equal(got, []int{0, 1}) {
			t.Fatalf("granted %v", got)
		}
		endAll(calls)
	})
}

func TestModelsAreLimitedIndependently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1, Models: map[string]int{"glm-5.1": 2}})
		calls := append(beginMany(t, c, glm, 3), beginMany(t, c, air, 2)...)
		expect(t, c, glm, 2, 1, 1)
		expect(t, c, air, 1, 1, 1)
		endAll(calls)
	})
}

func TestARaiseAdmitsWaitersAtOnceInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		holder := hold(t, c, glm)
		calls := beginMany(t, c, glm, 3)
		setLimit(t, c, glm, 3)
		if got := grantedOf(calls); !slices.Equal(got, []int{0, 1}) {
			t.Fatalf("granted %v", got)
		}
		expect(t, c, glm, 3, 1, 3)
		holder.Release()
		endAll(calls)
	})
}

func TestACutEvictsNobodyAndAdmitsNobodyUntilThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		running := beginMany(t, c, glm, 3)
		setLimit(t, c, glm, 1)
		next := begin(t, c, glm)
		for _, w := range running {
			if next.granted() {
				t.Fatal("admitted while as many were in flight as the new limit")
			}
			if !w.granted() {
				t.Fatal("a holder was evicted")
			}
			w.end()
		}
		if !next.granted() {
			t.Fatal("not admitted when nothing was in flight")
		}
		next.end()
	})
}

func TestSetLimitRefusesWhatIsOutOfRange(t *testing.T) {
	c := New()
	c.Configure([]VendorPolicy{
		{Vendor: "zhipu", Policy: Policy{Default: 3, Models: map[string]int{"glm-big": 50}, Total: 30}},
		{Vendor: "lab", Policy: Policy{Default: 3, Max: 5}},
	})
	for _, tt := range []struct {
		key     Key
		highest int
	}{
		{glm, DefaultMax},
		{Key{"zhipu", "glm-big"}, 50}, // a configured limit is always in range
		{Key{"zhipu", AccountModel}, 30},
		{Key{"lab", "lab-large"}, 5},
	} {
		for _, limit := range []int{math.MinInt, -1, 0, tt.highest + 1, 1e9} {
			if err := c.SetLimit(tt.key, limit); !errors.Is(err, ErrLimitRange) {
				t.Errorf("%v to %d: %v", tt.key, limit, err)
			}
		}
		for _, limit := range []int{1, tt.highest} {
			if err := c.SetLimit(tt.key, limit); err != nil {
				t.Errorf("%v to %d: %v", tt.key, limit, err)
			}
		}
	}
}

func TestSetLimitKnowsOnlyConfiguredVendors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		p := hold(t, c, kimi)
		defer p.Release()
		for _, k := range []Key{kimi, {"nobody", "m"}, {"zhipu", ""}, {}} {
			if err := c.SetLimit(k, 3); !errors.Is(err, ErrUnknown) {
				t.Errorf("%v: %v", k, err)
			}
		}
		if err := c.ResetLimit(kimi); !errors.Is(err, ErrUnknown) {
			t.Errorf("reset: %v", err)
		}
	})
}

func TestSetLimitMakesTheGaugeOfAModelNotUsedYet(t *testing.T) {
	c := zhipu(Policy{Default: 3})
	if err := c.SetLimit(glm, 5); err != nil {
		t.Fatal(err)
	}
	want := Gauge{Key: glm, Mode: Limited, Limit: 5, Ceiling: 5, Configured: 3, Max: DefaultMax}
	if g := gaugeOf(t, c, glm); g != want {
		t.Fatalf("%+v, want %+v", g, want)
	}
}

func TestResetLimitPutsTheConfiguredLimitBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := Policy{Default: 3, Total: 6}
		lab := Key{"lab", "lab-large"}
		everything := []Key{glm, air, {"zhipu", AccountModel}, lab}
		for _, tt := range []struct {
			reset   Key
			changed []Key // what is left of the limits set
		}{
			{glm, []Key{air, {"zhipu", AccountModel}, lab}},
			{Key{"zhipu", AccountModel}, []Key{glm, air, lab}},
			{Key{Vendor: "zhipu"}, []Key{lab}},
			{Key{}, nil},
			{Key{"zhipu", "never-used"}, everything},
		} {
			c := New()
			c.Configure([]VendorPolicy{{"zhipu", policy}, {"lab", policy}})
			for _, k := range everything {
				setLimit(t, c, k, 1)
			}
			if err := c.ResetLimit(tt.reset); err != nil {
				t.Fatal(err)
			}
			var changed []Key
			s := c.Snapshot()
			for _, k := range everything {
				for _, g := range s.Gauges {
					if g.Key == k && g.Limit != g.Configured {
						changed = append(changed, k)
					}
				}
				for _, a := range s.Accounts {
					if k == (Key{a.Vendor, AccountModel}) && a.Limit != a.Configured {
						changed = append(changed, k)
					}
				}
			}
			if !slices.Equal(changed, tt.changed) {
				t.Errorf("after reset of %v still changed: %v, want %v", tt.reset, changed, tt.changed)
			}
		}
	})
}

func TestResetLimitAdmitsWhatTheConfiguredLimitAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		setLimit(t, c, glm, 1)
		calls := beginMany(t, c, glm, 4)
		if err := c.ResetLimit(glm); err != nil {
			t.Fatal(err)
		}
		expect(t, c, glm, 3, 1, 3)
		endAll(calls)
	})
}
