package limiter

import (
	"maps"
	"slices"
)

// modelTurn is a session's place in the round: it has waited for its turn since an arrival.
type modelTurn struct {
	since  uint64
	order  int  // among those since the same arrival
	served bool // it has had a turn since it came
}

func (t modelTurn) before(other modelTurn) bool {
	return t.since < other.since || t.since == other.since && t.order < other.order
}

// seat gives a call's session its place, or one further in front where none of its calls was served and this one arrived
// before them.
func (g *modelGauge) seat(w modelCall, order int) {
	if t, seated := g.sessions[w.caller.Session]; !seated || !t.served && w.arrival < t.since {
		g.sessions[w.caller.Session] = modelTurn{since: w.arrival, order: order}
	}
}

// seat gives every session that waits in a fair queue a place in the round, in order of arrival, and takes
// it from those that wait no more, or in no fair queue.
func (m *model) seat(vendor string) {
	for _, k := range m.keys(vendor) {
		g := m.gauges[k]
		maps.DeleteFunc(g.sessions, func(session string, _ modelTurn) bool {
			waits := slices.ContainsFunc(g.queue, func(w modelCall) bool { return w.caller.Session == session })
			return !waits || !m.vendor(vendor).policy.Fair
		})
		for _, w := range g.queue {
			if m.vendor(vendor).policy.Fair {
				m.turn++
				g.seat(w, m.turn)
			}
		}
	}
}

// head is the index of the waiter to be served next: the first to arrive, or if the queue is fair, of the
// session whose turn it is the first that is no sub-agent's, or else the first.
func (m *model) head(g *modelGauge, fair bool) int {
	if !fair {
		return 0
	}
	best := -1
	for i, w := range g.queue {
		turn := g.sessions[w.caller.Session]
		if best < 0 || turn.before(g.sessions[g.queue[best].caller.Session]) ||
			turn == g.sessions[g.queue[best].caller.Session] && !w.caller.Agent && g.queue[best].caller.Agent {
			best = i
		}
	}
	return best
}

// queues serves copies of all queues until they are empty.
func (m *model) queues(rows Snapshot) []Waiting {
	var all []Waiting
	for _, row := range rows.Gauges {
		fair := m.vendor(row.Vendor).policy.Fair
		g := &modelGauge{queue: slices.Clone(m.gauges[row.Key].queue), sessions: maps.Clone(m.gauges[row.Key].sessions)}
		for place, turn := 1, m.turn+1; len(g.queue) > 0; place, turn = place+1, turn+1 {
			i := m.head(g, fair)
			all = append(all, Waiting{row.Key, g.queue[i].caller, place})
			g.sessions[g.queue[i].caller.Session] = modelTurn{m.newest, turn, true}
			g.queue = slices.Delete(g.queue, i, i+1)
		}
	}
	return all
}
