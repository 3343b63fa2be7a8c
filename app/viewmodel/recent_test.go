package viewmodel

import (
	"slices"
	"testing"
	"time"
)

// tail is the end of a series, oldest first.
func tail(s Series, n int) []int {
	var calls []int
	for _, p := range s[Buckets-n:] {
		calls = append(calls, p.InFlight)
	}
	return calls
}

func TestHistoryKeepsEachBucketsMaximum(t *testing.T) {
	var h recent
	h.note(Point{InFlight: 2, Pending: 1}, start)
	h.note(Point{InFlight: 5}, start.Add(time.Second))
	h.note(Point{InFlight: 1, Pending: 3}, start.Add(2*time.Second))
	h.note(Point{}, start.Add(Bucket))
	if got := tail(h.series, 3); !slices.Equal(got, []int{0, 5, 1}) {
		t.Errorf("in flight = %v, want [0 5 1]: the 1 call still ran when the newest bucket began", got)
	}
	if got := h.series[Buckets-2].Pending; got != 3 {
		t.Errorf("pending = %d, want 3", got)
	}
}

func TestHistoryHoldsTheValueWhileNothingIsNoted(t *testing.T) {
	var h recent
	h.note(Point{InFlight: 4}, start)
	h.note(Point{}, start.Add(3*Bucket))
	h.note(Point{}, start.Add(4*Bucket))
	if got := tail(h.series, 6); !slices.Equal(got, []int{0, 4, 4, 4, 4, 0}) {
		t.Errorf("in flight = %v, want [0 4 4 4 4 0]", got)
	}
}

func TestHistoryForgetsAfterFiveMinutes(t *testing.T) {
	var h recent
	h.note(Point{InFlight: 4}, start)
	h.note(Point{}, start.Add(time.Second))
	h.note(Point{}, start.Add((Buckets-1)*Bucket))
	if h.series[0].InFlight != 4 || h.series.Top() != 4 {
		t.Errorf("oldest = %v, want the 4 calls of 5 minutes ago", h.series[0])
	}
	h.note(Point{}, start.Add(Buckets*Bucket))
	if h.series != (Series{}) {
		t.Errorf("after five minutes there is still %v", h.series)
	}
	h.note(Point{InFlight: 2}, start.Add(100*Buckets*Bucket))
	if got := tail(h.series, 2); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("after a long sleep = %v, want [0 2]", got)
	}
}

func TestHistoryOutlivesAClockThatIsSetBack(t *testing.T) {
	var h recent
	h.note(Point{InFlight: 1}, start)
	h.note(Point{InFlight: 3}, start.Add(-time.Hour))
	if got := tail(h.series, 2); !slices.Equal(got, []int{0, 3}) {
		t.Errorf("in flight = %v, want [0 3]", got)
	}
}
