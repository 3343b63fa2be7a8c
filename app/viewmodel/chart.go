package viewmodel

import (
	"cmp"
	"slices"
	"strings"

	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// Measure is what a chart counts.
type Measure uint8

const (
	MeasureRequests Measure = iota
	MeasureTokens
	MeasureCost
	measures
)

// Group is what the parts of a bar stand for.
type Group uint8

const (
	ByVendor Group = iota
	ByModel
	groups
)

// mostStacks is how many stacks have a name; what is left is one more.
const mostStacks = 6

// Chart has a bar a day.
type Chart struct {
	Days     []string // of all days in the range, those without calls, too
	Stacks   []Stack  // the highest first; the rest, if any, last
	Currency price.Currency
	Mixed    bool // there are costs in another currency, which are not shown
}

// Stack is one part of every bar. Without a name it is all that have none of their own.
type Stack struct {
	Name   string
	Values []float64 // by day
}

// charts makes all of them, so that a choice of the user costs nothing.
func charts(rows []ledger.Row, days []string) (all [measures][groups]Chart) {
	place := make(map[string]int, len(days))
	for i, d := range days {
		place[d] = i
	}
	currency, mixed := mainCurrency(rows)
	for m := range measures {
		for g := range groups {
			c := Chart{Days: days, Stacks: stacks(rows, place, m, g, currency)}
			if m == MeasureCost {
				c.Currency, c.Mixed = currency, mixed
			}
			all[m][g] = c
		}
	}
	return all
}

// mainCurrency is the one in which more calls were paid: amounts of two currencies cannot be compared.
func mainCurrency(rows []ledger.Row) (main price.Currency, mixed bool) {
	var dollars, yuan int64
	for i := range rows {
		c := &rows[i].Cost
		switch {
		case c.Yuan > 0:
			yuan += c.Priced
			mixed = mixed || c.Dollars > 0
		case c.Dollars > 0:
			dollars += c.Priced
		}
	}
	mixed = mixed || dollars > 0 && yuan > 0
	if yuan > dollars {
		return price.Yuan, mixed
	}
	return price.Dollar, mixed
}

func stacks(rows []ledger.Row, place map[string]int, m Measure, g Group, currency price.Currency) []Stack {
	type stack struct {
		Stack
		total float64
	}
	byName := map[string]*stack{}
	for i := range rows {
		r := &rows[i]
		v := value(r, m, currency)
		if v == 0 {
			continue
		}
		name := r.Vendor
		if g == ByModel {
			name = served(*r)
		}
		s := byName[name]
		if s == nil {
			s = &stack{Stack: Stack{Name: name, Values: make([]float64, len(place))}}
			byName[name] = s
		}
		s.Values[place[r.Date]] += v
		s.total += v
	}
	list := make([]*stack, 0, len(byName))
	for _, s := range byName {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *stack) int {
		return cmp.Or(cmp.Compare(b.total, a.total), strings.Compare(a.Name, b.Name))
	})
	var out []Stack
	for i, s := range list {
		if i <= mostStacks {
			out = append(out, s.Stack)
			if i == mostStacks && len(list) > mostStacks {
				out[i].Name = ""
			}
			continue
		}
		for d, v := range s.Values {
			out[mostStacks].Values[d] += v
		}
	}
	return out
}

func value(r *ledger.Row, m Measure, currency price.Currency) float64 {
	switch {
	case m == MeasureRequests:
		return float64(r.Requests)
	case m == MeasureTokens:
		return float64(r.Usage.Total())
	case currency == price.Yuan:
		return r.Cost.Yuan
	}
	return r.Cost.Dollars
}
