package limiter

import "testing"

func TestTryAcquireNeverWaitsAndNeverBarges(t *testing.T) {
	c := New()
	c.Configure([]VendorPolicy{{Vendor: "v", Policy: Policy{Default: 2, Total: 3}}})
	a, b := Key{"v", "a"}, Key{"v", "b"}
	if got := c.Load(a); got != (Load{Room: 2, Limit: 2}) {
		t.Fatalf("before any call: %+v", got)
	}
	var permits []*Permit
	for _, k := range []Key{a, a, b} {
		p, ok := c.TryAcquire(k)
		if !ok {
			t.Fatalf("%v: no permit, load %+v", k, c.Load(k))
		}
		permits = append(permits, p)
	}
	for _, k := range []Key{a, b} { // the model is full; the account is
		if _, ok := c.TryAcquire(k); ok {
			t.Fatalf("%v: one too many", k)
		}
		if got := c.Load(k); got.Room != 0 {
			t.Fatalf("%v: %+v", k, got)
		}
	}
	permits[0].Release()
	if got := c.Load(a); got.Room != 1 {
		t.Fatalf("after a release: %+v", got)
	}
	for _, p := range permits {
		p.Release()
	}
	if got := c.Load(Key{"other", "m"}); got.Room != Unlimited || got.Limit != 0 {
		t.Fatalf("a vendor without limits: %+v", got)
	}
}
