package limiter

import (
	"cmp"
	"maps"
	"slices"
)

func (m *model) setLimit(k Key, limit int) error {
	switch {
	case !slices.Contains(m.order, k.Vendor) || k.Model == "":
		return ErrUnknown
	case m.configured(k) == 0:
		return ErrMonitorOnly
	case limit < 1 || limit > m.highest(k):
		return ErrLimitRange
	case k.Model == AccountModel:
		m.vendor(k.Vendor).override = limit
	default:
		m.gauge(k).override = limit
	}
	m.refit(k.Vendor)
	m.serve(k.Vendor)
	return nil
}

func (m *model) resetLimit(k Key) error {
	if !slices.Contains(m.order, k.Vendor) {
		return ErrUnknown
	}
	if k.Model == AccountModel || k.Model == "" {
		m.vendor(k.Vendor).override = 0
	}
	for _, other := range m.keys(k.Vendor) {
		if k.Model == "" || k == other {
			m.gauges[other].override = 0
		}
	}
	m.refit(k.Vendor)
	m.serve(k.Vendor)
	return nil
}

func (m *model) configure(list []VendorPolicy) {
	was := map[Key]int{} // limits of their own, in force
	for name := range m.vendors {
		was[Key{name, AccountModel}] = m.total(name)
		for _, k := range m.keys(name) {
			if m.own(k) > 0 {
				was[k] = m.limit(k)
			}
		}
	}
	m.strict, m.order = true, nil
	for _, p := range list {
		delete(m.aliases, p.Vendor)
	}
	for _, p := range list {
		m.order = append(m.order, p.Vendor)
		m.vendor(p.Vendor).policy = p.Policy
	}
	for name := range m.vendors {
		if slices.Contains(m.order, name) {
			m.adopt(name, was)
		} else {
			m.retire(name)
		}
		m.refit(name)
		m.serve(name)
	}
}

// adopt forgets limits set at run time that a new policy does not allow. Limits that it takes away stay while calls wait.
func (m *model) adopt(name string, was map[Key]int) {
	v, account := m.vendor(name), Key{name, AccountModel}
	if v.override > m.highest(account) {
		v.override = 0
	}
	pending := 0
	for _, k := range m.keys(name) {
		pending += len(m.gauges[k].queue)
	}
	v.ending = v.ending.next(m.ceiling(account) > 0, was[account], pending)
	for _, k := range m.keys(name) {
		g := m.gauges[k]
		if g.override > m.highest(k) {
			g.override = 0
		}
		g.ending = g.ending.next(m.own(k) > 0 || m.ceiling(account) > 0, was[k], len(g.queue))
	}
}

// next is what becomes of an ending limit with a policy that has another or none.
func (e modelEnding) next(another bool, was, pending int) modelEnding {
	switch {
	case another || pending == 0:
		return modelEnding{}
	case e.limit == 0 && was > 0:
		return modelEnding{was, pending}
	}
	return e
}

// retire makes the limits in force the last ones of a vendor that has left the list.
func (m *model) retire(name string) {
	v := m.vendor(name)
	v.policy.Total = cmp.Or(v.override, v.policy.Total, v.ending.limit)
	v.policy.Models = maps.Clone(v.policy.Models)
	if v.policy.Models == nil {
		v.policy.Models = map[string]int{}
	}
	v.override, v.ending = 0, modelEnding{}
	for _, k := range m.keys(name) {
		g := m.gauges[k]
		if own := cmp.Or(g.override, g.ending.limit); own > 0 {
			v.policy.Models[k.Model] = own
		}
		g.override, g.ending = 0, modelEnding{}
	}
}

// busy tells whether calls hold or wait for slots of a vendor.
func (m *model) busy(name string) bool {
	waits := func(k Key) bool { return len(m.gauges[k].queue) > 0 }
	return m.flying(name) > 0 || slices.ContainsFunc(m.keys(name), waits)
}

// exists tells whether anything is known of a vendor.
func (m *model) exists(name string) bool {
	return slices.Contains(m.order, name) || len(m.keys(name)) > 0 || m.vendor(name).policy.limits()
}

func (m *model) rename(from, to string) {
	if from == to || !m.exists(from) || slices.Contains(m.order, to) || m.busy(to) {
		return
	}
	for _, k := range m.keys(to) {
		delete(m.gauges, k)
	}
	m.vendors[to] = m.vendors[from]
	delete(m.vendors, from)
	for name, of := range m.aliases {
		if of == to {
			delete(m.aliases, name)
		} else if of == from {
			m.aliases[name] = to
		}
	}
	delete(m.aliases, to)
	m.aliases[from] = to
	for _, k := range m.keys(from) {
		m.gauges[Key{to, k.Model}] = m.gauges[k]
		delete(m.gauges, k)
	}
	for _, s := range m.sent {
		if s.key.Vendor == from {
			s.key.Vendor = to
		}
	}
	if i := slices.Index(m.order, from); i >= 0 {
		m.order[i] = to
	}
}

// waiterLeft is for limits that are about to end: a call of k's has left its queue.
func (m *model) waiterLeft(k Key) {
	v, g := m.vendor(k.Vendor), m.gauge(k)
	v.ending.left, g.ending.left = max(v.ending.left-1, 0), max(g.ending.left-1, 0)
	pending := 0
	for _, other := range m.keys(k.Vendor) {
		pending += len(m.gauges[other].queue)
	}
	if pending == 0 {
		v.ending = modelEnding{}
	}
	if len(g.queue) == 0 {
		g.ending = modelEnding{}
	}
}

// answered is for limits that are about to end: an accepted call of k's is over.
func (m *model) answered(k Key) {
	for _, e := range []*modelEnding{&m.vendor(k.Vendor).ending, &m.gauge(k).ending} {
		if e.limit > 0 && e.left == 0 {
			e.limit++
		}
	}
}
