package limiter

import (
	"slices"
	"strings"
)

// gauge finds k's gauge or makes it. The caller holds the mutex and puts the gauge to use, or else to
// rest.
func (c *Controller) gauge(k Key) *gauge {
	if g := c.latest; g != nil && g.key == k {
		return g
	}
	g, ok := c.gauges[k]
	if !ok {
		g = c.create(k)
	}
	c.latest = g
	return g
}

// create makes k's gauge. Its names are copied, for k's may be parts of a whole request's body.
func (c *Controller) create(k Key) *gauge {
	v := c.vendor(k.Vendor)
	if v.name != k.Vendor { // it has another name now
		if g, ok := c.gauges[Key{v.name, k.Model}]; ok {
			return g
		}
	}
	g := &gauge{key: Key{Vendor: v.name, Model: strings.Clone(k.Model)}, vendor: v}
	i, _ := v.find(k.Model)
	v.gauges = slices.Insert(v.gauges, i, g)
	v.retired.leave()
	c.gauges[g.key] = g
	v.fit(g)
	return g
}

// vendor finds a vendor or makes it, in monitor mode.
func (c *Controller) vendor(name string) *vendor {
	v := c.known(name)
	if v == nil {
		v = &vendor{controller: c, name: strings.Clone(name)}
		c.vendors[v.name] = v
	}
	return v
}

// known finds a vendor by its name, or by one that it had; nil if there is none.
func (c *Controller) known(name string) *vendor {
	if v := c.vendors[name]; v != nil {
		return v
	}
	return c.aliases[name]
}

// rest files a gauge as idle if it is, after a change that may have made it so.
func (c *Controller) rest(g *gauge) {
	busy := g.inFlight > 0 || g.queue.len > 0 || g.glow.in()
	switch {
	case busy:
		g.idle.leave()
	case c.configured && !g.vendor.listed:
		c.drop(g)
	case g.runtime > 0 || g.pinned:
		g.idle.leave()
	case !g.idle.in():
		c.idle.push(&g.idle, g)
	}
}

// trim drops the gauges idle longest beyond KeepIdle.
func (c *Controller) trim() {
	for c.idle.len > KeepIdle {
		c.drop(c.idle.first.owner)
	}
}

// drop takes an idle gauge off the table, and its vendor with it when nothing else needs that.
func (c *Controller) drop(g *gauge) {
	g.idle.leave()
	if c.latest == g {
		c.latest = nil
	}
	delete(c.gauges, g.key)
	v := g.vendor
	i, _ := v.find(g.key.Model)
	v.gauges = slices.Delete(v.gauges, i, i+1)
	c.forsake(v)
}
