package route

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// Health is what calls have taught of the vendors: which is out and until when, and how much of its
// quotas is used. It outlives configurations and their order. It is safe for concurrent use.
type Health struct {
	notify func()

	mu      sync.Mutex
	vendors map[string]*health
}

// health is one vendor's part. A vendor is left alone when itself or the model is.
type health struct {
	life     context.Context // ends when no configuration has the vendor any more
	end      context.CancelFunc
	conf     config.Vendor
	whole    fuse
	models   map[string]*fuse
	hours    quota
	week     quota
	rejected reason.Reason // the refusal of its credentials; zero if they were not refused, or were taken since
}

// fuse is why a vendor, or one model of it, is left alone.
type fuse struct {
	breaker breaker
	out     time.Time // the vendor itself said so, or its refusal means so
	reason  reason.Reason
}

// NewHealth returns a Health that knows nothing yet. notify is called after each change that shows.
func NewHealth(notify func()) *Health {
	return &Health{notify: notify, vendors: map[string]*health{}}
}

// Configure takes the vendors of a configuration. Those that stay keep their health; a vendor with
// another key is another account, and starts anew.
func (h *Health) Configure(rows []config.Vendor) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.vendors
	h.vendors = make(map[string]*health, len(rows))
	for _, row := range rows {
		v := old[row.Name]
		switch {
		case v == nil:
			v = &health{models: map[string]*fuse{}}
			v.life, v.end = context.WithCancel(context.Background())
		case v.conf.Key != row.Key || v.conf.BaseURL != row.BaseURL:
			v = &health{life: v.life, end: v.end, models: map[string]*fuse{}}
		}
		v.conf, v.hours.conf, v.week.conf = row, row.Quota, row.WeeklyQuota
		h.vendors[row.Name] = v
	}
	for name, v := range old {
		if h.vendors[name] == nil {
			v.end()
		}
	}
}

// Rename gives a vendor another name, before the Configure that has it. What is known of it stays.
func (h *Health) Rename(from, to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v := h.vendors[from]; v != nil && h.vendors[to] == nil {
		delete(h.vendors, from)
		h.vendors[to] = v
	}
}

// errGone is why a call leaves the queue of a vendor that no configuration has any more.
var errGone = errors.New("the vendor was removed from the chain")

// whenGone calls do, on a goroutine of its own, when a vendor leaves the configuration, unless stop is called before.
func (h *Health) whenGone(vendorName string, do func()) (stop func() bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.vendors[vendorName]
	if v == nil {
		go do()
		return func() bool { return true }
	}
	return context.AfterFunc(v.life, do)
}

// Reset lets calls through again, to the vendors named or to all. What was used of a quota stays.
func (h *Health) Reset(names ...string) {
	h.mu.Lock()
	for name, v := range h.vendors {
		if len(names) > 0 && !contains(names, name) {
			continue
		}
		v.whole, v.rejected = fuse{}, reason.Reason{}
		clear(v.models)
		v.hours.capped, v.week.capped = false, false
		v.hours.probed, v.week.probed = time.Time{}, time.Time{}
	}
	h.mu.Unlock()
	h.notify()
}

// closed reports why a vendor's model is left alone, nil if it is not.
func (h *Health) closed(vendorName, model string) *closed {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.vendors[vendorName]
	if v == nil {
		return gone
	}
	now := wall()
	for _, f := range [...]*fuse{&v.whole, v.models[model]} {
		if f != nil {
			if ok, _ := f.allows(now); !ok {
				return v.closedBy(f, now)
			}
		}
	}
	for _, q := range [...]*quota{&v.hours, &v.week} {
		if ok, _ := q.allows(now); !ok {
			return q.closed()
		}
	}
	return nil
}

// closed says that a vendor is left alone.
type closed struct {
	until  time.Time // zero if a probe is under way and its end not known
	reason reason.Reason
	badKey bool // it did not take its credentials
}

// gone is a vendor that no configuration has any more. Only calls that know no other still go there.
var gone = &closed{reason: reason.New(reason.Removed, "", "%v", errGone)}

