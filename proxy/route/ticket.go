package route

import "time"

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
	now := wall()
	v := h.vendors[vendorName]
	if v == nil { // a reload took it from the chain while the call waited
		if !anyway {
			return nil, gone
		}
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
			return nil, v.closedBy(f, now)
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
		do(wall())
	}
	t.health.mu.Unlock()
	t.health.notify()
}

// drop settles a call that says nothing about the vendor: cancelled, or refused for its form.
func (t *ticket) drop() { t.settle(nil) }

// succeed settles a call that was answered to its end; used is its tokens of all kinds.
func (t *ticket) succeed(used int64) {
	t.settle(func(now time.Time) {
		t.vendor.took()
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
			t.vendor.cap(now, f.until)
		}
		switch {
		case f.badKey:
			t.vendor.reject(f.until, f.reason)
		case f.taken:
			t.vendor.took()
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

// cap notes that a quota is used up, as the vendor itself says: the weekly one if only that lasts so
// long.
func (v *health) cap(now, until time.Time) {
	q := &v.hours
	if v.week.conf.Window > 0 && (until.Sub(now) > v.hours.conf.Window || q.conf.Window == 0) {
		q = &v.week
	}
	q.capped, q.probed = q.conf.Window > 0, now
}
