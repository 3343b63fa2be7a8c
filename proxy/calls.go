package proxy

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"afterglow/proxy/bounds"
)

// keptCalls is how many records are kept of calls that have ended, the latest.
const keptCalls = bounds.Calls

// calls keeps the records of the calls under way, and of those that ended last.
type calls struct {
	mu    sync.Mutex
	live  map[int]*record
	last  [keptCalls]*record // a ring
	begun int                // since the start
	ended int
}

// add takes a call that begins, and numbers it.
func (c *calls) add(r *record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live == nil {
		c.live = map[int]*record{}
	}
	c.begun++
	r.number = c.begun
	c.live[r.number] = r
}

// rename gives a vendor another name in the calls under way.
func (c *calls) rename(from, to string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.live {
		r.set(func() {
			if r.vendor == from {
				r.vendor = to
			}
		})
	}
}

// end takes a call that has ended.
func (c *calls) end(r *record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.live, r.number)
	c.ended++
	c.last[c.ended%keptCalls] = r
}

// underWay returns the calls that have not ended.
func (c *calls) underWay() []*record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Values(c.live))
}

// allEnded waits until no call is under way, but at most for d.
func (c *calls) allEnded(d time.Duration) {
	for deadline := time.Now().Add(d); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		live := len(c.live)
		c.mu.Unlock()
		if live == 0 {
			return
		}
	}
}

// all returns the calls under way, the latest first, and then those that ended, the latest first. live is how
// many of the first there are.
func (c *calls) all() (list []*record, live int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list = make([]*record, 0, len(c.live)+min(c.ended, keptCalls))
	for _, r := range c.live {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *record) int { return cmp.Compare(b.number, a.number) })
	for i := range min(c.ended, keptCalls) {
		list = append(list, c.last[(c.ended-i)%keptCalls])
	}
	return list, len(c.live)
}

// find returns a call that all would return, nil if there is none of that number.
func (c *calls) find(number int) *record {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.live[number]; r != nil {
		return r
	}
	for _, r := range c.last {
		if r != nil && r.number == number {
			return r
		}
	}
	return nil
}
