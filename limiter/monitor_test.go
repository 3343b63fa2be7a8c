package limiter

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

func TestAHundredMonitoredCallsNeverWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		calls := beginMany(t, c, kimi, 100)
		if n := len(grantedOf(calls)); n != 100 {
			t.Fatalf("%d granted", n)
		}
		want := Gauge{Key: kimi, Mode: Monitor, InFlight: 100}
		if g := gaugeOf(t, c, kimi); g != want {
			t.Fatalf("%+v, want %+v", g, want)
		}
		endAll(calls)
		expect(t, c, kimi, 0, 0, 0)
	})
}

func TestSequentialMonitoredCallsCountOneEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		for range 10 {
			p := hold(t, c, kimi)
			expect(t, c, kimi, 1, 0, 0)
			p.Release()
			expect(t, c, kimi, 0, 0, 0)
		}
	})
}

func TestAMonitoredVendorHasNoLimitToSet(t *testing.T) {
	c := New()
	c.Configure([]VendorPolicy{{Vendor: "kimi"}, {Vendor: "zhipu", Policy: Policy{Models: map[string]int{"glm-5.1": 2}}}})
	for _, k := range []Key{kimi, {"kimi", AccountModel}, {"zhipu", AccountModel}, air} {
		err := c.SetLimit(k, 3)
		if !errors.Is(err, ErrMonitorOnly) || !strings.Contains(err.Error(), "monitor-only") || !strings.Contains(err.Error(), k.Model) {
			t.Errorf("%v: %v", k, err)
		}
		if err := c.SetLimit(k, 0); !errors.Is(err, ErrMonitorOnly) {
			t.Errorf("%v out of range: %v, want monitor-only first", k, err)
		}
	}
	if n := len(c.Snapshot().Gauges); n != 0 {
		t.Errorf("a refused SetLimit made %d gauges", n)
	}
}
