package limiter

// Waiting is a call in a queue.
type Waiting struct {
	Key
	Caller Caller // whose Arrival is the number that orders it, also where the caller had none
	Place  int    // in the queue of its model: 1 = the next to be served
}

// Queues copies all queues at one moment, in the order of a [Snapshot] and each with the next call first.
// That is the order in which its calls would be served if nobody came or left; between the models of a
// vendor with an account limit the turns decide.
func (c *Controller) Queues() []Waiting {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Waiting
	for _, v := range c.listed {
		all = v.waiting(all)
	}
	for _, v := range c.unlisted() {
		all = v.waiting(all)
	}
	return all
}

// waiting appends the vendor's waiters.
func (v *vendor) waiting(to []Waiting) []Waiting {
	if v.pending == 0 {
		return to
	}
	for _, g := range v.gauges {
		for i, w := range g.queue.order(nil) {
			to = append(to, Waiting{g.key, w.caller, i + 1})
		}
	}
	return to
}
