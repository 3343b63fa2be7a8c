package limiter

import "time"

// peak remembers how deep a queue was within the last [PeakWindow].
//
// It holds the depths that the queue has fallen from, each with the moment at which it was last that
// deep. A depth is forgotten when a later one is at least as deep, so depths fall from first to last
// and there are never more of them than the queue was deep. A queue that only stands or grows is its
// own peak and adds nothing.
type peak struct{ past []depth }

type depth struct {
	pending int
	until   time.Time
}

// fell notes that the queue, pending calls deep until now, gets shorter.
func (p *peak) fell(pending int, now time.Time) {
	n := len(p.past)
	for n > 0 && p.past[n-1].pending <= pending {
		n--
	}
	p.past = append(p.past[:n], depth{pending, now})
}

// deepest is the greatest depth of the last PeakWindow, of which pending is the present one.
func (p *peak) deepest(pending int, now time.Time) int {
	for _, d := range p.past {
		if now.Sub(d.until) < PeakWindow {
			return max(d.pending, pending)
		}
	}
	return pending
}

// forget drops what has lapsed and gives the time until the next depth lapses, 0 when none is left.
func (p *peak) forget(now time.Time) time.Duration {
	lapsed := 0
	for _, d := range p.past {
		left := PeakWindow - now.Sub(d.until)
		if left > 0 {
			p.past = p.past[:copy(p.past, p.past[lapsed:])]
			return left
		}
		lapsed++
	}
	p.past = nil
	return 0
}

// glowed enters a gauge whose queue has just fallen among those whose peak will lapse. The timer runs
// already if any other glows, for what lapses first fell first.
func (c *Controller) glowed(g *gauge) {
	if !g.glow.in() {
		c.glowing.push(&g.glow, g)
	}
	c.runIn(PeakWindow)
}

// runIn sets the one timer for lapsed peaks, unless it runs.
func (c *Controller) runIn(d time.Duration) {
	switch {
	case c.armed:
		return
	case c.lapse == nil:
		c.lapse = time.AfterFunc(d, c.forgetPeaks)
	default:
		c.lapse.Reset(d)
	}
	c.armed = true
}

// forgetPeaks runs when the earliest peak lapses.
func (c *Controller) forgetPeaks() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = false
	now := time.Now()
	next := PeakWindow
	for k := c.glowing.first; k != nil; {
		g := k.owner
		k = k.next
		if left := g.peak.forget(now); left > 0 {
			next = min(next, left)
			continue
		}
		g.glow.leave()
		c.rest(g)
	}
	c.trim()
	if c.glowing.len > 0 {
		c.runIn(next)
	}
	c.notify()
}
