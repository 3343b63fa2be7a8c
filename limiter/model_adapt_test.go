package limiter

import (
	"cmp"
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// modelSent is how a call in flight was sent to the vendor.
type modelSent struct {
	key    Key
	epoch  uint32
	full   bool
	parked bool

	accepted bool
}

// own is the limit that a model was given for itself, 0 for none.
func (m *model) own(k Key) int {
	p := m.vendor(k.Vendor).policy
	return cmp.Or(m.gauge(k).override, p.Models[k.Model], p.Default)
}

// ceiling is what an account's limit was set to.
func (m *model) ceiling(account Key) int {
	v := m.vendor(account.Vendor)
	return cmp.Or(v.override, v.policy.Total)
}

// refit makes the rules of a vendor what its policy and its overrides say.
func (m *model) refit(vendor string) {
	v := m.vendor(vendor)
	fit := func(rule *adaptive, ceiling, inFlight int) *adaptive {
		switch {
		case !v.policy.Adaptive || ceiling == 0:
			return nil
		case rule == nil:
			return newAdaptive(ceiling, inFlight, m.now)
		}
		rule.bound(ceiling, m.now)
		return rule
	}
	account := m.ceiling(Key{vendor, AccountModel})
	if v.policy.Default > 0 {
		account = 0
	}
	v.rule = fit(v.rule, account, m.flying(vendor))
	for _, k := range m.keys(vendor) {
		g := m.gauges[k]
		g.rule = fit(g.rule, m.own(k), len(g.flying))
	}
}

// rule is the one that a model's calls obey, nil for none.
func (m *model) rule(k Key) *adaptive {
	if rule := m.gauge(k).rule; rule != nil {
		return rule
	}
	return m.vendor(k.Vendor).rule
}

// running counts the calls that are with the vendor under the same limit as k's.
func (m *model) running(k Key) int {
	n := 0
	for _, other := range m.keys(k.Vendor) {
		if other != k && m.gauge(k).rule != nil {
			continue
		}
		for _, id := range m.gauges[other].flying {
			if !m.sent[id].parked {
				n++
			}
		}
	}
	return n
}

// fly counts a call in flight.
func (m *model) fly(k Key, id int) {
	g := m.gauge(k)
	g.flying = append(g.flying, id)
	m.sent[id] = &modelSent{key: k}
	m.send(id)
}

func (m *model) send(id int) {
	s := m.sent[id]
	s.parked, s.epoch, s.full, s.accepted = false, 0, false, false
	if rule := m.rule(s.key); rule != nil {
		s.epoch, s.full = rule.epoch, m.running(s.key) >= rule.limit
	}
}

// raise is for a call that waits.
func (m *model) raise(k Key) bool {
	rule := m.rule(k)
	if rule == nil || !rule.raise(m.now) {
		return false
	}
	m.serve(k.Vendor)
	return true
}

func (m *model) accept(id int) {
	s := m.sent[id]
	s.accepted = true
	rule := m.rule(s.key)
	if rule == nil {
		return
	}
	rule.accepted(s.epoch, s.full)
	waiting := len(m.gauge(s.key).queue)
	if m.gauge(s.key).rule == nil {
		for _, k := range m.keys(s.key.Vendor) {
			waiting += len(m.gauges[k].queue)
		}
	}
	if waiting > 0 {
		m.raise(s.key)
	}
}

func (m *model) refuse(id int) {
	s := m.sent[id]
	rule := m.rule(s.key)
	if rule == nil {
		return
	}
	s.parked = true
	rule.refused(s.epoch, m.now)
	m.serve(s.key.Vendor)
}

// retry is for a refused call that asks to be sent again.
func (m *model) retry(id int) {
	if m.sent[id].parked {
		m.again = append(m.again, id)
		m.resume(m.sent[id].key.Vendor)
	}
}

func (m *model) resume(vendor string) {
	for _, id := range slices.Clone(m.again) {
		s := m.sent[id]
		if rule := m.rule(s.key); s.key.Vendor != vendor || rule != nil && m.running(s.key) >= rule.limit {
			continue
		}
		m.again = slices.DeleteFunc(m.again, func(f int) bool { return f == id })
		m.send(id)
	}
}

// some draws a call in flight that is not parked, or skips.
func (x *machine) some(t *rapid.T) int {
	flying := slices.DeleteFunc(slices.Sorted(maps.Keys(x.m.sent)), func(id int) bool { return x.m.sent[id].parked })
	if len(flying) == 0 {
		t.Skip("no calls in flight")
	}
	return rapid.SampledFrom(flying).Draw(t, "call")
}

// accept lets the vendor take a call.
func (x *machine) accept(t *rapid.T) {
	id := x.some(t)
	x.calls[id].permit.Accepted()
	x.m.accept(id)
}

// refuse lets the vendor refuse a call, which asks to be sent again at once.
func (x *machine) refuse(t *rapid.T) {
	id := x.some(t)
	w := x.calls[id]
	w.permit.Refused()
	x.m.refuse(id)
	if rapid.Bool().Draw(t, "at once") && w.permit.TryRetry() {
		x.m.retry(id)
		return
	}
	go w.permit.Retry(w.ctx)
	x.m.retry(id)
}
