package limiter

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Controller counts, queues and admits the calls of all vendors. All its methods may be called at
// once from any goroutine.
//
// One mutex guards everything: what happens under it is short, and a Snapshot is consistent for free.
type Controller struct {
	mu      sync.Mutex
	gauges  map[Key]*gauge
	latest  *gauge // of the last Acquire, because the next is likely for the same model
	vendors map[string]*vendor
	listed  []*vendor // those that Configure named, in its order
	unused  []Permit  // allocated, not yet given out

	configured bool               // Configure has run
	arrival    uint64             // the highest number of a call that ever waited
	aliases    map[string]*vendor // by names that vendors had before
	aliased    []string           // their keys, the oldest first
	retired    list[vendor]       // those that Configure does not name and that have no calls, retired longest first
	idle       list[gauge]        // evictable gauges, idle longest first
	glowing    list[gauge]        // gauges whose peak will lapse
	lapse      *time.Timer        // runs while armed, to forget the peaks that lapse
	armed      bool
	watchers   []chan struct{}
}

// New gives a controller without policies: every vendor is in monitor mode until Configure.
func New() *Controller {
	return &Controller{gauges: map[Key]*gauge{}, vendors: map[string]*vendor{}}
}

// Acquire waits until k's limits admit one more call and counts it in flight; the caller must Release
// the permit. A model or a vendor without a limit never waits. An empty k.Model names no gauge: its
// permit counts nothing.
//
// It fails with ctx's error when ctx is done before the permit is granted, with [ErrQueueFull] at once
// when the model's queue is as long as its policy allows, and with [ErrWaitExpired] after the policy's
// longest wait.
func (c *Controller) Acquire(ctx context.Context, k Key) (*Permit, error) {
	return c.AcquireFor(ctx, k, Caller{})
}

// AcquireFor is Acquire for a caller who has a name: a fair queue goes by it.
func (c *Controller) AcquireFor(ctx context.Context, k Key, caller Caller) (*Permit, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if k.Model == "" {
		return &Permit{}, nil
	}
	c.mu.Lock()
	g := c.gauge(k)
	v := g.vendor
	if g.hasRoom() {
		g.take()
		p := c.permit(g)
		c.notify()
		c.mu.Unlock()
		return p, nil
	}
	if err := g.refuse(caller); err != nil {
		c.rest(g)
		c.trim()
		c.notify()
		c.mu.Unlock()
		return nil, err
	}
	caller.Arrival = c.arrive(caller)
	w := &waiter{gauge: g, caller: caller, granted: make(chan struct{})}
	g.join(w)
	c.notify()
	longest := v.policy.MaxWait
	c.mu.Unlock()
	return w.wait(ctx, longest)
}

// refuse says why a call that has to wait may not, nil if it may.
func (g *gauge) refuse(caller Caller) error {
	p := g.vendor.policy
	switch {
	case caller.Waited == 0 && g.queue.len >= p.MaxPending:
		return g.refusal(fmt.Errorf("%w with %d calls", ErrQueueFull, p.MaxPending))
	case caller.Waited > 0 && p.MaxWait > 0 && caller.Waited >= p.MaxWait:
		return g.refusal(fmt.Errorf("%w, %v", ErrWaitExpired, p.MaxWait))
	}
	return nil
}

func (g *gauge) refusal(why error) error {
	return fmt.Errorf("acquire slot of model %q of vendor %q: %w", g.key.Model, g.key.Vendor, why)
}

// arrive is the number by which a call that has to wait is ordered.
func (c *Controller) arrive(caller Caller) uint64 {
	if caller.Arrival == 0 {
		c.arrival++
		return c.arrival
	}
	c.arrival = max(c.arrival, caller.Arrival)
	return caller.Arrival
}

// SetLimit changes the limit of a model, or with [AccountModel] of a vendor's account, until ResetLimit
// or a Configure whose policy no longer allows it. A raise admits waiters at once; a cut evicts nobody
// and admits nobody until fewer calls are in flight than limit. A model not used yet gets its gauge.
//
// It fails with [ErrUnknown] for a vendor that Configure did not name, with [ErrMonitorOnly] where the
// policy gives no limit to change, and with [ErrLimitRange] outside 1 to the gauge's Max.
func (c *Controller) SetLimit(k Key, limit int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.vendors[k.Vendor]
	if !ok || !v.listed || k.Model == "" {
		return fmt.Errorf("set limit of model %q of vendor %q: %w", k.Model, k.Vendor, ErrUnknown)
	}
	highest := v.highestOf(k.Model)
	if highest == 0 {
		return fmt.Errorf("set limit of model %q of vendor %q: %w", k.Model, k.Vendor, ErrMonitorOnly)
	}
	if limit < 1 || limit > highest {
		return &RangeError{k, limit, highest}
	}
	v.set(k.Model, limit)
	v.apply()
	c.notify()
	return nil
}

// ResetLimit puts the configured limit back in force where SetLimit had changed it: of a model, with
// [AccountModel] of the account, with an empty Model of the account and all models of the vendor, and
// with the zero Key of everything. It fails with [ErrUnknown] for a vendor that Configure did not name.
func (c *Controller) ResetLimit(k Key) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k == (Key{}) {
		for _, v := range c.listed {
			v.reset("")
		}
	} else {
		v, ok := c.vendors[k.Vendor]
		if !ok || !v.listed {
			return fmt.Errorf("reset limit of vendor %q: %w", k.Vendor, ErrUnknown)
		}
		v.reset(k.Model)
	}
	c.trim()
	c.notify()
	return nil
}
