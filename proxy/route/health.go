package route

import (
	"fmt"
	"sync"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
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
	conf   config.Vendor
	whole  fuse
	models map[string]*fuse
	hours  quota
	week   quota
}

// fuse is why a vendor, or one model of it, is left alone.
type fuse struct {
	breaker breaker
	out     time.Time // the vendor itself said so, or its refusal means so
	reason  string
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
		if v == nil || v.conf.Key != row.Key || v.conf.BaseURL != row.BaseURL {
			v = &health{models: map[string]*fuse{}}
		}
		v.conf, v.hours.conf, v.week.conf = row, row.Quota, row.WeeklyQuota
		h.vendors[row.Name] = v
	}
}

// Reset lets calls through again, to the vendors named or to all. What was used of a quota stays.
func (h *Health) Reset(names ...string) {
	h.mu.Lock()
	for name, v := range h.vendors {
		if len(names) > 0 && !contains(names, name) {
			continue
		}
		v.whole = fuse{}
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
		return nil
	}
	now := time.Now()
	for _, f := range [...]*fuse{&v.whole, v.models[model]} {
		if f != nil {
			if ok, _ := f.allows(now); !ok {
				return f.closed(now)
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
	reason string
}

func (c *closed) Error() string {
	if c.until.IsZero() {
		return c.reason
	}
	return fmt.Sprintf("out until %s: %s", c.until.Local().Format("Jan 2 15:04:05"), c.reason)
}

// ticket is a call's leave to ask a vendor. Exactly one of succeed, fail and drop settles it.
type ticket struct {
	health  *Health
	vendor  *health
	fuses   [2]*fuse // the vendor's, and the model's if it has one
	probing [2]bool
	quotas  [2]bool // the call is the probe of hours, of week
	model   string
	settled bool
	anyway  bool // no other vendor could answer: what is known did not count
}

// enter asks whether a call may go to a vendor's model now, and if so, takes the probes that this
// needs. With anyway it may in any case, unless another probes; that is for a call that no vendor
// could answer otherwise.
func (h *Health) enter(vendorName, model string, anyway bool) (*ticket, *closed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	v := h.vendors[vendorName]
	if v == nil { // a reload took it from the chain while the call waited
		return &ticket{health: h, settled: true}, nil
	}
	t := &ticket{health: h, vendor: v, model: model, anyway: anyway}
	t.fuses[0], t.fuses[1] = &v.whole, v.models[model]
	for i, f := range t.fuses {
		if f == nil {
			continue
		}
		ok, probe := f.allows(now)
		// A vendor that failed is better than none; one that said until when is asked once in a while.
		if !ok && !(anyway && (!f.breaker.probing || !f.out.After(now))) {
			return nil, f.closed(now)
		}
		t.probing[i] = probe || !ok
	}
	for i, q := range [...]*quota{&v.hours, &v.week} {
		ok, probe := q.allows(now)
		if !ok && !(anyway && !q.probing) {
			return nil, q.closed()
		}
		t.quotas[i] = probe
	}
	t.take(true)
	for i, q := range [...]*quota{&v.hours, &v.week} {
		if t.quotas[i] {
			q.probed = now
		}
	}
	return t, nil
}

// take marks the probes as under way, or as over.
func (t *ticket) take(on bool) {
	for i, f := range t.fuses {
		if f != nil && t.probing[i] {
			f.breaker.probing = on
		}
	}
	for i, q := range [...]*quota{&t.vendor.hours, &t.vendor.week} {
		if t.quotas[i] {
			q.probing = on
		}
	}
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
		return &closed{f.out, f.reason}
	case f.breaker.open(now):
		return &closed{f.breaker.until, f.breaker.reason}
	}
	return &closed{reason: "another call is trying whether it is back: " + f.breaker.reason}
}

// hold leaves the vendor or model alone until a time; an earlier one does not shorten it.
func (f *fuse) hold(until time.Time, reason string) {
	if until.After(f.out) {
		f.out, f.reason = until, reason
	}
}

// settle runs do under the lock, once, and gives the probes back.
func (t *ticket) settle(do func(now time.Time)) {
	if t == nil || t.vendor == nil {
		return
	}
	t.health.mu.Lock()
	if t.settled {
		t.health.mu.Unlock()
		return
	}
	t.settled = true
	t.take(false)
	if do != nil {
		do(time.Now())
	}
	t.health.mu.Unlock()
	t.health.notify()
}

// drop settles a call that says nothing about the vendor: cancelled, or refused for its form.
func (t *ticket) drop() { t.settle(nil) }

// succeed settles a call that was answered to its end; used is its tokens of all kinds.
func (t *ticket) succeed(used int64) {
	t.settle(func(now time.Time) {
		for i, f := range t.fuses {
			if f == nil {
				continue
			}
			if t.probing[i] || f.breaker.until.IsZero() {
				f.breaker.succeed(t.vendor.conf.Breaker)
			}
			if t.anyway { // it is back before its time
				f.out = time.Time{}
				f.breaker.tryNow(now)
			}
		}
		if f := t.vendor.models[t.model]; f != nil && f.breaker.until.IsZero() && !f.out.After(now) {
			delete(t.vendor.models, t.model)
		}
		for i, q := range [...]*quota{&t.vendor.hours, &t.vendor.week} {
			q.add(now, used)
			if t.quotas[i] {
				q.capped = false
			}
		}
	})
}

// fail settles a call that the vendor failed, as the finding says.
func (t *ticket) fail(f finding) {
	t.settle(func(now time.Time) {
		into := &t.vendor.whole
		if f.model {
			into = t.vendor.fuse(t.model)
		}
		if f.capped {
			q := &t.vendor.hours
			if t.vendor.week.conf.Window > 0 && (f.until.Sub(now) > t.vendor.hours.conf.Window || q.conf.Window == 0) {
				q = &t.vendor.week
			}
			q.capped, q.probed = q.conf.Window > 0, now
		}
		if !f.until.IsZero() {
			into.hold(f.until, f.reason)
		}
		if f.counts {
			into.breaker.fail(t.vendor.conf.Breaker, now, t.probed(into), f.hint, f.reason)
		}
	})
}

// probed reports whether the call was the probe of a fuse.
func (t *ticket) probed(f *fuse) bool {
	for i := range t.fuses {
		if t.fuses[i] == f {
			return t.probing[i] && !t.anyway
		}
	}
	return false
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
