package history

import (
	"slices"
	"time"

	"afterglow/limiter"
)

// series is one gauge's last hour.
type series struct {
	points []Point // of seconds that are over: after each its numbers held until the next, but for its refusals
	open   Point   // of the running second
	stands Point   // now
	minute Point   // of the running minute
	used   bool    // something happened in that minute
}

// turn ends the running second if it is over. A clock set back adds to the latest second.
func (s *series) turn(now time.Time) {
	second := now.Truncate(time.Second)
	if !second.After(s.open.Time) {
		return
	}
	if !s.open.Time.IsZero() {
		s.append(s.open)
		if next := s.open.Time.Add(time.Second); next.Before(second) {
			held := s.stands
			held.Time = next
			s.append(held)
		}
	}
	s.open = s.stands
	s.open.Time = second
}

func (s *series) append(p Point) {
	if n := len(s.points); n > 0 && p.Refused == 0 && p.same(s.points[n-1]) {
		return
	}
	s.points = append(s.points, p)
}

func (p Point) same(q Point) bool {
	return p.InFlight == q.InFlight && p.Pending == q.Pending && p.Limit == q.Limit
}

// note takes what the gauge stands at.
func (s *series) note(g limiter.Gauge, now time.Time) {
	s.turn(now)
	was := s.stands
	s.stands = Point{InFlight: g.InFlight, Pending: g.Pending, Limit: g.Limit}
	s.open.raise(s.stands)
	if s.busy() || !s.stands.same(was) {
		s.minute.raise(s.stands)
		s.used = true
	}
}

func (s *series) busy() bool { return s.stands.InFlight > 0 || s.stands.Pending > 0 }

// raise makes p the highest of itself and q, and its limit the lowest. A limit that calls were refused at stays: an
// adaptive one is cut at once, and the lower limit is not what was refused.
func (p *Point) raise(q Point) {
	p.InFlight, p.Pending = max(p.InFlight, q.InFlight), max(p.Pending, q.Pending)
	if p.Limit == 0 || p.Refused == 0 && q.Limit > 0 && q.Limit < p.Limit {
		p.Limit = q.Limit
	}
}

// refuse counts a refusal at the limit that stands.
func (s *series) refuse() {
	for _, p := range []*Point{&s.open, &s.minute} {
		p.Refused++
		p.Limit = max(p.Limit, s.stands.Limit)
	}
	s.used = true
}

// endMinute returns the running minute and begins the next; false if nothing happened in it.
func (s *series) endMinute() (Point, bool) {
	over, used := s.minute, s.used
	s.minute, s.used = Point{}, s.busy()
	if s.used { // it goes on
		s.minute = s.stands
	}
	return over, used
}

// seconds are the last ones until now, a point each.
func (s *series) seconds(now time.Time, span time.Duration) []Point {
	s.turn(now)
	known := append(slices.Clone(s.points), s.open)
	from := now.Add(-span).Truncate(time.Second).Add(time.Second)
	if known[0].Time.After(from) {
		from = known[0].Time
	}
	var list []Point
	for i, at := 0, from; !at.After(s.open.Time); at = at.Add(time.Second) {
		for i+1 < len(known) && !known[i+1].Time.After(at) {
			i++
		}
		p := known[i]
		if !p.Time.Equal(at) {
			p.Time, p.Refused = at, 0
		}
		list = append(list, p)
	}
	return list
}

// drop forgets what was before then, and reports whether there is anything left. What held at that time stays.
func (s *series) drop(then time.Time) bool {
	old := 0
	for old+1 < len(s.points) && !s.points[old+1].Time.After(then) {
		old++
	}
	s.points = slices.Delete(s.points, 0, old)
	return s.used || !s.open.idle() || len(s.points) != 1 || !s.points[0].idle() || s.points[0].Time.After(then)
}

func (p Point) idle() bool { return p.InFlight == 0 && p.Pending == 0 && p.Refused == 0 }
