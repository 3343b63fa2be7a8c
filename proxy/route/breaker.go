package route

import (
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// breaker leaves a vendor, or one of its models, alone after failures. It is closed while calls go
// through, open until a time, and from then on half-open: one call at a time tries, until enough have
// succeeded. The zero value is closed. Health's mutex guards it.
type breaker struct {
	failures  int           // in a row, while closed
	successes int           // of probes
	recovery  time.Duration // how long it opens next time it fails; 0 = as configured
	until     time.Time     // open until then, half-open after; zero = closed
	reason    reason.Reason // why it opened
	last      time.Time     // of the last failure
	probing   bool          // a probe is under way
}

func (b *breaker) open(now time.Time) bool     { return b.until.After(now) }
func (b *breaker) halfOpen(now time.Time) bool { return !b.until.IsZero() && !b.until.After(now) }

// state is its name in the control API.
func (b *breaker) state(now time.Time) string {
	switch {
	case b.open(now):
		return "open"
	case b.halfOpen(now):
		return "half_open"
	}
	return "closed"
}

// allows reports whether a call may go through, and whether it would be a probe.
func (b *breaker) allows(now time.Time) (ok, probe bool) {
	switch {
	case b.open(now):
		return false, false
	case b.halfOpen(now):
		return !b.probing, true
	}
	return true, false
}

func (b *breaker) succeed(conf config.Breaker) {
	b.failures = 0
	if b.until.IsZero() {
		return
	}
	if b.successes++; b.successes >= conf.Successes {
		*b = breaker{last: b.last}
	}
}

// fail counts a failure; probe says that the call was one. hint is how long the vendor asks to be left
// alone, 0 if it does not say; why is kept if the breaker opens. Calls that were under way when it
// opened change nothing.
func (b *breaker) fail(conf config.Breaker, now time.Time, probe bool, hint time.Duration, why reason.Reason) {
	b.last = now
	switch {
	case hint > 0:
		b.trip(conf, now, hint, why)
	case probe:
		b.trip(conf, now, 2*b.recovery, why)
	case b.until.IsZero() && conf.Failures > 0:
		if b.failures++; b.failures >= conf.Failures {
			b.trip(conf, now, conf.Recovery, why)
		}
	}
}

// trip opens it. A later and shorter time never shortens one that is known.
func (b *breaker) trip(conf config.Breaker, now time.Time, recovery time.Duration, why reason.Reason) {
	if conf.Max > 0 {
		recovery = min(recovery, conf.Max)
	}
	b.recovery, b.successes = recovery, 0
	if until := now.Add(recovery); until.After(b.until) {
		b.until, b.reason = until, why
	}
}

// tryNow makes an open breaker half-open.
func (b *breaker) tryNow(now time.Time) {
	if b.open(now) {
		b.until = now
	}
}
