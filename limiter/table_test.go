package limiter

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"unsafe"
)

// use takes and gives back a permit for each of the keys, in order.
func use(t *testing.T, c *Controller, keys ...Key) {
	t.Helper()
	for _, k := range keys {
		p, err := c.Acquire(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		p.Release()
	}
}

// strangers are n models that no configuration names.
func strangers(vendor string, n int) []Key {
	keys := make([]Key, n)
	for i := range keys {
		keys[i] = Key{vendor, fmt.Sprintf("stranger-%04d", i)}
	}
	return keys
}

func has(c *Controller, k Key) bool {
	for _, g := range c.Snapshot().Gauges {
		if g.Key == k {
			return true
		}
	}
	return false
}

func TestClientsCannotGrowTheTableWithoutBound(t *testing.T) {
	for _, policy := range []Policy{{}, {Default: 3}, {Total: 3}} {
		c := zhipu(policy)
		keys := strangers("zhipu", 3*KeepIdle)
		use(t, c, keys...)
		if n := len(c.Snapshot().Gauges); n != KeepIdle {
			t.Errorf("%+v: %d gauges", policy, n)
		}
		if n := len(keys); has(c, keys[n-KeepIdle-1]) || !has(c, keys[n-KeepIdle]) {
			t.Errorf("%+v: not the gauge idle longest was evicted", policy)
		}
	}
}

func TestAGaugeUsedAgainIsNotTheOneIdleLongest(t *testing.T) {
	c := New()
	keys := strangers("kimi", KeepIdle+1)
	use(t, c, keys[:KeepIdle]...)
	use(t, c, keys[0], keys[KeepIdle])
	if !has(c, keys[0]) || has(c, keys[1]) {
		t.Fatal("the order of eviction is not that of the last use")
	}
}

func TestGaugesThatHoldInformationAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited, mapped, set := Key{"zhipu", "limited"}, Key{"zhipu", "mapped"}, Key{"zhipu", "set"}
		flying, glowing := Key{"zhipu", "flying"}, Key{"zhipu", "glowing"}
		c := zhipu(Policy{Default: 1})
		use(t, c, limited, mapped, set, flying, glowing)
		c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 1, Models: map[string]int{"limited": 1}, Known: []string{"mapped"}}}})
		setLimit(t, c, set, 2)
		p := hold(t, c, flying)
		endAll(beginMany(t, c, glowing, 2))
		use(t, c, strangers("zhipu", 2*KeepIdle)...)
		for _, k := range []Key{limited, mapped, set, flying, glowing} {
			if !has(c, k) {
				t.Errorf("%s was evicted", k.Model)
			}
		}
		p.Release()
		if err := c.ResetLimit(set); err != nil {
			t.Fatal(err)
		}
		sleep(PeakWindow)
		use(t, c, strangers("zhipu", 2*KeepIdle)...)
		for _, k := range []Key{set, flying, glowing} {
			if has(c, k) {
				t.Errorf("%s holds no information any more and is kept", k.Model)
			}
		}
		if n := len(c.Snapshot().Gauges); n != KeepIdle+2 {
			t.Errorf("%d gauges", n)
		}
	})
}

func TestManyGaugesThatFallIdleAtOnceAreEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := Policy{}
		for _, k := range strangers("zhipu", KeepIdle+50) {
			known.Known = append(known.Known, k.Model)
		}
		c := zhipu(known)
		use(t, c, strangers("zhipu", KeepIdle+50)...)
		if n := len(c.Snapshot().Gauges); n != KeepIdle+50 {
			t.Fatalf("%d gauges of known models", n)
		}
		c.Configure([]VendorPolicy{{"zhipu", Policy{}}})
		if n := len(c.Snapshot().Gauges); n != KeepIdle {
			t.Fatalf("%d gauges of models not known any more", n)
		}
	})
}

func TestGaugesWhoseLimitsAreResetTogetherAreEvicted(t *testing.T) {
	c := zhipu(Policy{Default: 3})
	for _, k := range strangers("zhipu", KeepIdle+5) {
		setLimitOnly(t, c, k, 2)
	}
	if n := len(c.Snapshot().Gauges); n != KeepIdle+5 {
		t.Fatalf("%d gauges have a limit of their own", n)
	}
	if err := c.ResetLimit(Key{}); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Snapshot().Gauges); n != KeepIdle {
		t.Fatalf("%d gauges", n)
	}
}

// With an account limit a model may have waiters and nothing in flight.
func TestAGaugeWithOnlyWaitersIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		c.Configure([]VendorPolicy{{"zhipu", Policy{Total: 1}}, {"kimi", Policy{}}})
		use(t, c, air)
		calls := []*call{begin(t, c, glm), begin(t, c, air)}
		use(t, c, strangers("kimi", 2*KeepIdle)...)
		expect(t, c, air, 0, 1, 1)
		endAll(calls)
	})
}

func TestGaugesWhosePeaksLapseTogetherAreEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		var calls []*call
		for _, k := range strangers("zhipu", KeepIdle+5) {
			calls = append(calls, beginMany(t, c, k, 2)...)
		}
		endAll(calls)
		if n := len(c.Snapshot().Gauges); n != KeepIdle+5 {
			t.Fatalf("%d gauges glow", n)
		}
		sleep(PeakWindow)
		if n := len(c.Snapshot().Gauges); n != KeepIdle {
			t.Fatalf("%d gauges", n)
		}
	})
}

func TestAnEvictedModelStartsAnew(t *testing.T) {
	c := New()
	keys := strangers("kimi", KeepIdle+1)
	use(t, c, keys...)
	p, err := c.Acquire(t.Context(), keys[0]) // evicted
	if err != nil {
		t.Fatal(err)
	}
	expect(t, c, keys[0], 1, 0, 0)
	p.Release()
	expect(t, c, keys[0], 0, 0, 0)
}

// A model's name may be a part of a request's body, which the table must not keep alive.
func TestNamesAreCopied(t *testing.T) {
	body := strings.Repeat("x", 1<<20)
	k := Key{Vendor: body[:4], Model: body[4:8]}
	c := New()
	use(t, c, k)
	g := c.Snapshot().Gauges[0]
	if unsafe.StringData(g.Vendor) == unsafe.StringData(k.Vendor) || unsafe.StringData(g.Model) == unsafe.StringData(k.Model) {
		t.Fatal("the table holds on to the caller's string")
	}
}
