package limiter

// permitBatch is how many permits are allocated at once. A permit is 16 bytes, so one that is kept
// after its release keeps half a kilobyte.
const permitBatch = 32

// Permit is one call counted in flight. The zero Permit, and a nil one, count nothing.
type Permit struct {
	gauge *gauge // never changes
	sent         // the controller's mutex guards it
}

// Release gives the permit back and hands its slots to the next waiter. Every call after the first does
// nothing, so that a permit may be released on each way out that knows of it.
func (p *Permit) Release() {
	if p == nil || p.gauge == nil {
		return
	}
	c := p.gauge.vendor.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.released {
		return
	}
	p.released = true
	if p.parked {
		p.unpark()
	}
	p.gauge.release(p.accepted)
}

// permit makes a permit for a call that the gauge has counted. The caller holds the mutex.
//
// Permits come from batches and are never used again: a second Release of an old one must not find
// itself releasing another call.
func (c *Controller) permit(g *gauge) *Permit {
	if len(c.unused) == 0 {
		c.unused = make([]Permit, permitBatch)
	}
	p := &c.unused[0]
	c.unused = c.unused[1:]
	p.gauge, p.sent = g, g.send()
	return p
}
