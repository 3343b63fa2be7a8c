package limiter

import "math"

// Unlimited is a Load's Room in monitor mode.
const Unlimited = math.MaxInt

// Load is what a caller with a choice of vendors weighs.
type Load struct {
	Room    int // calls that would be admitted now without a wait; Unlimited in monitor mode
	Limit   int // calls of the model at once, the account's limit considered; 0 in monitor mode
	Pending int // calls waiting in the model's queue
}

// Load tells how busy a model is. It does not make a gauge.
func (c *Controller) Load(k Key) Load {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.known(k.Vendor)
	if v == nil {
		return Load{Room: Unlimited}
	}
	l, inFlight := Load{}, 0
	if g := c.gauges[Key{v.name, k.Model}]; g != nil {
		l.Limit, l.Pending, inFlight = g.limit, g.queue.len, g.inFlight
	} else {
		l.Limit = v.limitOf(k.Model)
	}
	if l.Limit == 0 {
		l.Room = Unlimited
		return l
	}
	l.Room = l.Limit - inFlight
	if total := v.limit; total > 0 {
		l.Limit, l.Room = min(l.Limit, total), min(l.Room, total-v.inFlight)
	}
	l.Room = max(l.Room, 0)
	if l.Pending > 0 {
		l.Room = 0 // what is free goes to those who wait
	}
	return l
}

// Wanted reports whether a call waits that a slot of the model would admit: one of the model's queue, or, where the vendor's
// account has a limit, one of any of its queues.
func (c *Controller) Wanted(k Key) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.known(k.Vendor)
	if v == nil {
		return false
	}
	if v.limit > 0 {
		return v.pending > 0
	}
	g := c.gauges[Key{v.name, k.Model}]
	return g != nil && g.queue.len > 0
}

// TryAcquire is Acquire for a caller that has elsewhere to go: it gives a permit only if that needs no
// wait.
func (c *Controller) TryAcquire(k Key) (*Permit, bool) {
	if k.Model == "" {
		return &Permit{}, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.gauge(k)
	if !g.hasRoom() {
		c.rest(g)
		c.trim()
		return nil, false
	}
	g.take()
	p := c.permit(g)
	c.notify()
	return p, true
}
