package viewmodel

import (
	"testing"
	"time"

	"afterglow/proxy/history"
)

func TestTimelineFillsGapsAndEndsNow(t *testing.T) {
	now := start.Add(30 * time.Second)
	line := Timeline([]history.Point{
		{Time: start.Add(-48 * time.Hour), InFlight: 9}, // too old
		{Time: start.Add(-2 * time.Minute), InFlight: 2, Limit: 3},
		{Time: start, InFlight: 1, Limit: 3},
		{Time: start.Add(5 * time.Minute), InFlight: 9}, // not yet
	}, Day, now)
	if len(line) != 24*60 {
		t.Fatalf("%d points, want one a minute", len(line))
	}
	last := len(line) - 1
	if !line[last].Time.Equal(start) || line[last].InFlight != 1 || line[last-2].InFlight != 2 {
		t.Errorf("the end is %+v", line[last-2:])
	}
	for i, p := range line {
		if i != last && i != last-2 && (p.InFlight != 0 || p.Limit != 0) {
			t.Errorf("point %d is %+v, want nothing", i, p)
		}
		if i > 0 && p.Time.Sub(line[i-1].Time) != time.Minute {
			t.Fatalf("point %d is not a minute after the one before", i)
		}
	}
}

func TestAMonthIsFoldedToTenMinutes(t *testing.T) {
	line := Timeline([]history.Point{
		{Time: start, InFlight: 2, Pending: 4, Limit: 5, Refused: 1},
		{Time: start.Add(time.Minute), InFlight: 6, Limit: 3, Refused: 2},
		{Time: start.Add(9 * time.Minute), InFlight: 1}, // no limit is not a low one
	}, Month, start.Add(9*time.Minute))
	got := line[len(line)-1]
	if want := (history.Point{Time: got.Time, InFlight: 6, Pending: 4, Limit: 3, Refused: 3}); got != want || !got.Time.Equal(start) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if len(line) != 30*24*6 {
		t.Errorf("%d points", len(line))
	}
}

func TestTicksStandAtRoundTimesOfTheLocalClock(t *testing.T) {
	for span, c := range map[Span]struct {
		every time.Duration
		least int
	}{Hour: {10 * time.Minute, 5}, Day: {4 * time.Hour, 5}, Month: {5 * 24 * time.Hour, 5}} {
		line := Timeline(nil, span, start.Add(3*time.Minute+7*time.Second))
		ticks := span.Ticks(line)
		if len(ticks) < c.least || len(ticks) > 7 {
			t.Errorf("span %d: %d ticks", span, len(ticks))
		}
		for _, i := range ticks {
			at := line[i].Time.Local()
			seconds := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second
			if seconds%min(c.every, 24*time.Hour) != 0 {
				t.Errorf("span %d: a tick at %v", span, at)
			}
		}
	}
}
