package viewmodel

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterglow/proxy/history"
)

func TestRefusalsAreToldByLimit(t *testing.T) {
	var points []history.Point
	add := func(n int, p history.Point) {
		for range n {
			points = append(points, p)
		}
	}
	add(40, history.Point{InFlight: 3, Limit: 3})
	add(9, history.Point{Limit: 3}) // idle
	add(6, history.Point{InFlight: 5, Limit: 5, Refused: 2})
	add(2, history.Point{Pending: 1, Limit: 5})
	add(1, history.Point{Limit: 5, Refused: 1}) // the call had ended by then
	add(4, history.Point{InFlight: 9})
	add(1, history.Point{InFlight: 1, Limit: 3})
	want := []AtLimit{
		{0, 0, 4 * time.Minute},
		{5, 13, 9 * time.Minute},
		{3, 0, 41 * time.Minute},
	}
	if diff := cmp.Diff(want, Refusals(points, time.Minute)); diff != "" {
		t.Error(diff)
	}
	if got := Refusals(points[40:49], time.Second); got != nil {
		t.Error("an idle gauge has", got)
	}
}
