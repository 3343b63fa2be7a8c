package limiter

import "slices"

// Configure replaces all policies. Calls in flight keep their permits and waiters their places, except
// that what the new limits allow is granted at once.
//
// A limit set by SetLimit stays in force while the new policy gives the model, or the account, a limit
// and has it in range; else it is forgotten. A vendor that the list does not name, or not any more, is
// in monitor mode: its waiters are granted, and its gauges vanish as they fall idle. Where the list
// names a vendor twice, the last policy counts.
func (c *Controller) Configure(vendors []VendorPolicy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	listed := make([]*vendor, 0, len(vendors))
	policies := make(map[*vendor]Policy, len(vendors))
	for _, p := range vendors {
		v := c.vendor(p.Vendor)
		if !slices.Contains(listed, v) {
			listed = append(listed, v)
		}
		policies[v] = p.Policy
	}
	c.listed, c.configured = listed, true
	for _, v := range c.vendors {
		policy, ok := policies[v]
		v.listed = ok
		v.adopt(policy)
		c.forsake(v)
	}
	c.trim()
	c.notify()
}
