package limiter

import "time"

// gauge is the live state behind one [Gauge]. The controller's mutex guards all of it.
type gauge struct {
	key      Key
	vendor   *vendor
	limit    int  // calls at once, in force; 0 in monitor mode
	own      int  // what the limit of the gauge's own was set to; 0 = none
	ceiling  int  // what limit was set to; above it where it adapts itself
	runtime  int  // the limit of SetLimit; 0 = none
	pinned   bool // the configuration names it
	inFlight int
	parked   int       // of them, refused by the vendor and not sent again yet
	adapt    *adaptive // of the gauge's own limit; nil where that is not adaptive
	opening  opening
	queue    line
	peak     peak

	turn link[gauge] // in vendor.turns: a call waits that the gauge's own limit admits
	glow link[gauge] // in Controller.glowing: the peak will lapse
	idle link[gauge] // in Controller.idle: evictable
}

// admits tells whether the gauge's own limit leaves room for one more call.
func (g *gauge) admits() bool { return g.limit == 0 || g.inFlight < g.limit }

// take counts one more call in flight.
func (g *gauge) take() {
	g.idle.leave()
	g.inFlight++
	g.vendor.inFlight++
}

// release counts one call less in flight and hands its slots on. accepted: the vendor had accepted the call.
func (g *gauge) release(accepted bool) {
	v := g.vendor
	c := v.controller
	g.inFlight--
	v.inFlight--
	if v.openings > 0 && accepted {
		v.widen(g)
	}
	if v.parked > 0 {
		v.resume()
	}
	if v.pending > 0 {
		v.settle(g)
		v.grant()
	}
	if g.inFlight == 0 {
		c.rest(g)
		c.trim()
	}
	c.notify()
}

// join appends a call to the queue.
func (g *gauge) join(w *waiter) {
	g.idle.leave()
	g.queue.join(w)
	g.vendor.pending++
	g.vendor.settle(g)
}

// leave takes a call out of the queue, to a slot or because it gave up.
func (g *gauge) leave(w *waiter) {
	g.peak.fell(g.queue.len, time.Now())
	g.vendor.controller.glowed(g)
	g.queue.leave(w)
	g.vendor.pending--
	if g.vendor.openings > 0 {
		g.vendor.narrow(g)
	}
	g.vendor.settle(g)
}
