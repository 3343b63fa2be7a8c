package price

import (
	"fmt"
	"regexp"
	"strings"

	"afterglow/proxy/anthropic"
)

// Cost is what some calls cost, by currency. The zero Cost is that of no call.
type Cost struct {
	Dollars, Yuan float64
	Priced        int64 // calls with a price
	Unpriced      int64 // calls that used tokens of a model without one
}

// Cost is what calls to one model that used these tokens together cost, by the band of their mean prompt. Calls that
// used none cost nothing and need no price.
func (t Table) Cost(vendor, model string, calls int64, u anthropic.Usage) Cost {
	c, _ := t.cost(vendor, calls, u, model)
	return c
}

// dated is a date at the end of a model's name: "-0711", "-260215", "-20260401" or "-2026-04-02".
var dated = regexp.MustCompile(`-(\d{4}|\d{6}|20\d{6}|20\d\d-\d\d-\d\d)$`)

// Call is what one call costs, and Price.From of its price; "" if there is none. The price is that of the name that the
// vendor gave in its answer, or of that name without the date at its end, or else that of the vendor model.
func (t Table) Call(vendor, served, vendorModel string, u anthropic.Usage) (c Cost, from string) {
	return t.cost(vendor, 1, u, served, dated.ReplaceAllString(served, ""), vendorModel)
}

func (t Table) cost(vendor string, calls int64, u anthropic.Usage, models ...string) (Cost, string) {
	if u.Total() == 0 {
		return Cost{}, ""
	}
	prompt := (u.Total() - u.Output) / max(calls, 1)
	for _, model := range models {
		p, ok := t.Find(vendor, model)
		if !ok {
			continue
		}
		if p, ok = p.at(prompt); !ok {
			break
		}
		if p.Currency == Yuan {
			return Cost{Yuan: p.Of(u), Priced: calls}, p.From
		}
		return Cost{Dollars: p.Of(u), Priced: calls}, p.From
	}
	return Cost{Unpriced: calls}, ""
}

// Add adds another cost.
func (c *Cost) Add(d Cost) {
	c.Dollars += d.Dollars
	c.Yuan += d.Yuan
	c.Priced += d.Priced
	c.Unpriced += d.Unpriced
}

// String is "$0.12", "¥3.40", "$0.12 + ¥3.40", or "–" where no price is known. Less than a hundredth is
// "<$0.01": it is not free.
func (c Cost) String() string {
	var parts []string
	for _, sum := range []struct {
		Currency
		amount float64
	}{{Dollar, c.Dollars}, {Yuan, c.Yuan}} {
		switch {
		case sum.amount >= hundredth:
			parts = append(parts, fmt.Sprintf("%s%.2f", sum.Currency, sum.amount))
		case sum.amount > 0:
			parts = append(parts, fmt.Sprintf("<%s0.01", sum.Currency))
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, " + ")
	case c.Priced > 0:
		return "$0.00"
	}
	return "–"
}

// hundredth is 0.01, less what many small additions may lose.
const hundredth = 0.01 - 1e-9
