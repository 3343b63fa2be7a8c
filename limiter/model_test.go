package limiter

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// model says what the controller ought to do, as plainly as it can be said: slices searched from end to
// end, a full history instead of a clever memory, and times compared with the clock. It shares no code
// with the controller but the rule of adaptive limits, which adapt_test.go tests.
type model struct {
	now     time.Time
	turn    int    // the last place given in a line for an account
	newest  uint64 // the highest number of a call that ever waited
	vendors map[string]*modelVendor
	strict  bool     // a Configure has run
	order   []string // Configure's list
	aliases map[string]string
	gauges  map[Key]*modelGauge
	sent    map[int]*modelSent // of the calls in flight
	again   []int              // refused calls that wait to be sent again, in order
}

type modelVendor struct {
	policy   Policy
	override int
	rule     *adaptive // of an adaptive account limit
	ending   modelEnding
}

// modelEnding is a limit that the policy gives no more; 0 = none.
type modelEnding struct{ limit, left int }

type modelGauge struct {
	override int
	rule     *adaptive // of an adaptive limit of its own
	ending   modelEnding
	flying   []int                // calls in flight
	queue    []modelCall          // in order of arrival
	sessions map[string]modelTurn // in a fair queue, of each session in it
	turn     int                  // place in the line for the account; 0 = not in line
	changes  []modelDepth
}

type modelCall struct {
	id       int
	caller   Caller
	arrival  uint64
	deadline time.Time // zero for none
}

// modelDepth is a depth that the queue left at a time.
type modelDepth struct {
	depth int
	left  time.Time
}

// vendor gives a vendor's state; a vendor never heard of has no limits.
func (m *model) vendor(name string) *modelVendor {
	if m.vendors[name] == nil {
		m.vendors[name] = &modelVendor{}
	}
	return m.vendors[name]
}

func (m *model) gauge(k Key) *modelGauge {
	if m.gauges[k] == nil {
		m.gauges[k] = &modelGauge{sessions: map[string]modelTurn{}}
		m.refit(k.Vendor)
	}
	return m.gauges[k]
}

// configured is what the policy says of a key, the account's limit included.
func (m *model) configured(k Key) int {
	p := m.vendor(k.Vendor).policy
	if k.Model == AccountModel {
		return p.Total
	}
	return cmp.Or(p.Models[k.Model], p.Default, p.Total)
}

func (m *model) total(vendor string) int {
	if rule := m.vendor(vendor).rule; rule != nil {
		return rule.limit
	}
	return cmp.Or(m.ceiling(Key{vendor, AccountModel}), m.vendor(vendor).ending.limit)
}

func (m *model) limit(k Key) int {
	if rule := m.gauge(k).rule; rule != nil {
		return rule.limit
	}
	return cmp.Or(m.own(k), m.gauge(k).ending.limit, m.total(k.Vendor))
}

func (m *model) highest(k Key) int {
	if m.configured(k) == 0 {
		return 0
	}
	return max(m.configured(k), cmp.Or(m.vendor(k.Vendor).policy.Max, DefaultMax))
}

func (m *model) keys(vendor string) []Key {
	keys := slices.DeleteFunc(slices.Collect(maps.Keys(m.gauges)), func(k Key) bool { return k.Vendor != vendor })
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Compare(a.Model, b.Model) })
	return keys
}

func (m *model) flying(vendor string) int {
	n := 0
	for _, k := range m.keys(vendor) {
		n += len(m.gauges[k].flying)
	}
	return n
}

// acquire is a call's arrival.
func (m *model) acquire(k Key, id int, caller Caller) error {
	k.Vendor = cmp.Or(m.aliases[k.Vendor], k.Vendor)
	g, p := m.gauge(k), m.vendor(k.Vendor).policy
	mustWait := m.mustWait(k)
	if mustWait && m.raise(k) {
		mustWait = m.mustWait(k)
	}
	if mustWait && len(g.queue) >= cmp.Or(p.MaxPending, DefaultMaxPending) && caller.Waited == 0 {
		return ErrQueueFull
	}
	if mustWait && caller.Waited > 0 && p.MaxWait > 0 && caller.Waited >= p.MaxWait {
		return ErrWaitExpired
	}
	if !mustWait {
		m.fly(k, id)
		return nil
	}
	w := modelCall{id: id, caller: caller, arrival: caller.Arrival}
	if w.arrival == 0 {
		w.arrival = m.newest + 1
	}
	m.newest, w.caller.Arrival = max(m.newest, w.arrival), w.arrival
	if p.MaxWait > 0 {
		w.deadline = m.now.Add(p.MaxWait - caller.Waited)
	}
	g.changes = append(g.changes, modelDepth{len(g.queue), m.now})
	g.queue = append(g.queue, w)
	slices.SortStableFunc(g.queue, func(a, b modelCall) int { return cmp.Compare(a.arrival, b.arrival) })
	if m.vendor(k.Vendor).policy.Fair {
		m.turn++
		g.seat(w, m.turn)
	}
	m.serve(k.Vendor)
	return nil
}

