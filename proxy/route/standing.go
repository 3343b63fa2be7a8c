package route

import (
	"slices"
	"strings"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// Standing is one vendor's health, for people.
type Standing struct {
	Reason   string        // why it is left alone; "" if it is not
	Why      reason.Reason // the same, with a code where there is one
	Until    time.Time     // until when; zero if not known
	Probing  bool          // the time has come, one call at a time tries it
	Rejected bool          // it did not take its credentials, and has not taken them since; Reason is its refusal
	Models   []ModelOut
	Quotas   []QuotaUse
	Breaker  BreakerInfo
	Deadline time.Time // the time that the vendor itself gave; zero if none is to come
}

// ModelOut is a model that is left alone while its vendor is not.
type ModelOut struct {
	Model, Reason string
	Until         time.Time
	Why           reason.Reason // what Reason says, with a code where there is one
}

// QuotaUse is how much of a quota is used.
type QuotaUse struct {
	Name     string // the length of its window: "5h"
	Week     bool   // it is the weekly one
	Conf     config.Quota
	Tokens   int64     // counted in the window
	Percent  float64   // of what is allowed, as the vendor says or as counted
	Exceeded bool      // calls go elsewhere
	Begins   time.Time // when it begins anew, if the vendor says so
}

// BreakerInfo is a breaker's state for the control API.
type BreakerInfo struct {
	State               string // "closed", "open", "half_open"
	Failures, Successes int
	Recovery            time.Duration // how long it opens, or opened last
	Last, Until         time.Time     // of the last failure; until when it is open
}

// Standing returns one vendor's health. A vendor that Configure did not name has none.
func (h *Health) Standing(vendorName string) Standing {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.vendors[vendorName]
	if v == nil {
		return Standing{}
	}
	now := wall()
	b := &v.whole.breaker
	s := Standing{
		Breaker: BreakerInfo{b.state(now), b.failures, b.successes, max(b.recovery, 0), b.last, b.until},
		Quotas:  v.quotas(now),
	}
	if b.recovery == 0 {
		s.Breaker.Recovery = v.conf.Breaker.Recovery
	}
	if v.whole.out.After(now) {
		s.Deadline = v.whole.out
	}
	none := reason.Reason{}
	s.Why, s.Until, s.Probing = v.whole.shown(now)
	if s.Rejected = v.rejected != none && (s.Why == none || s.Why == v.rejected); s.Rejected {
		s.Why = v.rejected
	}
	for _, q := range [...]*quota{&v.hours, &v.week} {
		if s.Why == none && q.exceeded(now) {
			s.Why, s.Until = q.usedUp(), q.next()
		}
	}
	s.Reason = s.Why.Words
	for model, f := range v.models {
		if why, until, probing := f.shown(now); why != none && !probing { // one that may be tried is as good as back
			s.Models = append(s.Models, ModelOut{model, why.Words, until, why})
		}
	}
	slices.SortFunc(s.Models, func(a, b ModelOut) int { return strings.Compare(a.Model, b.Model) })
	return s
}

// shown is why a fuse keeps calls away; why is zero where they go through.
func (f *fuse) shown(now time.Time) (why reason.Reason, until time.Time, probing bool) {
	if ok, probe := f.allows(now); ok && !probe {
		return reason.Reason{}, time.Time{}, false
	}
	if f.breaker.halfOpen(now) && !f.out.After(now) {
		return f.breaker.reason, time.Time{}, true
	}
	c := f.closed(now)
	return c.reason, c.until, false
}

func (v *health) quotas(now time.Time) []QuotaUse {
	var list []QuotaUse
	for i, q := range [...]*quota{&v.hours, &v.week} {
		if q.conf.Window == 0 && !q.begins.After(now) {
			continue
		}
		use := QuotaUse{Name: [...]string{"5h", "7d"}[i], Week: i == 1, Conf: q.conf, Percent: q.percent(now), Exceeded: q.exceeded(now)}
		if q.conf.Window > 0 {
			use.Name, use.Tokens = windowName(q.conf.Window), q.total
		}
		if q.begins.After(now) {
			use.Begins = q.begins
		}
		list = append(list, use)
	}
	return list
}

// Usage is what was used of the vendors' quotas, to be kept over a restart.
type Usage map[string]struct {
	Hours []tokens `json:"hours,omitempty"`
	Week  []tokens `json:"week,omitempty"`
}

// Usage returns a copy of what was used.
func (h *Health) Usage() Usage {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, usage := wall(), Usage{}
	for name, v := range h.vendors {
		v.hours.slide(now)
		v.week.slide(now)
		if entry := usage[name]; len(v.hours.buckets)+len(v.week.buckets) > 0 {
			entry.Hours, entry.Week = slices.Clone(v.hours.buckets), slices.Clone(v.week.buckets)
			usage[name] = entry
		}
	}
	return usage
}

// Restore adds what was used before the program started. What is older than a window counts no more.
func (h *Health) Restore(usage Usage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := wall()
	for name, entry := range usage {
		if v := h.vendors[name]; v != nil {
			v.hours.restore(entry.Hours, now)
			v.week.restore(entry.Week, now)
		}
	}
}

func (q *quota) restore(old []tokens, now time.Time) {
	newest := now.Unix() / int64(bucket.Seconds())
	for _, t := range old {
		if q.conf.Window > 0 && t.Tokens > 0 && t.Minute <= newest {
			q.buckets = append(q.buckets, t)
			q.total += t.Tokens
		}
	}
	slices.SortFunc(q.buckets, func(a, b tokens) int { return int(a.Minute - b.Minute) })
	q.slide(now)
}