// before reports whether the vendor is back earlier than another one. One that did not take its key comes last.
func (c *closed) before(other *closed) bool {
	if c.badKey != other.badKey {
		return other.badKey
	}
	return !c.until.IsZero() && (other.until.IsZero() || c.until.Before(other.until))
}

func (c *closed) Error() string {
	if c.until.IsZero() {
		return c.reason.Words
	}
	return fmt.Sprintf("unavailable until %s: %s", c.until.Local().Format("Jan 2 15:04:05"), c.reason.Words)
}

// why is the same as a reason.
func (c *closed) why() reason.Reason {
	why := c.reason
	why.Until, why.Words = c.until, c.Error()
	return why
}

// allows reports whether a call may go through, and whether it would be a probe.
func (f *fuse) allows(now time.Time) (ok, probe bool) {
	if f.out.After(now) {
		return false, false
	}
	return f.breaker.allows(now)
}

func (f *fuse) closed(now time.Time) *closed {
	switch {
	case f.out.After(now) && f.out.After(f.breaker.until):
		return &closed{until: f.out, reason: f.reason}
	case f.breaker.open(now):
		return &closed{until: f.breaker.until, reason: f.breaker.reason}
	}
	return &closed{reason: reason.New(reason.Probing, f.breaker.reason.Words, "another call is checking whether the vendor is back: %s", f.breaker.reason.Words)}
}

// closedBy says that one of the vendor's fuses keeps calls away.
func (v *health) closedBy(f *fuse, now time.Time) *closed {
	c := f.closed(now)
	c.badKey = f == &v.whole && v.rejected != (reason.Reason{}) && c.reason == v.rejected
	return c
}

// reject notes that the vendor did not take its credentials.
func (v *health) reject(until time.Time, why reason.Reason) {
	v.rejected = why
	v.whole.hold(until, why)
}

// took notes that the vendor took its credentials.
func (v *health) took() {
	if v.rejected != (reason.Reason{}) && v.whole.reason == v.rejected {
		v.whole.out = time.Time{}
	}
	v.rejected = reason.Reason{}
}

// hold leaves the vendor or model alone until a time; an earlier one does not shorten it.
func (f *fuse) hold(until time.Time, why reason.Reason) {
	if until.After(f.out) {
		f.out, f.reason = until, why
	}
}

// hear takes what an answer's header says of the vendor's own quotas.
func (h *Health) hear(vendorName string, said []anthropic.Utilization) {
	if len(said) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.vendors[vendorName]
	if v == nil {
		return
	}
	for _, u := range said {
		q := &v.hours
		if u.Name == "7d" {
			q = &v.week
		}
		q.heard(u.Percent, u.Reset)
	}
}

// used counts the tokens of a call that the chain did not send.
func (h *Health) used(vendorName string, tokens int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v := h.vendors[vendorName]; v != nil {
		now := wall()
		v.hours.add(now, tokens)
		v.week.add(now, tokens)
	}
}

// direct takes what the answer to a call that the chain did not send says of the account: that a quota is used up, that the
// credentials were not taken, or that they were.
func (h *Health) direct(vendorName string, f finding) {
	h.mu.Lock()
	if v := h.vendors[vendorName]; v != nil {
		switch {
		case f.badKey:
			v.reject(f.until, f.reason)
		case f.verdict == commit, f.taken:
			v.took()
		}
		if f.capped {
			v.cap(wall(), f.until)
			v.whole.hold(f.until, f.reason)
		}
	}
	h.mu.Unlock()
	h.notify()
}

// maxModels bounds how many models of a vendor can be out alone: clients choose their names.
const maxModels = 256

func (v *health) fuse(model string) *fuse {
	f := v.models[model]
	if f == nil {
		f = &fuse{}
		if len(v.models) < maxModels {
			v.models[model] = f
		}
	}
	return f
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// windowName is a window's length as people say it: "5h", "7d".
func windowName(d time.Duration) string {
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}
