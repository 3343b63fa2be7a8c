package limiter

import (
	"cmp"
	"maps"
	"slices"
)

// vendor is one vendor's policy, account and gauges. The controller's mutex guards all of it.
type vendor struct {
	controller *Controller
	name       string
	listed     bool // Configure named it
	policy     Policy
	runtime    int           // the account limit of SetLimit; 0 = none
	limit      int           // of the account, in force; 0 = none
	inFlight   int           // over all models
	parked     int           // of them
	pending    int           // over all models
	adapt      *adaptive     // of the account limit; nil where that is not adaptive
	again      list[retrier] // refused calls that wait to be sent again
	opening    opening       // of the account limit
	openings   int           // limits that are about to end: that of the account and those of gauges
	retired    link[vendor]  // in Controller.retired

	gauges []*gauge    // sorted by model
	turns  list[gauge] // models with a call that only an account slot holds up, next to be served first
}

// total is what the account limit in force has to be, 0 for none.
func (v *vendor) total() int {
	if v.adapt != nil {
		return v.adapt.limit
	}
	return cmp.Or(v.ceiling(), v.opening.limit)
}

// ceiling is what the account limit was set to, 0 for none.
func (v *vendor) ceiling() int { return cmp.Or(v.runtime, v.policy.Total) }

// configured is the limit that the policy gives a model, 0 for none.
func (v *vendor) configured(model string) int {
	return cmp.Or(v.policy.Models[model], v.policy.Default, v.policy.Total)
}

// highest is the highest limit that SetLimit accepts in place of a configured one, 0 where there is
// none. A limit that the policy gives is never out of range.
func (v *vendor) highest(configured int) int {
	if configured == 0 {
		return 0
	}
	return max(configured, v.policy.Max)
}

// adopt takes the policy that Configure gives the vendor.
func (v *vendor) adopt(p Policy) {
	was := v.limit
	v.listed = true
	v.retired.leave()
	p.Models = maps.Clone(p.Models)
	maps.DeleteFunc(p.Models, func(_ string, limit int) bool { return limit <= 0 })
	p.Known = slices.Clone(p.Known)
	p.Default, p.Total = max(p.Default, 0), max(p.Total, 0)
	if p.Max <= 0 {
		p.Max = DefaultMax
	}
	if p.MaxPending <= 0 {
		p.MaxPending = DefaultMaxPending
	}
	set := p.Set
	p.Set = nil
	v.policy = p
	for model, limit := range set {
		if model != "" && limit >= 1 && limit <= v.highestOf(model) {
			v.set(model, limit)
		}
	}
	if v.runtime > v.highest(p.Total) {
		v.runtime = 0
	}
	for _, g := range v.gauges {
		if g.runtime > v.highest(v.configured(g.key.Model)) {
			g.runtime = 0
		}
	}
	v.openAccount(was)
	v.apply()
}

// enforce puts the vendor's limits into force after a change, and grants what they leave room for.
func (v *vendor) enforce() {
	v.fitAccount()
	v.refit()
	v.resume()
	v.grant()
}

// apply is enforce after a change that may leave a gauge without a reason to be kept.
func (v *vendor) apply() {
	v.enforce()
	for _, g := range slices.Backward(v.gauges) { // backward, because rest may delete the gauge
		v.controller.rest(g)
	}
}

// highestOf is the highest limit that SetLimit accepts for a model, or the account; 0 where there is none to change.
func (v *vendor) highestOf(model string) int {
	if model == AccountModel {
		return v.highest(v.policy.Total)
	}
	return v.highest(v.configured(model))
}

// set changes a limit that is in range. It puts nothing into force.
func (v *vendor) set(model string, limit int) {
	if model == AccountModel {
		v.runtime = limit
		return
	}
	v.controller.gauge(Key{v.name, model}).runtime = limit
}

// reset forgets the limits of SetLimit: a model's, the account's with AccountModel, or all with "".
func (v *vendor) reset(model string) {
	if model == "" || model == AccountModel {
		v.runtime = 0
	}
	for _, g := range v.gauges {
		if model == "" || model == g.key.Model {
			g.runtime = 0
		}
	}
	v.apply()
}

// fit derives a gauge's limit from the policy and the limits set at run time.
func (v *vendor) fit(g *gauge) {
	model := g.key.Model
	own, was := cmp.Or(g.runtime, v.own(model)), 0
	if g.own > 0 {
		was = g.limit
	}
	g.own = own
	g.limit, g.ceiling = cmp.Or(own, v.limit), cmp.Or(own, v.ceiling(), v.opening.limit)
	g.adapt = v.adapted(g.adapt, own, g.inFlight)
	if g.adapt != nil {
		g.limit = g.adapt.limit
	}
	g.open(was, own)
	g.queue.setFair(v.policy.Fair)
	_, limited := v.policy.Models[model]
	g.pinned = limited || slices.Contains(v.policy.Known, model)
}

// own is the limit that the policy gives a model for itself, 0 for none.
func (v *vendor) own(model string) int { return cmp.Or(v.policy.Models[model], v.policy.Default) }

// limitOf is the limit in force of a model without a gauge, 0 for none.
func (v *vendor) limitOf(model string) int {
	if own := v.own(model); own > 0 {
		if v.policy.Adaptive {
			return min(own, firstLimit)
		}
		return own
	}
	return v.limit
}

// hasRoom tells whether the account leaves room for one more call.
func (v *vendor) hasRoom() bool { return v.limit == 0 || v.inFlight < v.limit }

// settle keeps a gauge in line for an account slot exactly while it has a waiter that its own limit
// admits. It is called after every change to the gauge.
func (v *vendor) settle(g *gauge) {
	wants := g.queue.len > 0 && g.admits()
	switch {
	case wants && !g.turn.in():
		v.turns.push(&g.turn, g)
	case !wants:
		g.turn.leave()
	}
}

// grant hands out slots, one a model in turn, until the account is full or nobody can take one. After
// it, a free slot means that no waiter could use it, so a newcomer who can barges past nobody.
func (v *vendor) grant() {
	for v.turns.len > 0 && v.hasRoom() {
		g := v.turns.first.owner
		w := g.queue.next(v.controller.arrival)
		g.turn.leave()
		g.take()
		w.sent = g.send()
		g.leave(w)
		close(w.granted)
	}
}

// find gives the place of a model in v.gauges.
func (v *vendor) find(model string) (int, bool) {
	return slices.BinarySearchFunc(v.gauges, model, func(g *gauge, model string) int {
		return cmp.Compare(g.key.Model, model)
	})
}
