package board

import (
	"cmp"
	"slices"

	"afterglow/proxy"
)

// sortHolders puts calls that hold a slot before those that wait, each in the order in which they came. Who
// waits longest is the next: the queue is first in, first out.
func sortHolders(rows []CallRow) {
	slices.SortFunc(rows, func(a, b CallRow) int {
		if waits := a.Phase == proxy.Queued; waits != (b.Phase == proxy.Queued) {
			if waits {
				return 1
			}
			return -1
		}
		if a.Phase == proxy.Queued {
			if d := cmp.Compare(b.Queued, a.Queued); d != 0 {
				return d
			}
		}
		return cmp.Compare(a.Number, b.Number)
	})
}
