package limiter

import "slices"

// Configure replaces all policies. Calls in flight keep their permits and waiters their places, except
// that what the new limits allow is granted at once.
//
// A limit set by SetLimit stays in force while the new policy gives the model, or the account, a limit
// and has it in range; else it is forgotten. Those that the policy sets are in force before anybody is let in. Where the list names a vendor twice, the last policy counts.
//
// A limit that a new policy takes away lets nobody in at once who waits for it. It holds until those have gone
// that wait now; from then on each call that the vendor has answered raises it by one, and when nobody waits it has ended.
//
// A vendor that the list does not name any more keeps the limits in force for the calls that wait for it or
// still come, and its gauges vanish as they fall idle. One that was never named is in monitor mode.
func (c *Controller) Configure(vendors []VendorPolicy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	listed := make([]*vendor, 0, len(vendors))
	policies := make(map[*vendor]Policy, len(vendors))
	for _, p := range vendors {
		c.dropAlias(p.Vendor)
	}
	for _, p := range vendors {
		v := c.vendor(p.Vendor)
		if !slices.Contains(listed, v) {
			listed = append(listed, v)
		}
		policies[v] = p.Policy
	}
	c.listed, c.configured = listed, true
	for _, v := range c.vendors {
		if policy, ok := policies[v]; ok {
			v.adopt(policy)
		} else {
			v.retire()
			c.forsake(v)
		}
	}
	c.trim()
	c.notify()
}
