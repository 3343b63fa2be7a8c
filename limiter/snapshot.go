package limiter

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Gauge is one row of a Snapshot.
type Gauge struct {
	Key
	Mode        Mode
	Limit       int // calls at once, in force; 0 in monitor mode
	Ceiling     int // the limit of SetLimit, or else Configured: Limit is below it only where it is adaptive
	Configured  int // the limit that the policy gives, before SetLimit; 0 in monitor mode, and where Limit is about to end
	Max         int // the highest limit SetLimit accepts; 0 in monitor mode
	InFlight    int // above Limit for a while after a cut
	Pending     int // calls waiting in the queue
	PeakPending int // deepest queue of the last PeakWindow, at least Pending
	Adaptation      // of the limit; of the account's where the model has none of its own
}

// Account is a vendor's account limit, in a Snapshot only for vendors that have one. Its counts are of
// all the vendor's models together; see [Gauge] for the fields.
type Account struct {
	Vendor                                             string
	Limit, Ceiling, Configured, Max, InFlight, Pending int
	Adaptation
}

// Snapshot is one consistent, ordered copy: the vendors in the order of Configure, after them by name
// those that it did not name; each vendor's models by name.
type Snapshot struct {
	Gauges   []Gauge
	Accounts []Account
}

// Snapshot copies the state of all gauges at one moment.
func (c *Controller) Snapshot() Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	s := Snapshot{Gauges: make([]Gauge, 0, len(c.gauges))}
	for _, v := range c.listed {
		s.add(v, now)
	}
	for _, v := range c.unlisted() {
		s.add(v, now)
	}
	return s
}

// Totals adds up the calls in flight and the calls pending over all gauges.
func (s Snapshot) Totals() (inFlight, pending int) {
	for _, g := range s.Gauges {
		inFlight += g.InFlight
		pending += g.Pending
	}
	return inFlight, pending
}

// add appends a vendor's rows.
func (s *Snapshot) add(v *vendor, now time.Time) {
	for _, g := range v.gauges {
		row := Gauge{
			Key: g.key, Limit: g.limit,
			InFlight: g.inFlight, Pending: g.queue.len, PeakPending: g.peak.deepest(g.queue.len, now),
		}
		if g.limit > 0 {
			row.Mode, row.Ceiling, row.Adaptation = Limited, g.ceiling, g.adapts().adaptation()
			if v.listed {
				row.Configured = v.configured(g.key.Model)
				row.Max = v.highest(row.Configured)
			}
		}
		s.Gauges = append(s.Gauges, row)
	}
	if v.limit == 0 || !v.listed && len(v.gauges) == 0 {
		return
	}
	account := Account{
		Vendor: v.name, Limit: v.limit, Ceiling: cmp.Or(v.ceiling(), v.opening.limit),
		InFlight: v.inFlight, Pending: v.pending, Adaptation: v.adapt.adaptation(),
	}
	if v.listed {
		account.Configured, account.Max = v.policy.Total, v.highest(v.policy.Total)
	}
	s.Accounts = append(s.Accounts, account)
}

// Ending tells that the policy gives Limit no more: it is in force until nobody waits for it.
func (g Gauge) Ending() bool { return g.Limit > 0 && g.Configured == 0 }

// Ending is a gauge's, of the account's limit.
func (a Account) Ending() bool { return a.Configured == 0 }

// unlisted gives the vendors that Configure did not name, by name.
func (c *Controller) unlisted() []*vendor {
	if len(c.vendors) == len(c.listed) {
		return nil
	}
	var rest []*vendor
	for _, v := range c.vendors {
		if !v.listed {
			rest = append(rest, v)
		}
	}
	slices.SortFunc(rest, func(a, b *vendor) int { return strings.Compare(a.name, b.name) })
	return rest
}
