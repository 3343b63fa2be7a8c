package viewmodel

import (
	"time"

	"afterglow/proxy/history"
)

// Span is how far back a gauge's history is looked at.
type Span uint8

const (
	Hour  Span = iota // by the second
	Day               // by the minute
	Month             // 30 days, by ten minutes
)

// Again is how often the history is read anew.
func (s Span) Again() time.Duration { return min(s.Step(), time.Minute) }

// Length is how far back that is.
func (s Span) Length() time.Duration {
	return [...]time.Duration{time.Hour, 24 * time.Hour, 30 * 24 * time.Hour}[s]
}

// Step is the time that one point stands for, of the history and of a Timeline.
func (s Span) Step() time.Duration {
	return [...]time.Duration{time.Second, time.Minute, 10 * time.Minute}[s]
}

// tick is the time between two labels of the axis.
func (s Span) tick() time.Duration {
	return [...]time.Duration{10 * time.Minute, 4 * time.Hour, 5 * 24 * time.Hour}[s]
}

// Timeline is a history with a point for each step of s up to now, oldest first. Where points is silent nothing
// happened. More than one point of a step are folded: to the highest, the lowest limit and all refusals.
func Timeline(points []history.Point, s Span, now time.Time) []history.Point {
	step := s.Step()
	end := now.Truncate(step).Add(step)
	line := make([]history.Point, s.Length()/step)
	first := end.Add(-s.Length())
	for i := range line {
		line[i].Time = first.Add(time.Duration(i) * step)
	}
	for _, p := range points {
		if p.Time.Before(first) || !p.Time.Before(end) {
			continue
		}
		at := &line[p.Time.Sub(first)/step]
		at.InFlight, at.Pending = max(at.InFlight, p.InFlight), max(at.Pending, p.Pending)
		at.Refused += p.Refused
		if p.Limit > 0 && (at.Limit == 0 || p.Limit < at.Limit) {
			at.Limit = p.Limit
		}
	}
	return line
}

// Ticks are the points of a Timeline at which the local clock stands at a round time.
func (s Span) Ticks(line []history.Point) []int {
	var ticks []int
	for i := range line {
		if i > 0 && s.round(line[i-1].Time) != s.round(line[i].Time) {
			ticks = append(ticks, i)
		}
	}
	return ticks
}

// round numbers the ticks: it changes where the next begins.
func (s Span) round(t time.Time) int64 {
	t = t.Local()
	_, offset := t.Zone()
	return (t.Unix() + int64(offset)) / int64(s.tick()/time.Second)
}
