package widget

// TimePoint is one moment of a TimeChart.
type TimePoint struct {
	InFlight, Pending int // the highest
	Limit             int // the lowest; 0 = none
	Refused           int // the sum
}

// fold makes n points of more, each of its share: the highest, the lowest limit, and all refusals.
func fold(points []TimePoint, n int) []TimePoint {
	if len(points) <= n {
		return points
	}
	folded := make([]TimePoint, n)
	for i := range folded {
		for _, p := range points[i*len(points)/n : (i+1)*len(points)/n] {
			f := &folded[i]
			f.InFlight, f.Pending = max(f.InFlight, p.InFlight), max(f.Pending, p.Pending)
			f.Refused += p.Refused
			if p.Limit > 0 && (f.Limit == 0 || p.Limit < f.Limit) {
				f.Limit = p.Limit
			}
		}
	}
	return folded
}

// burst is a run of refusals that is told as one number.
type burst struct {
	from, to int // the first and the last place that has one
	refused  int
}

// bursts are the runs of refusals; between two of them are at least apart places.
func bursts(points []TimePoint, apart int) []burst {
	var all []burst
	for i, p := range points {
		if p.Refused == 0 {
			continue
		}
		if n := len(all); n > 0 && i-all[n-1].to < apart {
			all[n-1].to = i
			all[n-1].refused += p.Refused
			continue
		}
		all = append(all, burst{i, i, p.Refused})
	}
	return all
}
