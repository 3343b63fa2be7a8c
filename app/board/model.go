package board

import (
	"cmp"
	"slices"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
)

// Model makes boards and remembers the five minutes behind them. It is for one goroutine.
type Model struct {
	past map[string]*history // by vendor
}

// New gives a model without a past.
func New() *Model { return &Model{past: map[string]*history{}} }

// Update gives the board for a status taken now. It must also be called while nobody looks, or the
// history has a gap.
func (m *Model) Update(status proxy.Status, now time.Time) Board {
	b := Board{
		Addr:    status.Addr,
		Problem: status.Problem,
		Down:    down(status),
		Paused:  status.Paused,
		Demo:    status.Demo,
		Cards:   cards(status),
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
	return !slices.ContainsFunc(s.Tiers, func(t proxy.Tier) bool { return t.State == proxy.Ready })
}

// cards lays the gauges out by vendor, the chain's first. A vendor that a new configuration dropped
// keeps a card while its calls run, so that the totals are always the sum of what is shown.
func cards(s proxy.Status) []Card {
	list := make([]Card, 0, len(s.Tiers))
	place := make(map[string]int, len(s.Tiers))
	for i, t := range s.Tiers {
		place[t.Vendor] = len(list)
		list = append(list, Card{Head: Head{
			Vendor: t.Vendor, Title: cmp.Or(t.Title, t.Vendor), Tier: i + 1, State: t.State, Reason: t.Reason,
		}})
	}
	for _, g := range s.Concurrency.Gauges {
		i, ok := place[g.Vendor]
		if !ok {
			i = len(list)
			place[g.Vendor] = i
			list = append(list, Card{Head: Head{Vendor: g.Vendor, Title: g.Vendor}})
		}
		list[i].Rows = append(list[i].Rows, modelRow(g))
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

func modelRow(g limiter.Gauge) Row {
	return Row{
		Vendor: g.Vendor, Model: g.Model, Limited: g.Mode == limiter.Limited,
		InFlight: g.InFlight, Limit: g.Limit, Max: g.Max, Configured: g.Configured,
		Pending: g.Pending, Peak: g.PeakPending,
	}
}

func accountRow(a limiter.Account) Row {
	return Row{
		Vendor: a.Vendor, Model: limiter.AccountModel, Limited: true,
		InFlight: a.InFlight, Limit: a.Limit, Max: a.Max, Configured: a.Configured, Pending: a.Pending,
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
		h = &history{}
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
