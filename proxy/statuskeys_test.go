package proxy

import (
	"testing"

	"afterglow/proxy/fakevendor"
)

// RC-72: a badge that reads another key than the one that is sent never lights. There is one key, always, and
// none that could be taken for it.
func TestRateLimitHasOneKeyInEveryState(t *testing.T) {
	a := simulated(t, fakevendor.InTurn(fakevendor.Text("a"), fakevendor.Refuse(429, `{"error":{"message":"slow down"}}`).With("Retry-After", "60")))
	_, base := serve(t, row("a", a.URL(), breaks), row("b", simulated(t, text("b")).URL(), breaks))
	for i, limited := range []bool{false, true} {
		post(t, base, plainBody)
		_, status := control(t, "GET", base+"/api/status", "")
		for at, want := range map[string]bool{"tiers.0": limited, "tiers.1": false} {
			tier := status.Get(at)
			keys := tier.Get("rate_limit").Map()
			if len(keys) != 2 || !keys["is_rate_limited"].IsBool() || keys["is_rate_limited"].Bool() != want ||
				keys["remaining_seconds"].Float() > 0 != want || tier.Get("limited").Exists() || tier.Get("is_rate_limited").Exists() {
				t.Errorf("after call %d, %s: %s", i+1, at, tier.Raw)
			}
		}
	}
}
