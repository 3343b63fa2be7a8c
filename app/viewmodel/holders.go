package viewmodel

import (
	"cmp"
	"slices"

	"afterglow/proxy"
)

// sortHolders puts calls that hold a slot, in the order in which they came, before those that wait, the next
// first. Those of several queues are mixed by place. One that joins or leaves its queue has none: it comes
// before them, and who waits longest first.
func sortHolders(rows []CallRow) {
	slices.SortFunc(rows, func(a, b CallRow) int {
		if waits := a.Phase == proxy.Queued; waits != (b.Phase == proxy.Queued) {
			if waits {
				return 1
			}
			return -1
		}
		if a.Phase == proxy.Queued {
			if d := cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(b.Queued, a.Queued)); d != 0 {
				return d
			}
		}
		return cmp.Compare(a.Number, b.Number)
	})
}
