package limiter

import (
	"cmp"
	"slices"
	"strings"
)

// line is a gauge's waiters in the order in which they are served: that of their arrival, or if it is
// fair, one of each session in turn. Every step takes the same time however long the line is, but for
// setFair and order.
type line struct {
	len     int
	fair    bool
	arrived uint64 // calls that ever joined

	arrivals list[waiter]      // of a line that is not fair
	round    list[party]       // of a fair one: the sessions with waiters, the next to be served first
	parties  map[string]*party // those in round, by session
}

// party is the waiters of one session in a fair line.
type party struct {
	session      string
	turn         link[party] // in line.round
	main, agents list[waiter]
}

// next is the waiter to be served next, which the caller then makes leave: its session has had its turn.
// There must be one.
func (l *line) next() *waiter {
	if !l.fair {
		return l.arrivals.first.owner
	}
	p := l.round.first.owner
	p.turn.leave()
	l.round.push(&p.turn, p)
	return p.next()
}

func (p *party) next() *waiter {
	if p.main.len > 0 {
		return p.main.first.owner
	}
	return p.agents.first.owner
}

// join takes in a call that arrives.
func (l *line) join(w *waiter) {
	l.len++
	l.arrived++
	w.arrival = l.arrived
	l.file(w)
}

// file puts a waiter behind those that arrived before it.
func (l *line) file(w *waiter) {
	if !l.fair {
		l.arrivals.push(&w.place, w)
		return
	}
	p := l.parties[w.caller.Session]
	if p == nil {
		p = l.admit(w.caller.Session)
	}
	w.party = p
	if w.caller.Agent {
		p.agents.push(&w.place, w)
	} else {
		p.main.push(&w.place, w)
	}
}

// admit lets a session without waiters into the round, at its end. Its name is copied, for the call's may
// be a part of a whole request's body.
func (l *line) admit(session string) *party {
	p := &party{session: strings.Clone(session)}
	if l.parties == nil {
		l.parties = map[string]*party{}
	}
	l.parties[p.session] = p
	l.round.push(&p.turn, p)
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
	slices.SortFunc(waiters, func(a, b *waiter) int { return cmp.Compare(a.arrival, b.arrival) })
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
