// Package route sends a call along the chain: to the first vendor that answers, in the order of
// the tiers. It is the only place that knows this order.
//
// Until a vendor's first event has arrived nothing was promised to the client, so a failure leads
// to the next tier. From then on the call belongs to that vendor.
package route

import (
	"context"
	"slices"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/upstream"
)

// Chain is the tiers in order. It never changes: a new configuration makes a new one.
type Chain struct {
	tiers    [][]*upstream.Vendor // the members of a pool share a tier
	conf     config.Config
	memory   *Memory
	limiter  *limiter.Controller
	adapters map[*upstream.Vendor]*adapter
}

// New returns a chain over the vendors of a configuration, in its order. What calls teach goes into
// memory.
func New(conf config.Config, vendors []*upstream.Vendor, memory *Memory, l *limiter.Controller) *Chain {
	c := &Chain{conf: conf, memory: memory, limiter: l, adapters: map[*upstream.Vendor]*adapter{}}
	for _, names := range conf.Order() {
		var tier []*upstream.Vendor
		for _, name := range names {
			if i := slices.IndexFunc(vendors, func(v *upstream.Vendor) bool { return v.Name() == name }); i >= 0 {
				tier = append(tier, vendors[i])
				c.adapters[vendors[i]] = newAdapter(vendors[i].Conf(), memory.thoughts)
			}
		}
		c.tiers = append(c.tiers, tier)
	}
	return c
}

// Send tries the tiers in order and returns the first answer worth committing to; in queues the call
// is one of who's. The caller finishes and closes the answer. The error is an *anthropic.Error to be given to the client, or the
// context's cause if the client is gone.
func (c *Chain) Send(ctx context.Context, call upstream.Call, who limiter.Caller, progress Progress) (*Reply, error) {
	s := &search{chain: c, call: call, who: who, progress: progress, session: SessionOf(call.Header, call.Request)}
	order := c.order(s.session)
	for i, tier := range order {
		s.rest = order[i+1:]
		if reply, ended, err := s.ask(ctx, tier, false); ended {
			return reply, err
		}
	}
	if last := s.soonest(); last != nil && s.called == 0 {
		if reply, ended, err := s.ask(ctx, []*upstream.Vendor{last}, true); ended {
			return reply, err
		}
	}
	return nil, s.failed.answer()
}

// order is the chain as a session sees it: the vendors it is bound to first, and no other if the
// binding is strict; without one, the tier of the vendor that answered it lately.
func (c *Chain) order(session Session) [][]*upstream.Vendor {
	if b := c.memory.Sessions.bound(session, c.conf.Sessions); len(b.Vendors) > 0 {
		return c.boundOrder(b)
	}
	home := c.memory.Sessions.home(session.Key, c.conf.Affinity)
	at := slices.IndexFunc(c.tiers, func(tier []*upstream.Vendor) bool { return named(tier, home) != nil })
	if home == "" || at <= 0 {
		return c.tiers
	}
	order := slices.Concat([][]*upstream.Vendor{c.tiers[at]}, c.tiers[:at], c.tiers[at+1:])
	return order
}

func (c *Chain) boundOrder(b config.Session) [][]*upstream.Vendor {
	var order [][]*upstream.Vendor
	for _, name := range b.Vendors {
		for _, tier := range c.tiers {
			if v := named(tier, name); v != nil {
				order = append(order, []*upstream.Vendor{v})
			}
		}
	}
	if b.Strict {
		return order
	}
	for _, tier := range c.tiers {
		rest := slices.DeleteFunc(slices.Clone(tier), func(v *upstream.Vendor) bool { return slices.Contains(b.Vendors, v.Name()) })
		if len(rest) > 0 {
			order = append(order, rest)
		}
	}
	return order
}

func named(tier []*upstream.Vendor, name string) *upstream.Vendor {
	for _, v := range tier {
		if v.Name() == name {
			return v
		}
	}
	return nil
}

// Wait estimates how long a call for a vendor model that queued now would wait, 0 if not at all or
// if nothing is known.
func (c *Chain) Wait(k limiter.Key) time.Duration { return c.memory.pace.wait(k, c.limiter.Load(k)) }
