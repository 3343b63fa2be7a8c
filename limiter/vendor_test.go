package limiter

import (
	"slices"
	"testing"
	"testing/synctest"
)

func accountOf(t *testing.T, c *Controller, vendor string) Account {
	t.Helper()
	for _, a := range c.Snapshot().Accounts {
		if a.Vendor == vendor {
			return a
		}
	}
	t.Fatalf("no account for %s", vendor)
	return Account{}
}

func TestACallNeedsASlotOfItsModelAndOneOfTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 2, Total: 3})
		first := beginMany(t, c, glm, 3)
		second := beginMany(t, c, air, 2)
		expect(t, c, glm, 2, 1, 1) // held up by the model
		expect(t, c, air, 1, 1, 1) // held up by the account
		want := Account{Vendor: "zhipu", Limit: 3, Ceiling: 3, Configured: 3, Max: DefaultMax, InFlight: 3, Pending: 2}
		if a := accountOf(t, c, "zhipu"); a != want {
			t.Fatalf("%+v, want %+v", a, want)
		}
		endAll(append(first, second...))
		if a := accountOf(t, c, "zhipu"); a.InFlight != 0 || a.Pending != 0 {
			t.Fatalf("%+v", a)
		}
	})
}

func TestModelsTakeTurnsForTheAccountsSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 5, Total: 1})
		holder := begin(t, c, glm)
		busy := beginMany(t, c, glm, 4) // long before the other models have a call
		late := []*call{begin(t, c, air), begin(t, c, Key{"zhipu", "glm-5v"})}
		late = append(late, begin(t, c, air))
		waiting := append(slices.Clone(busy), late...)
		var order []string
		for next := holder; ; {
			next.end()
			i := slices.IndexFunc(waiting, (*call).granted)
			if i < 0 {
				break
			}
			next = waiting[i]
			order = append(order, next.key.Model)
			waiting = slices.Delete(waiting, i, i+1)
		}
		want := []string{"glm-5.1", "glm-5-air", "glm-5v", "glm-5.1", "glm-5-air", "glm-5.1", "glm-5.1"}
		if !slices.Equal(order, want) {
			t.Fatalf("served %v, want %v", order, want)
		}
	})
}

// A model at its own limit must not keep an account slot that another model can use.
func TestNoAccountSlotIsHeldForAModelThatIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Models: map[string]int{"glm-5.1": 1, "glm-5-air": 5}, Total: 2})
		calls := beginMany(t, c, glm, 3)
		other := beginMany(t, c, air, 3)
		if !other[0].granted() {
			t.Fatal("a free account slot was held for a model at its limit")
		}
		other[0].end()
		if !other[1].granted() {
			t.Fatal("a freed account slot was held for a model at its limit")
		}
		calls[0].end() // the other model has stood in line for the account longer
		if !other[2].granted() || calls[1].granted() {
			t.Fatal("the freed account slot went to the wrong model")
		}
		other[1].end()
		if !calls[1].granted() {
			t.Fatal("both slots were free and not used")
		}
		endAll(append(calls, other...))
	})
}

func TestAModelWithoutALimitFollowsTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Total: 4, Max: 3})
		hold(t, c, glm).Release()
		row := func(limit int) Gauge {
			return Gauge{Key: glm, Mode: Limited, Limit: limit, Ceiling: limit, Configured: 4, Max: 4}
		}
		if g := gaugeOf(t, c, glm); g != row(4) {
			t.Fatalf("%+v", g)
		}
		setLimit(t, c, Key{"zhipu", AccountModel}, 2)
		if g := gaugeOf(t, c, glm); g != row(2) {
			t.Fatalf("after the account's cut: %+v", g)
		}
		setLimit(t, c, glm, 1) // now it has one of its own
		calls := append(beginMany(t, c, glm, 2), beginMany(t, c, air, 2)...)
		if got := grantedOf(calls); !slices.Equal(got, []int{0, 2}) {
			t.Fatalf("granted %v", got)
		}
		setLimit(t, c, Key{"zhipu", AccountModel}, 3)
		if g := gaugeOf(t, c, glm); g.Limit != 1 {
			t.Fatalf("after the account's raise: %+v", g)
		}
		endAll(calls)
	})
}

func TestARaiseOfTheAccountServesTheModelsInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 5, Total: 1})
		holder := hold(t, c, glm)
		calls := append(beginMany(t, c, glm, 3), beginMany(t, c, air, 3)...)
		setLimit(t, c, Key{"zhipu", AccountModel}, 4)
		if got := grantedOf(calls); !slices.Equal(got, []int{0, 1, 3}) {
			t.Fatalf("granted %v", got)
		}
		setLimit(t, c, Key{"zhipu", AccountModel}, 1)
		holder.Release()
		calls[0].end()
		calls[1].end()
		if got := grantedOf(calls[4:]); len(got) != 0 || calls[2].granted() {
			t.Fatal("admitted while as many were in flight as the account's new limit")
		}
		calls[3].end()
		if !calls[4].granted() && !calls[2].granted() {
			t.Fatal("nobody admitted below the account's new limit")
		}
		endAll(calls)
	})
}

func TestVendorsDoNotShareAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		c.Configure([]VendorPolicy{{"zhipu", Policy{Total: 1}}, {"kimi", Policy{Total: 1}}})
		calls := []*call{begin(t, c, glm), begin(t, c, glm), begin(t, c, kimi)}
		if got := grantedOf(calls); !slices.Equal(got, []int{0, 2}) {
			t.Fatalf("granted %v", got)
		}
		endAll(calls)
	})
}
