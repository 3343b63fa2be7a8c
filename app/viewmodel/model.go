package viewmodel

import (
	"cmp"
	"slices"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
)

// Model makes boards and remembers the five minutes behind them. It is for one goroutine.
type Model struct {
	past map[string]*recent // by vendor
}

// New gives a model without a past.
func New() *Model { return &Model{past: map[string]*recent{}} }

// Update gives the board for a status taken now. It must also be called while nobody looks, or the
// history has a gap.
func (m *Model) Update(status proxy.Status, now time.Time) Board {
	b := Board{
		Addr:    status.Addr,
		Problem: status.Problem,
		Failed:  status.Failed,
		Down:    down(status),
		Paused:  status.Paused,
		Demo:    status.Demo,
		Capture: status.Capture,
		NoLogin: status.NoLogin,
		Cards:   cards(status, now),

		Reordered: status.Reordered,
	}
	if i := slices.IndexFunc(b.Cards, func(c Card) bool { return c.State == proxy.Rejected }); i >= 0 {
		b.Rejected = b.Cards[i].Head
	}
	for i := range b.Cards {
		b.add(&b.Cards[i])
		m.note(&b.Cards[i], now)
	}
	m.forget(b.Cards)
	return b
}

// down tells that no call can be served. A proxy that has neither an address nor a problem is still
// starting.
func down(s proxy.Status) bool {
	if s.Addr == "" {
		return s.Problem != ""
	}
	return !slices.ContainsFunc(s.Tiers, func(t proxy.Tier) bool { return t.State == proxy.Ready || t.State == proxy.Probing })
}

// cards lays the gauges out by vendor, the chain's first. A vendor that a new configuration dropped
// keeps a card while its calls run, so that the totals are always the sum of what is shown.
func cards(s proxy.Status, now time.Time) []Card {
	list := make([]Card, 0, len(s.Tiers))
	place := make(map[string]int, len(s.Tiers))
	for i, t := range s.Tiers {
		place[t.Vendor] = len(list)
		list = append(list, Card{Head: head(s.Tiers, i, now)})
	}
	for _, g := range s.Concurrency.Gauges {
		i, ok := place[g.Vendor]
		if !ok {
			i = len(list)
			place[g.Vendor] = i
			list = append(list, Card{Head: Head{Vendor: g.Vendor, Title: g.Vendor}})
		}
		list[i].Rows = append(list[i].Rows, modelRow(s, g, now))
	}
	for _, a := range s.Concurrency.Accounts {
		if i, ok := place[a.Vendor]; ok {
			list[i].Account = accountRow(a)
		}
	}
	for i := range list {
		slices.SortFunc(list[i].Rows, func(a, b Row) int { return cmp.Compare(a.Model, b.Model) })
	}
	return list
}

// head is what the card of the ith vendor says.
func head(tiers []proxy.Tier, i int, now time.Time) Head {
	t := tiers[i]
	h := Head{
		Vendor: t.Vendor, Title: cmp.Or(t.Title, t.Vendor), Tier: 1, Pool: t.Pool, State: t.State, Reason: t.Reason, Why: t.Why, Key: t.Key, KeyVar: t.KeyVar, Left: left(t.Until, now), SignIn: t.SignIn,
	}
	for k := range i { // the members of a pool are one tier
		if tiers[k].Pool == 0 || tiers[k].Pool != tiers[k+1].Pool {
			h.Tier++
		}
	}
	for _, m := range t.Models {
		if h.Reason == "" {
			h.Out, h.Reason, h.Why = m.Model, m.Reason, m.Why
		}
	}
	for k, q := range t.Quotas[:min(len(t.Quotas), len(h.Quotas))] {
		h.Quotas[k] = Quota{q.Name, int(q.Percent)}
	}
	return h
}

// left is the time until another, in steps that a reader can follow: five seconds, from two minutes on
// minutes, from two hours on ten of them.
func left(until, now time.Time) time.Duration {
	d := until.Sub(now)
	step := 5 * time.Second
	switch {
	case until.IsZero() || d <= 0:
		return 0
	case d > 2*time.Hour:
		step = 10 * time.Minute
	case d > 2*time.Minute:
		step = time.Minute
	}
	return (d + step - 1).Truncate(step)
}

// estimate is a wait as it is worth showing: nothing below five seconds, and in steps above, because a
// number that changes with every call says less than one that stays.
func estimate(wait time.Duration) time.Duration {
	if wait >= time.Minute {
		return wait.Round(30 * time.Second)
	}
	return wait.Truncate(5 * time.Second)
}

func modelRow(s proxy.Status, g limiter.Gauge, now time.Time) Row {
	r := gaugeRow(g)
	if g.Pending > 0 {
		r.Wait = estimate(s.Waits[g.Key])
	}
	for _, t := range s.Tiers {
		for _, m := range t.Models {
			if t.Vendor == g.Vendor && m.Model == g.Model {
				r.Out, r.Left = true, left(m.Until, now)
			}
		}
	}
	return r
}

func gaugeRow(g limiter.Gauge) Row {
	return Row{
		Vendor: g.Vendor, Model: g.Model, Limited: g.Mode == limiter.Limited,
		InFlight: g.InFlight, Limit: g.Limit, Ceiling: g.Ceiling, Max: g.Max, Configured: g.Configured, Ending: g.Ending(),
		Pending: g.Pending, Peak: g.PeakPending, Adaptation: g.Adaptation,
	}
}

func accountRow(a limiter.Account) Row {
	return Row{
		Vendor: a.Vendor, Model: limiter.AccountModel, Limited: true,
		InFlight: a.InFlight, Limit: a.Limit, Ceiling: a.Ceiling, Max: a.Max, Configured: a.Configured, Ending: a.Ending(), Pending: a.Pending,
		Adaptation: a.Adaptation,
	}
}

// add counts a card into the totals and the busy rows.
func (b *Board) add(c *Card) {
	for _, r := range c.Rows {
		b.Totals.InFlight += r.InFlight
		b.Totals.Pending += r.Pending
		b.Totals.Peak = max(b.Totals.Peak, r.Peak)
		if r.Busy() {
			b.Busy = append(b.Busy, r)
		}
	}
}

// note writes the card's sums into its vendor's history and gives the card a copy.
func (m *Model) note(c *Card, now time.Time) {
	h := m.past[c.Vendor]
	if h == nil {
		h = &recent{}
		m.past[c.Vendor] = h
	}
	var p Point
	for _, r := range c.Rows {
		p.InFlight += r.InFlight
		p.Pending += r.Pending
	}
	h.note(p, now)
	c.History = h.series
}

// forget drops the past of vendors that have no card any more.
func (m *Model) forget(cards []Card) {
	for vendor := range m.past {
		if !slices.ContainsFunc(cards, func(c Card) bool { return c.Vendor == vendor }) {
			delete(m.past, vendor)
		}
	}
}
