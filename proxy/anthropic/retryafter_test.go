package anthropic

import (
	"math"
	"net/http"
	"testing"
	"time"

	"afterglow/proxy/boundtest"
)

func TestAWaitBeyondAnyPlanIsNone(t *testing.T) {
	for _, h := range []http.Header{
		{"Retry-After": {"Fri, 31 Dec 9999 23:59:59 GMT"}}, {"Retry-After": {"1e300"}}, {"Anthropic-Ratelimit-Tokens-Reset": {"9999-12-31T00:00:00Z"}, "Anthropic-Ratelimit-Tokens-Remaining": {"0"}},
		{"Anthropic-Ratelimit-Unified-Status": {"rejected"}, "Anthropic-Ratelimit-Unified-Reset": {"1099511627776"}},
	} {
		if got, _ := RetryAfter(h, time.Unix(0, 0)); got != 0 {
			t.Errorf("%v: %v", h, got)
		}
	}
}

// FuzzRetryAfter: whatever a vendor writes there, the wait is between nothing and a month, and a quota's use is a number.
func FuzzRetryAfter(f *testing.F) {
	for _, v := range []string{"5", "1e999", "-3", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT", "2026-11-30T00:00:00Z", "2026-11-30T00:00:00", "1796000000", "rejected", "0.5", ""} {
		f.Add(v, v, v, v)
	}
	f.Fuzz(func(t *testing.T, after, reset, left, used string) {
		defer boundtest.Bound(t, 16<<20)()
		h := http.Header{}
		for _, name := range []string{"retry-after", "retry-after-ms"} {
			h.Set(name, after)
		}
		for _, name := range []string{"requests-reset", "tokens-reset", "unified-reset", "unified-5h-reset", "unified-7d-reset"} {
			h.Set("anthropic-ratelimit-"+name, reset)
		}
		for _, name := range []string{"requests-remaining", "tokens-remaining", "unified-status"} {
			h.Set("anthropic-ratelimit-"+name, left)
		}
		h.Set("anthropic-ratelimit-unified-5h-utilization", used)
		if wait, _ := RetryAfter(h, time.Unix(1796000000, 0)); wait < 0 || wait > longestWait {
			t.Errorf("%q %q %q: %v", after, reset, left, wait)
		}
		for _, u := range Utilizations(h) {
			if math.IsNaN(u.Percent) || u.Percent < 0 || u.Reset.IsZero() {
				t.Errorf("%q: %+v", used, u)
			}
		}
	})
}