func (m *model) mustWait(k Key) bool {
	return len(m.gauge(k).queue) > 0 || m.full(k) || m.accountFull(k.Vendor)
}

func (m *model) full(k Key) bool {
	return m.limit(k) > 0 && len(m.gauge(k).flying) >= m.limit(k)
}

func (m *model) accountFull(vendor string) bool {
	return m.total(vendor) > 0 && m.flying(vendor) >= m.total(vendor)
}

// serve lines up the models that have a waiter and room, and grants in turn while the account has room.
func (m *model) serve(vendor string) {
	m.resume(vendor)
	for {
		m.seat(vendor)
		var next *modelGauge
		var key Key
		for _, k := range m.keys(vendor) {
			g := m.gauges[k]
			if len(g.queue) == 0 || m.full(k) {
				g.turn = 0
				continue
			}
			if g.turn == 0 {
				m.turn++
				g.turn = m.turn
			}
			if next == nil || g.turn < next.turn {
				next, key = g, k
			}
		}
		if next == nil || m.accountFull(vendor) {
			return
		}
		next.turn = 0
		i := m.head(next, m.vendor(vendor).policy.Fair)
		m.fly(key, next.queue[i].id)
		m.turn++
		next.sessions[next.queue[i].caller.Session] = modelTurn{m.newest, m.turn, true}
		m.leave(key, i)
	}
}

// leave takes the i-th waiter out of a queue.
func (m *model) leave(k Key, i int) {
	g := m.gauge(k)
	g.changes = append(g.changes, modelDepth{len(g.queue), m.now})
	g.queue = slices.Delete(g.queue, i, i+1)
	m.waiterLeft(k)
}

// end is a call's release or its cancel.
func (m *model) end(id int) {
	var k Key
	var g *modelGauge
	for k, g = range m.gauges {
		if slices.Contains(g.flying, id) || slices.ContainsFunc(g.queue, func(w modelCall) bool { return w.id == id }) {
			break
		}
	}
	if slices.Contains(g.flying, id) && m.sent[id].accepted {
		m.answered(k)
	}
	g.flying = slices.DeleteFunc(g.flying, func(f int) bool { return f == id })
	m.again = slices.DeleteFunc(m.again, func(f int) bool { return f == id })
	delete(m.sent, id)
	if i := slices.IndexFunc(g.queue, func(w modelCall) bool { return w.id == id }); i >= 0 {
		m.leave(k, i)
	}
	m.serve(k.Vendor)
}

// sleep lets time pass and the waits expire that are over by then; it gives their calls.
func (m *model) sleep(d time.Duration) []int {
	target := m.now.Add(d)
	var expired []int
	for {
		var first Key
		at := -1
		m.now = target
		for _, k := range slices.SortedFunc(maps.Keys(m.gauges), func(a, b Key) int { return cmp.Compare(a.Model, b.Model) }) {
			for i, w := range m.gauges[k].queue {
				if !w.deadline.IsZero() && !w.deadline.After(target) && (at < 0 || w.deadline.Before(m.now)) {
					first, at, m.now = k, i, w.deadline
				}
			}
		}
		if at < 0 {
			return expired
		}
		expired = append(expired, m.gauges[first].queue[at].id)
		m.leave(first, at)
		for name := range m.vendors {
			m.serve(name) // lets those with an empty queue out of line
		}
	}
}

func (m *model) peak(g *modelGauge) int {
	deepest := len(g.queue)
	for _, c := range g.changes {
		if c.left.After(m.now.Add(-PeakWindow)) {
			deepest = max(deepest, c.depth)
		}
	}
	return deepest
}

// outcome is what has become of a call, by the sentinel it failed with.
func outcome(err error) error {
	for _, known := range []error{ErrUnknown, ErrMonitorOnly, ErrLimitRange, ErrQueueFull, ErrWaitExpired, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}
