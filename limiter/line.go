package limiter

import (
	"cmp"
	"slices"
	"strings"
)

// line is a gauge's waiters in the order in which they are served: that of their arrival, or if it is
// fair, one of each session in turn. Every step takes the same time however long the line is, but for
// setFair, order, and the joining of a call that arrived before others of the line.
type line struct {
	len  int
	fair bool

	arrivals list[waiter]      // of a line that is not fair
	round    list[party]       // of a fair one: the sessions with waiters, the next to be served first
	parties  map[string]*party // those in round, by session
}

// party is the waiters of one session in a fair line.
type party struct {
	session      string
	turn         link[party] // in line.round, which since orders
	since        uint64      // the arrival since which the session waits for its turn
	served       bool        // it has had a turn, and more calls
	main, agents list[waiter]
}

// next is the waiter to be served next, which the caller then makes leave: its session has had its turn, and waits for
// the next one since now, the highest number of an arrival. There must be one.
func (l *line) next(now uint64) *waiter {
	if !l.fair {
		return l.arrivals.first.owner
	}
	p := l.round.first.owner
	p.turn.leave()
	p.since, p.served = now, true
	l.round.push(&p.turn, p)
	return p.next()
}

func (p *party) next() *waiter {
	if p.main.len > 0 {
		return p.main.first.owner
	}
	return p.agents.first.owner
}

// join takes in a call.
func (l *line) join(w *waiter) {
	l.len++
	l.file(w)
}

// file puts a waiter behind those that arrived before it.
func (l *line) file(w *waiter) {
	if !l.fair {
		behind(&l.arrivals, w)
		return
	}
	w.party = l.admit(w.caller.Session, w.caller.Arrival)
	if w.caller.Agent {
		behind(&w.party.agents, w)
	} else {
		behind(&w.party.main, w)
	}
}

// behind puts a waiter behind those of a list that arrived before it.
func behind(l *list[waiter], w *waiter) {
	at := l.last
	for at != nil && at.owner.caller.Arrival > w.caller.Arrival {
		at = at.prev
	}
	l.insert(&w.place, w, at)
}

// admit gives a session its place in the round: behind those that have waited for their turn since before the arrival. A
// session that is there keeps its place, unless none of its calls was served yet and this one arrived before them. The
// session's name is copied, for the call's may be a part of a whole request's body.
func (l *line) admit(session string, arrival uint64) *party {
	p := l.parties[session]
	switch {
	case p == nil:
		p = &party{session: strings.Clone(session)}
		if l.parties == nil {
			l.parties = map[string]*party{}
		}
		l.parties[p.session] = p
	case p.served || p.since <= arrival:
		return p
	default:
		p.turn.leave()
	}
	p.since = arrival
	at := l.round.last
	for at != nil && at.owner.since > arrival {
		at = at.prev
	}
	l.round.insert(&p.turn, p, at)
	return p
}

// leave takes out a waiter. The turn of its session stays, unless it was the last there.
func (l *line) leave(w *waiter) {
	l.len--
	w.place.leave()
	p := w.party
	if p == nil {
		return
	}
	w.party = nil
	if p.main.len+p.agents.len == 0 {
		p.turn.leave()
		delete(l.parties, p.session)
	}
}

// setFair changes the order. The waiters are put into the new one as if they arrived once more.
func (l *line) setFair(fair bool) {
	if l.fair == fair {
		return
	}
	waiters := l.order(nil)
	slices.SortFunc(waiters, func(a, b *waiter) int { return cmp.Compare(a.caller.Arrival, b.caller.Arrival) })
	l.round, l.parties = list[party]{}, nil
	l.fair = fair
	for _, w := range waiters {
		w.place.leave()
		w.party = nil
		l.file(w)
	}
}

// order appends all waiters to a list, the next first, as they would be served if nobody came or left.
func (l *line) order(to []*waiter) []*waiter {
	if !l.fair {
		for k := l.arrivals.first; k != nil; k = k.next {
			to = append(to, k.owner)
		}
		return to
	}
	type rest struct{ main, agents *link[waiter] }
	round := make([]rest, 0, l.round.len)
	for k := l.round.first; k != nil; k = k.next {
		round = append(round, rest{k.owner.main.first, k.owner.agents.first})
	}
	for len(round) > 0 {
		left := round[:0]
		for _, r := range round {
			if r.main != nil {
				to = append(to, r.main.owner)
				r.main = r.main.next
			} else {
				to = append(to, r.agents.owner)
				r.agents = r.agents.next
			}
			if r.main != nil || r.agents != nil {
				left = append(left, r)
			}
		}
		round = left
	}
	return to
}
