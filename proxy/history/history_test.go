package history

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterglow/limiter"
)

var glm = limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}

func standing(inFlight, pending, limit int) limiter.Snapshot {
	return limiter.Snapshot{Gauges: []limiter.Gauge{{Key: glm, Mode: limiter.Limited, InFlight: inFlight, Pending: pending, Limit: limit}}}
}

// numbers are points without their times, as "in flight, pending, limit, refused".
func numbers(points []Point) (all [][4]int) {
	for _, p := range points {
		all = append(all, [4]int{p.InFlight, p.Pending, p.Limit, p.Refused})
	}
	return all
}

// bubble runs f in a bubble of time, from the begin of a minute.
func bubble(t *testing.T, f func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute)))
		f(t)
	})
}

func TestEverySecondHasItsHighest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := New()
		step := func(d time.Duration, s limiter.Snapshot) {
			time.Sleep(d)
			h.note(s, time.Now())
		}
		step(0, standing(1, 0, 3))
		step(300*time.Millisecond, standing(3, 2, 3)) // the highest of its second
		step(300*time.Millisecond, standing(0, 0, 3))
		step(1600*time.Millisecond, standing(2, 0, 5)) // 2.2 s
		h.Refused(glm)
		h.Refused(glm)
		step(1800*time.Millisecond, standing(2, 0, 4)) // 4.0 s
		want := [][4]int{{3, 2, 3, 0}, {0, 0, 3, 0}, {2, 0, 5, 2}, {2, 0, 5, 0}, {2, 0, 4, 0}}
		if diff := cmp.Diff(want, numbers(h.Seconds(glm, time.Minute))); diff != "" {
			t.Error(diff)
		}
		if got := numbers(h.Seconds(glm, 2*time.Second)); len(got) != 2 || got[1] != want[4] {
			t.Error("the last two seconds:", got)
		}
		if h.Seconds(limiter.Key{Vendor: "kimi", Model: "x"}, time.Minute) != nil {
			t.Error("what nobody called has a history")
		}
	})
}

// An adaptive limit is cut in the same moment: the refusal belongs to the limit before.
func TestARefusalBelongsToTheLimitThatWasRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := New()
		h.note(standing(5, 1, 5), time.Now())
		time.Sleep(2100 * time.Millisecond)
		h.note(standing(6, 0, 6), time.Now()) // tried
		time.Sleep(300 * time.Millisecond)
		h.Refused(glm)
		h.note(standing(6, 0, 5), time.Now())
		time.Sleep(2 * time.Second)
		h.note(standing(5, 0, 5), time.Now())
		want := [][4]int{{5, 1, 5, 0}, {5, 1, 5, 0}, {6, 1, 6, 1}, {6, 0, 5, 0}, {6, 0, 5, 0}}
		if diff := cmp.Diff(want, numbers(h.Seconds(glm, time.Minute))); diff != "" {
			t.Error(diff)
		}
	})
}

// What stands still costs no memory, and is known all the same.
func TestAnHourIsRemembered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := New()
		h.note(standing(2, 1, 3), time.Now())
		for range 90 {
			time.Sleep(time.Minute)
			h.note(standing(2, 1, 3), time.Now())
		}
		points := h.Seconds(glm, 24*time.Hour)
		if len(points) != 3600 || points[0] != (Point{Time: points[0].Time, InFlight: 2, Pending: 1, Limit: 3}) {
			t.Errorf("%d points, the first %+v", len(points), points[0])
		}
		if n := len(h.gauges[glm].points); n > 2 {
			t.Errorf("%d points are kept for what did not change", n)
		}
		h.note(standing(0, 0, 3), time.Now())
		time.Sleep(Span + time.Minute)
		h.note(standing(0, 0, 3), time.Now())
		h.take(false)
		time.Sleep(time.Minute)
		h.note(standing(0, 0, 3), time.Now())
		if len(h.gauges) != 0 {
			t.Error("a gauge that nobody uses is kept")
		}
	})
}

func TestMinutesOfGaugesInUseAreGivenAway(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, snap := New(), standing(0, 0, 3)
		ctx, cancel := context.WithCancel(t.Context())
		wake := make(chan struct{}, 1)
		var kept []Minute
		done := make(chan struct{})
		go func() {
			h.Run(ctx, wake, func() limiter.Snapshot { return snap }, func(m []Minute) { kept = append(kept, m...) })
			close(done)
		}()
		change := func(s limiter.Snapshot) {
			synctest.Wait()
			snap = s
			wake <- struct{}{}
			time.Sleep(time.Second)
		}
		begin := time.Now().Truncate(time.Minute)
		change(standing(3, 4, 3))
		h.Refused(glm)
		change(standing(3, 0, 2))
		time.Sleep(2 * time.Minute) // it runs on: a minute each
		change(standing(0, 0, 2))
		time.Sleep(5 * time.Minute) // nothing happens
		change(standing(1, 0, 2))
		cancel()
		<-done
		want := []Minute{
			{glm, Point{Time: begin, InFlight: 3, Pending: 4, Limit: 3, Refused: 1}},
			{glm, Point{Time: begin.Add(time.Minute), InFlight: 3, Limit: 2}},
			{glm, Point{Time: begin.Add(2 * time.Minute), InFlight: 3, Limit: 2}},
			{glm, Point{Time: begin.Add(7 * time.Minute), InFlight: 1, Limit: 2}},
		}
		if diff := cmp.Diff(want, kept); diff != "" {
			t.Error(diff)
		}
	})
}

// A gauge that is gone with its vendor stands at nothing, and does not go on for ever.
func TestAGaugeThatIsGoneStandsAtNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := New()
		h.note(standing(2, 0, 3), time.Now())
		time.Sleep(time.Second)
		h.note(limiter.Snapshot{}, time.Now())
		time.Sleep(2 * time.Second)
		if points := h.Seconds(glm, time.Minute); points[len(points)-1].InFlight != 0 {
			t.Errorf("%+v", points)
		}
		for range 70 {
			time.Sleep(time.Minute)
			h.note(limiter.Snapshot{}, time.Now())
		}
		if minutes := h.take(true); len(minutes) != 1 || len(h.gauges) != 0 {
			t.Errorf("%d minutes, %d gauges", len(minutes), len(h.gauges))
		}
	})
}

func TestNamesThatClientsInventAreBounded(t *testing.T) {
	h := New()
	for i := range 2 * mostGauges {
		h.Refused(limiter.Key{Vendor: "v", Model: strconv.Itoa(i)})
	}
	if len(h.gauges) != mostGauges {
		t.Errorf("%d gauges", len(h.gauges))
	}
}
