package limiter

import (
	"context"
	"fmt"
	"time"
)

// sent is what a permit knows of its call's way to the vendor. The controller's mutex guards it.
type sent struct {
	epoch    uint32 // of the adaptive limit under which the call was sent
	full     bool   // with it, the whole limit was in use
	accepted bool   // the vendor answers
	released bool
	parked   bool // the vendor refused the call, and it was not sent again yet
}

// retrier is a refused call that waits to be sent again.
type retrier struct {
	permit *Permit
	place  link[retrier] // in vendor.again; the controller's mutex guards it
	ready  chan struct{} // closed when the call may be sent
}

// adapts is the rule that the gauge's calls obey: that of its own limit, or of the account's where it has none.
// Nil where the limit is not adaptive.
func (g *gauge) adapts() *adaptive {
	if g.adapt != nil {
		return g.adapt
	}
	return g.vendor.adapt
}

// running is how many calls are with the vendor under the limit that the gauge's calls obey.
func (g *gauge) running() int {
	if g.adapt != nil {
		return g.inFlight - g.parked
	}
	return g.vendor.inFlight - g.vendor.parked
}

// send notes under which limit a call that is counted already goes to the vendor.
func (g *gauge) send() sent {
	if !g.vendor.policy.Adaptive {
		return sent{}
	}
	a := g.adapts()
	if a == nil {
		return sent{}
	}
	return sent{epoch: a.epoch, full: g.running() >= a.limit}
}

// hasRoom tells whether a call can be let in now, or an adaptive limit be raised for it.
func (g *gauge) hasRoom() bool {
	if g.admits() && g.vendor.hasRoom() {
		return true
	}
	if !g.vendor.policy.Adaptive {
		return false
	}
	g.demand()
	return g.admits() && g.vendor.hasRoom()
}

// demand raises the limit that holds up a call of the gauge's, if the rule lets it.
func (g *gauge) demand() bool {
	a := g.adapts()
	if a == nil || !a.raise(time.Now()) {
		return false
	}
	g.vendor.enforce()
	return true
}

// fitAccount derives the account's adaptive limit from the policy. It has one only where the models have none of
// their own: a refusal does not say which of two limits was meant.
func (v *vendor) fitAccount() {
	ceiling := 0
	if v.policy.Default == 0 {
		ceiling = v.ceiling()
	}
	v.adapt = v.adapted(v.adapt, ceiling, v.inFlight)
}

// adapted is an adaptive limit as a ceiling has it, nil for a vendor without.
func (v *vendor) adapted(a *adaptive, ceiling, inFlight int) *adaptive {
	if !v.policy.Adaptive || ceiling == 0 {
		return nil
	}
	if a == nil {
		return newAdaptive(ceiling, inFlight, time.Now())
	}
	a.bound(ceiling, time.Now())
	return a
}

// Accepted tells that the vendor has taken the permit's call: it answers. An adaptive limit may grow by it, and one
// that is about to end is raised when the call has ended.
func (p *Permit) Accepted() {
	if p == nil || p.gauge == nil {
		return
	}
	g := p.gauge
	c := g.vendor.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	p.accepted = true
	a := g.adapts()
	if a == nil || p.released {
		return
	}
	a.accepted(p.epoch, p.full)
	if g.waiting() {
		g.demand()
	}
	c.notify()
}

// waiting tells whether a call waits for a slot of the limit that the gauge's calls obey.
func (g *gauge) waiting() bool {
	if g.adapt != nil {
		return g.queue.len > 0
	}
	return g.vendor.pending > 0
}

// Refused tells that the vendor has refused the permit's call for having too many at once. An adaptive limit is cut
// by it. Who sends the call again under the same permit asks Retry first.
func (p *Permit) Refused() {
	if p == nil || p.gauge == nil {
		return
	}
	g := p.gauge
	v := g.vendor
	v.controller.mu.Lock()
	defer v.controller.mu.Unlock()
	a := g.adapts()
	if a == nil || p.released {
		return
	}
	if !p.parked {
		p.parked = true
		g.parked++
		v.parked++
	}
	a.refused(p.epoch, time.Now())
	v.enforce()
	v.controller.notify()
}

// TryRetry is Retry without the wait: it reports whether the call may be sent again now.
func (p *Permit) TryRetry() bool {
	if p == nil || p.gauge == nil {
		return true
	}
	v := p.gauge.vendor
	v.controller.mu.Lock()
	defer v.controller.mu.Unlock()
	if p.parked && v.again.len == 0 && p.gauge.mayResume() {
		p.resume()
	}
	return !p.parked
}

// Retry waits until a refused call may be sent again: until fewer calls are with the vendor than an adaptive limit
// allows. Refused calls go in their order, and before any that is pending. Where the limit is not adaptive there is
// nothing to wait for.
//
// It fails with ctx's error, and with [ErrWaitExpired] after the policy's longest wait; the permit is then still to
// be released.
func (p *Permit) Retry(ctx context.Context) error {
	if p == nil || p.gauge == nil {
		return nil
	}
	v := p.gauge.vendor
	c := v.controller
	c.mu.Lock()
	if !p.parked {
		c.mu.Unlock()
		return nil
	}
	r := &retrier{permit: p, ready: make(chan struct{})}
	v.again.push(&r.place, r)
	v.resume()
	longest := v.policy.MaxWait
	c.mu.Unlock()
	return r.wait(ctx, longest)
}

func (r *retrier) wait(ctx context.Context, longest time.Duration) error {
	var expired <-chan time.Time
	if longest > 0 {
		timer := time.NewTimer(longest)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-r.ready:
		return ctx.Err()
	case <-ctx.Done():
	case <-expired:
	}
	g := r.permit.gauge
	c := g.vendor.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	r.place.leave()
	if err := ctx.Err(); err != nil || !r.permit.parked {
		return err
	}
	return fmt.Errorf("retry call to model %q of vendor %q: %w, %v", g.key.Model, g.key.Vendor, ErrWaitExpired, longest)
}

// resume lets the refused calls go that their limit admits again, in their order.
func (v *vendor) resume() {
	for k := v.again.first; k != nil; {
		r := k.owner
		k = k.next
		if r.permit.gauge.mayResume() {
			r.place.leave()
			r.permit.resume()
			close(r.ready)
		}
	}
}

// mayResume tells whether the limit that the gauge's calls obey admits a refused one again.
func (g *gauge) mayResume() bool {
	a := g.adapts()
	return a == nil || g.running() < a.limit
}

// resume sends a refused call again.
func (p *Permit) resume() {
	p.unpark()
	p.sent = p.gauge.send()
}

// unpark counts a refused call among those that run.
func (p *Permit) unpark() {
	p.parked = false
	p.gauge.parked--
	p.gauge.vendor.parked--
}
