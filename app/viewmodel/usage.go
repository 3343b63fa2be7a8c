package viewmodel

import (
	"cmp"
	"time"

	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// Usage is what the usage page shows.
type Usage struct {
	Days                      Days
	Day                       string // of today
	Today, Range              Figures
	Charts                    [measures][groups]Chart
	Vendors, Models, Sessions []Line
	Failovers                 []ledger.Failover // the most frequent first
	Ledger                    ledger.Stats
	Prices                    string // the day of the price list
}

// Line is a row of a table.
type Line struct {
	Name   string    // of the vendor, the served model or the session
	Vendor string    // of a model
	Last   time.Time // of a session, its last call
	Models []string  // of a session, the most used first
	Figures
}

// Empty tells that there is nothing to show.
func (u *Usage) Empty() bool { return u.Range.Requests == 0 && len(u.Sessions) == 0 }

// NewUsage reckons what a range of days comes to. The rows may be of other days, too: those of today count for
// today alone.
func NewUsage(p proxy.Usage, days Days, today string) Usage {
	u := Usage{Days: days, Day: today, Ledger: p.Ledger, Prices: p.Prices}
	type key struct{ vendor, model string }
	models, vendors := map[key]*ledger.Sums{}, map[string]*ledger.Sums{}
	var now, all ledger.Sums
	rows := make([]ledger.Row, 0, len(p.Rows))
	for _, r := range p.Rows {
		if r.Date == today {
			now.Add(r.Sums)
		}
		if !days.Has(r.Date) {
			continue
		}
		rows = append(rows, r)
		add(models, key{r.Vendor, served(r)}, r.Sums)
	}
	for k, s := range models { // not the rows again: to merge histograms is what all this costs
		add(vendors, k.vendor, *s)
		u.Models = append(u.Models, Line{Name: k.model, Vendor: k.vendor, Figures: figures(*s)})
	}
	for vendor, s := range vendors {
		all.Add(*s)
		u.Vendors = append(u.Vendors, Line{Name: vendor, Figures: figures(*s)})
	}
	for _, s := range p.Sessions {
		u.Sessions = append(u.Sessions, Line{Name: s.Key, Last: s.Last, Models: s.Models, Figures: figures(s.Sums)})
	}
	u.Today, u.Range = figures(now), figures(all)
	u.Failovers = ledger.Failovers(rows)
	u.Charts = charts(rows, days.List())
	return u
}

func add[K comparable](to map[K]*ledger.Sums, k K, s ledger.Sums) {
	sums := to[k]
	if sums == nil {
		sums = &ledger.Sums{}
		to[k] = sums
	}
	sums.Add(s)
}

// served is the model that answered, or the one that was asked for where none did.
func served(r ledger.Row) string { return cmp.Or(r.Served, r.Model) }
