// Package price says what calls cost. A price list has one row a vendor and model; what it does not list has
// no price, which is not the same as being free.
package price

import (
	"fmt"
	"strings"

	"afterglow/proxy/anthropic"
)

// Currency is a currency's sign: Dollar or Yuan.
type Currency string

const (
	Dollar Currency = "$"
	Yuan   Currency = "¥"
)

// Price is what a million tokens of each kind cost, in one currency.
type Price struct {
	Currency Currency
	Input    float64
	Output   float64 // reasoning is output

	// Where a vendor asks no other price for these they are nil, and the tokens cost what input does.
	CacheRead    *float64
	CacheWrite   *float64 // for five minutes
	CacheWrite1h *float64 // for an hour; nil = as CacheWrite
}

// Key names a row of the list.
type Key struct{ Vendor, Model string }

// Table is a price list. A nil Table has no prices.
type Table map[Key]Price

// Find gives the price of a vendor's model: that of its exact name, or else of the name in lower case,
// without an "@" and what follows, and with "-" for ".".
func (t Table) Find(vendor, model string) (Price, bool) {
	if p, ok := t[Key{vendor, model}]; ok {
		return p, true
	}
	p, ok := t[Key{vendor, Normal(model)}]
	return p, ok
}

// Normal is the form of a model's name in which a list is searched; a list holds its rows under both.
func Normal(model string) string {
	model, _, _ = strings.Cut(model, "@")
	return strings.ReplaceAll(strings.ToLower(model), ".", "-")
}

const million = 1e6

// Of is what tokens cost.
func (p Price) Of(u anthropic.Usage) float64 {
	write := or(p.CacheWrite, p.Input)
	cost := float64(u.Input)*p.Input + float64(u.Output)*p.Output + float64(u.CacheRead)*or(p.CacheRead, p.Input) +
		float64(u.CacheCreation-u.CacheCreation1h)*write + float64(u.CacheCreation1h)*or(p.CacheWrite1h, write)
	return cost / million
}

func or(given *float64, otherwise float64) float64 {
	if given != nil {
		return *given
	}
	return otherwise
}

// Cost is what some calls cost, by currency. The zero Cost is that of no call.
type Cost struct {
	Dollars, Yuan float64
	Priced        int64 // calls with a price
	Unpriced      int64 // calls that used tokens of a model without one
}

// Cost is what calls to one model that used these tokens together cost. Calls that used none cost nothing and
// need no price.
func (t Table) Cost(vendor, model string, calls int64, u anthropic.Usage) Cost {
	if u.Total() == 0 {
		return Cost{}
	}
	p, ok := t.Find(vendor, model)
	switch {
	case !ok:
		return Cost{Unpriced: calls}
	case p.Currency == Yuan:
		return Cost{Yuan: p.Of(u), Priced: calls}
	}
	return Cost{Dollars: p.Of(u), Priced: calls}
}

// Add adds another cost.
func (c *Cost) Add(d Cost) {
	c.Dollars += d.Dollars
	c.Yuan += d.Yuan
	c.Priced += d.Priced
	c.Unpriced += d.Unpriced
}

// String is "$0.12", "¥3.40", "$0.12 + ¥3.40", or "–" where no price is known.
func (c Cost) String() string {
	var parts []string
	if c.Dollars > 0 {
		parts = append(parts, fmt.Sprintf("$%.2f", c.Dollars))
	}
	if c.Yuan > 0 {
		parts = append(parts, fmt.Sprintf("¥%.2f", c.Yuan))
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, " + ")
	case c.Priced > 0:
		return "$0.00"
	}
	return "–"
}
