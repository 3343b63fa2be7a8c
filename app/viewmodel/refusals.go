package viewmodel

import (
	"cmp"
	"slices"
	"time"

	"afterglow/proxy/history"
)

// AtLimit is how a gauge fared at one limit.
type AtLimit struct {
	Limit   int // 0 = none
	Refused int
	InUse   time.Duration // the time in which there were calls
}

// Refusals tells for each limit that was in use how often calls were refused, the highest limit first and no
// limit before all. Each point stands for step.
func Refusals(points []history.Point, step time.Duration) []AtLimit {
	var all []AtLimit
	for _, p := range points {
		if p.InFlight == 0 && p.Pending == 0 && p.Refused == 0 {
			continue
		}
		i := slices.IndexFunc(all, func(a AtLimit) bool { return a.Limit == p.Limit })
		if i < 0 {
			i = len(all)
			all = append(all, AtLimit{Limit: p.Limit})
		}
		all[i].Refused += p.Refused
		all[i].InUse += step
	}
	slices.SortFunc(all, func(a, b AtLimit) int {
		if a.Limit == 0 || b.Limit == 0 {
			return cmp.Compare(a.Limit, b.Limit)
		}
		return cmp.Compare(b.Limit, a.Limit)
	})
	return all
}
