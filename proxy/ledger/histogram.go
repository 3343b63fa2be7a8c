package ledger

import "time"

// Histogram counts durations in buckets, so that quantiles of any number of them can be told. Its zero value is
// empty and ready.
type Histogram struct {
	Count int64
	Total time.Duration
}

// Mean is 0 for an empty histogram.
func (h *Histogram) Mean() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return h.Total / time.Duration(h.Count)
}
