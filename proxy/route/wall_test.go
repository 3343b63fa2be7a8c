package route

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// A laptop that slept for an hour must find the hour gone: no time that is kept may have the reading of a clock that
// stood still.
func TestTimesAreTheWallClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker, Quota: config.Quota{Window: 5 * time.Hour, Tokens: 10, Threshold: 100, Probe: time.Minute}})
		mustEnter(t, h, "m").fail(finding{verdict: nextTier, counts: true, hint: time.Hour, until: wall().Add(time.Hour), reason: reason.Of("429")})
		h.Reset()
		mustEnter(t, h, "m").fail(finding{verdict: nextTier, counts: true, model: true, hint: time.Hour, until: wall().Add(time.Hour), reason: reason.Of("529")})
		mustEnter(t, h, "other").fail(finding{verdict: nextTier, capped: true, until: wall().Add(time.Hour), reason: reason.Of("429")})
		s := NewSessions()
		s.stay("key", "v")
		v := h.vendors["v"]
		for name, at := range map[string]time.Time{
			"vendor out": v.whole.out, "model out": v.models["m"].out, "breaker": v.models["m"].breaker.until, "last failure": v.models["m"].breaker.last,
			"probe": v.hours.probed, "home": s.homes["key"].Value.(*home).at,
		} {
			if at.IsZero() || strings.Contains(at.String(), " m=") {
				t.Errorf("%s: %v", name, at)
			}
		}
	})
}

// The clock stood three hours ahead while a vendor asked for a minute, and was then set right.
func TestAClockSetBackKeepsNobodyOutForHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quota := config.Quota{Window: 5 * time.Hour, Tokens: 100, Threshold: 50, Probe: time.Minute}
		h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker, Quota: quota})
		const ahead = 3 * time.Hour
		mustEnter(t, h, "m").succeed(60)
		h.mu.Lock()
		v := h.vendors["v"]
		v.whole.hold(wall().Add(ahead+time.Minute), reason.Of("429"))
		v.fuse("m").breaker.trip(testBreaker, wall().Add(ahead), time.Minute, reason.Of("500"))
		v.hours.probed = wall().Add(ahead)
		v.hours.heard(80, wall().Add(ahead+time.Hour))
		for i := range v.hours.buckets {
			v.hours.buckets[i].Minute += int64(ahead / bucket)
		}
		h.mu.Unlock()

		h.Shift(-ahead)
		if s := h.Standing("v"); time.Until(s.Until) != time.Minute {
			t.Errorf("out until %v from now, want a minute", time.Until(s.Until))
		}
		time.Sleep(time.Minute + time.Second)
		mustEnter(t, h, "m").drop() // all three let a call try
		if s := h.Standing("v"); s.Quotas[0].Percent != 80 || time.Until(s.Quotas[0].Begins) != time.Hour-time.Minute-time.Second {
			t.Errorf("%+v", s.Quotas)
		}
		time.Sleep(time.Hour)
		if s := h.Standing("v"); s.Quotas[0].Percent != 60 {
			t.Errorf("what was used is lost: %+v", s.Quotas)
		}
		time.Sleep(5 * time.Hour)
		if s := h.Standing("v"); s.Quotas[0].Percent != 0 {
			t.Errorf("what was used five hours ago still counts: %+v", s.Quotas)
		}
	})
}

// Affinity is for an hour, also where the clock was ahead when the vendor answered.
func TestAHomeDoesNotOutliveAClockSetBack(t *testing.T) {
	s := NewSessions()
	s.stay("key", "v")
	s.homes["key"].Value.(*home).at = wall().Add(3 * time.Hour)
	if got := s.home("key", time.Hour); got != "" {
		t.Errorf("at home with %s for four hours", got)
	}
	s.stay("key", "w")
	if got := s.home("key", time.Hour); got != "w" {
		t.Errorf("at home with %q", got)
	}
}
