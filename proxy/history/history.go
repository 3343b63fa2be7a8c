// Package history remembers what each gauge stood at: every second of the last hour itself, and every minute by
// way of whoever keeps it.
package history

import (
	"context"
	"sync"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/calendar"
)

// Span is how far back seconds are remembered.
const Span = time.Hour

// rest is the least time between two looks at the gauges. A peak that came and went within it is not seen.
const rest = 100 * time.Millisecond

// Point is the highest of one gauge within a second or a minute, and how many calls the vendor refused.
type Point struct {
	Time     time.Time // its begin
	InFlight int
	Pending  int
	Limit    int // the lowest that was in force, or where calls were refused the highest; 0 = none
	Refused  int // answers 429 and 529, those that were waited out included
}

// Minute is one minute of a gauge.
type Minute struct {
	limiter.Key
	Point
}

// History remembers. It is safe for concurrent use.
type History struct {
	mu     sync.Mutex
	gauges map[limiter.Key]*series
	minute time.Time // the one that is not over yet
	over   []Minute  // those that are, and that nobody was given
}

// New returns a History that knows nothing.
func New() *History { return &History{gauges: map[limiter.Key]*series{}} }

// Run notes what look gives, now and after every wake, until ctx ends. Each minute that is over, and at the end the
// one that is not, goes to keep, for those gauges that calls used in it.
func (h *History) Run(ctx context.Context, wake <-chan struct{}, look func() limiter.Snapshot, keep func([]Minute)) {
	for {
		h.note(look(), calendar.Now())
		if minutes := h.take(ctx.Err() != nil); len(minutes) > 0 {
			keep(minutes)
		}
		if ctx.Err() != nil {
			return
		}
		pause(ctx, rest, nil)
		now := calendar.Now()
		pause(ctx, now.Truncate(time.Minute).Add(time.Minute).Sub(now), wake)
	}
}

// pause waits for a while, for a wake, or for the end.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-wake:
	}
}

// Refused notes that a vendor refused a call for having too many.
func (h *History) Refused(k limiter.Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := calendar.Now()
	h.turn(now)
	s := h.of(k)
	if s == nil {
		return
	}
	s.turn(now)
	s.refuse()
}

// note takes what the gauges stand at.
func (h *History) note(snap limiter.Snapshot, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turn(now)
	seen := make(map[limiter.Key]bool, len(h.gauges))
	for _, g := range snap.Gauges {
		if h.gauges[g.Key] != nil || g.InFlight > 0 || g.Pending > 0 { // or nothing was ever called by that name
			if s := h.of(g.Key); s != nil {
				s.note(g, now)
			}
			seen[g.Key] = true
		}
	}
	for k, s := range h.gauges {
		if !seen[k] { // its vendor has left the configuration, or nobody has called it for long
			s.note(limiter.Gauge{Key: k}, now)
		}
		if !s.drop(now.Add(-Span)) {
			delete(h.gauges, k)
		}
	}
}

// mostGauges bounds how many gauges are remembered: clients choose the names of models.
const mostGauges = 1000

// of is a gauge's series, nil if there are too many.
func (h *History) of(k limiter.Key) *series {
	s := h.gauges[k]
	if s == nil && len(h.gauges) < mostGauges {
		s = &series{}
		h.gauges[k] = s
	}
	return s
}

// turn ends the running minute if it is over.
func (h *History) turn(now time.Time) {
	if minute := now.Truncate(time.Minute); minute.After(h.minute) {
		h.end()
		h.minute = minute
	}
}

func (h *History) end() {
	for k, s := range h.gauges {
		if p, used := s.endMinute(); used {
			p.Time = h.minute
			h.over = append(h.over, Minute{k, p})
		}
	}
}

// take returns the minutes that are over; with all the running one too.
func (h *History) take(all bool) []Minute {
	h.mu.Lock()
	defer h.mu.Unlock()
	if all {
		h.end()
	}
	minutes := h.over
	h.over = nil
	return minutes
}

// Seconds is a gauge's last while, at most Span, by the second, oldest first; nil if it was not used.
func (h *History) Seconds(k limiter.Key, span time.Duration) []Point {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.gauges[k]
	if s == nil {
		return nil
	}
	return s.seconds(calendar.Now(), min(span, Span))
}
