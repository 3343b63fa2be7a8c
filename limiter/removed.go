package limiter

import (
	"slices"
	"strings"
)

// keepRetired is how many policies are kept of vendors that Configure does not name any more and that have no calls, and
// how many names that vendors had before: a call that began then may still come. Beyond it the oldest go.
const keepRetired = 64

// opening is a limit that the policy gives no more, in force until nobody waits for it. Its zero value is none.
type opening struct {
	limit int // in force
	left  int // calls to be let in, or to leave, before it is raised: those that waited when the policy changed
}

// waiterLeft notes that a call has left the queue.
func (o *opening) waiterLeft() { o.left = max(o.left-1, 0) }

// answered raises the limit by one, once those have gone that waited when the policy changed.
func (o *opening) answered() {
	if o.limit > 0 && o.left == 0 {
		o.limit++
	}
}

// retire is for a vendor that Configure does not name. The limits in force stay for its calls, also those that the user
// had set and those that are about to end.
func (v *vendor) retire() {
	v.listed = false
	if v.policy.Models == nil {
		v.policy.Models = map[string]int{}
	}
	for _, g := range v.gauges {
		if own := max(g.runtime, g.opening.limit); own > 0 {
			v.policy.Models[g.key.Model] = own
		}
		g.runtime, g.opening = 0, opening{}
	}
	if total := max(v.runtime, v.opening.limit); total > 0 {
		v.policy.Total = total
	}
	v.runtime, v.opening, v.openings = 0, opening{}, 0
	v.apply()
}

// limits tells whether the policy has any limit.
func (p Policy) limits() bool { return p.Default > 0 || p.Total > 0 || len(p.Models) > 0 }

// forsake lets go of a vendor that Configure did not name and that has no gauges. Its policy is kept for a while.
func (c *Controller) forsake(v *vendor) {
	if v.listed || len(v.gauges) > 0 || c.vendors[v.name] != v {
		return
	}
	if !v.policy.limits() {
		c.forget(v)
		return
	}
	if !v.retired.in() {
		c.retired.push(&v.retired, v)
	}
	if c.retired.len > keepRetired {
		c.forget(c.retired.first.owner)
	}
}

// forget drops a vendor with all its names.
func (c *Controller) forget(v *vendor) {
	v.retired.leave()
	if c.vendors[v.name] == v {
		delete(c.vendors, v.name)
	}
	for _, name := range slices.Clone(c.aliased) {
		if c.aliases[name] == v {
			c.dropAlias(name)
		}
	}
}

// addAlias lets calls find a vendor by a name that it had. Only the latest keepRetired of such names are known.
func (c *Controller) addAlias(name string, v *vendor) {
	c.dropAlias(name)
	if len(c.aliased) == keepRetired {
		c.dropAlias(c.aliased[0])
	}
	if c.aliases == nil {
		c.aliases = map[string]*vendor{}
	}
	c.aliases[name] = v
	c.aliased = append(c.aliased, name)
}

func (c *Controller) dropAlias(name string) {
	if _, there := c.aliases[name]; there {
		delete(c.aliases, name)
		c.aliased = slices.DeleteFunc(c.aliased, func(other string) bool { return other == name })
	}
}

// openAccount keeps an account limit that was in force, where a new policy has none and calls wait.
func (v *vendor) openAccount(was int) {
	switch {
	case v.ceiling() > 0 || v.pending == 0:
		v.endOpening(&v.opening)
	case was > 0 && v.opening.limit == 0:
		v.opening = opening{was, v.pending}
		v.openings++
	}
}

// open is openAccount for a gauge's own limit, which now is own.
func (g *gauge) open(was, own int) {
	switch {
	case own > 0 || g.vendor.ceiling() > 0 || g.queue.len == 0:
		g.vendor.endOpening(&g.opening)
	case was > 0 && g.opening.limit == 0:
		g.opening = opening{was, g.queue.len}
		g.vendor.openings++
	}
	if g.opening.limit > 0 {
		g.limit, g.ceiling = g.opening.limit, g.opening.limit
	}
}

func (v *vendor) endOpening(o *opening) {
	if o.limit > 0 {
		*o = opening{}
		v.openings--
	}
}

// widen raises the gauge's limits that are about to end, because a call has ended that the vendor had accepted.
func (v *vendor) widen(g *gauge) {
	v.opening.answered()
	g.opening.answered()
	v.refit()
}

// narrow notes that a call has left the gauge's queue. A limit that is about to end does so when nobody waits.
func (v *vendor) narrow(g *gauge) {
	v.opening.waiterLeft()
	g.opening.waiterLeft()
	if v.pending == 0 {
		v.endOpening(&v.opening)
	}
	if g.queue.len == 0 {
		g.vendor.endOpening(&g.opening)
	}
	v.refit()
}

// refit derives all limits once more.
func (v *vendor) refit() {
	v.limit = v.total()
	for _, g := range v.gauges {
		v.fit(g)
		v.settle(g)
	}
}

// Rename gives a vendor another name: with its calls, its queues, and the limits set by SetLimit. Calls that still come
// under the old name are counted under the new one, until a Configure names the old one. It is for a vendor whose account
// stays the same, before the Configure that names it so. Where a vendor of the new name has calls, nothing is renamed.
func (c *Controller) Rename(from, to string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, there := c.vendors[from], c.vendors[to]
	if v == nil || from == to || there != nil && (there.listed || there.inFlight+there.pending > 0) {
		return
	}
	if there != nil {
		for len(there.gauges) > 0 {
			there.gauges[0].glow.leave()
			c.drop(there.gauges[0])
		}
		c.forget(there)
	}
	delete(c.vendors, from)
	c.dropAlias(to)
	c.addAlias(from, v)
	v.name = strings.Clone(to)
	c.vendors[v.name] = v
	for _, g := range v.gauges {
		delete(c.gauges, g.key)
		g.key.Vendor = v.name
		c.gauges[g.key] = g
	}
	c.notify()
}
