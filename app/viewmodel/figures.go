package viewmodel

import (
	"fmt"
	"time"

	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// Figures are what is told of some calls. A duration is 0 where no call has one.
type Figures struct {
	Requests, Succeeded, Cancelled, Failovers, Waited int64
	In, Out, CacheRead, CacheWrite                    int64 // tokens
	Cost                                              price.Cost
	TookHalf, TookMost, WaitMean, WaitMost            time.Duration // median and 95th percentile; mean and 95th percentile
}

func figures(s ledger.Sums) Figures {
	return Figures{
		Requests: s.Requests, Succeeded: s.Succeeded, Cancelled: s.Cancelled, Failovers: s.Failovers, Waited: s.Queued.Count,
		In: s.Usage.Input, Out: s.Usage.Output, CacheRead: s.Usage.CacheRead, CacheWrite: s.Usage.CacheCreation,
		Cost:     s.Cost,
		TookHalf: s.Took.Quantile(0.5), TookMost: s.Took.Quantile(0.95),
		WaitMean: s.Queued.Mean(), WaitMost: s.Queued.Quantile(0.95),
	}
}

// Tokens are all, in and out, cached or not.
func (f Figures) Tokens() int64 { return f.In + f.Out + f.CacheRead + f.CacheWrite }

// Failed is how many calls failed. Those whose client left, or that the user cancelled, did not.
func (f Figures) Failed() int64 { return f.Requests - f.Succeeded - f.Cancelled }

// Success is the share of calls that succeeded, from 0 to 1, of those that were not cancelled; false where there was
// none.
func (f Figures) Success() (float64, bool) {
	if f.Requests == f.Cancelled {
		return 0, false
	}
	return float64(f.Succeeded) / float64(f.Requests-f.Cancelled), true
}

// Cached is the share of the tokens in that came from a cache, from 0 to 1; false where there were none.
func (f Figures) Cached() (float64, bool) {
	all := f.In + f.CacheRead + f.CacheWrite
	if all == 0 {
		return 0, false
	}
	return float64(f.CacheRead) / float64(all), true
}

// Amount is a cost for little room: without cents where there are two currencies and neither is small.
func Amount(c price.Cost) string {
	if c.Dollars >= 10 && c.Yuan >= 10 {
		return fmt.Sprintf("$%.0f + ¥%.0f", c.Dollars, c.Yuan)
	}
	return c.String()
}

// Known tells whether anything is known about a cost. What is not listed has no price, which is not free.
func Known(c price.Cost) bool { return c.Priced > 0 || c.Dollars > 0 || c.Yuan > 0 }
