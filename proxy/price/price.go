// Package price says what calls cost. A price list has one row a vendor and model; what it does not list has
// no price, which is not the same as being free.
package price

import "afterglow/proxy/anthropic"

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

	Beyond int64  // the price holds for prompts of more tokens than these, with what a cache served or took
	From   string // the list and the vendor in it, such as "2026-12-01 zhipu"; it says nothing of the price

	bands []Price // of the same model, for longer prompts
	rank  int     // of a pattern: the lowest that fits counts
}

// at is the price of a call whose prompt has so many tokens. It is not known below the lowest band.
func (p Price) at(prompt int64) (Price, bool) {
	best, ok := p, prompt > p.Beyond || p.Beyond == 0
	for _, band := range p.bands {
		if (prompt > band.Beyond || band.Beyond == 0) && (!ok || band.Beyond > best.Beyond) {
			best, ok = band, true
		}
	}
	return best, ok
}

const million = 1e6

// Of is what tokens cost.
func (p Price) Of(u anthropic.Usage) float64 {
	write := or(p.CacheWrite, p.Input)
	hour := min(u.CacheCreation1h, u.CacheCreation) // a part of it, whatever a vendor says
	cost := float64(u.Input)*p.Input + float64(u.Output)*p.Output + float64(u.CacheRead)*or(p.CacheRead, p.Input) +
		float64(u.CacheCreation-hour)*write + float64(hour)*or(p.CacheWrite1h, write)
	return cost / million
}

func or(given *float64, otherwise float64) float64 {
	if given != nil {
		return *given
	}
	return otherwise
}
