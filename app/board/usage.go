package board

import (
	"cmp"
	"maps"
	"slices"
	"strings"
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
	Failovers                 []Failover // the most frequent first
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

// Failover counts the calls that failed on one vendor and were then taken by another.
type Failover struct {
	From, To string
	Count    int64
}

// Empty tells that there is nothing to show.
func (u *Usage) Empty() bool { return u.Range.Requests == 0 && len(u.Sessions) == 0 }

// NewUsage reckons what a range of days comes to. The rows may be of other days, too: those of today count for
// today alone.
func NewUsage(p proxy.Usage, days Days, today string) Usage {
	u := Usage{Days: days, Day: today, Ledger: p.Ledger, Prices: p.Prices}
	type key struct{ vendor, model string }
	models, vendors := map[key]*ledger.Sums{}, map[string]*ledger.Sums{}
	failovers := map[Failover]int64{}
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
		if r.FailedOn != "" && r.Failovers > 0 {
			failovers[Failover{From: r.FailedOn, To: r.Vendor}] += r.Failovers
		}
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
	u.Failovers = sortedFailovers(failovers)
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

func sortedFailovers(counts map[Failover]int64) []Failover {
	var list []Failover
	for _, f := range slices.Collect(maps.Keys(counts)) {
		f.Count = counts[f]
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Failover) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.From, b.From), strings.Compare(a.To, b.To))
	})
	return list
}
