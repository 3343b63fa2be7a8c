package ui_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy"
)

// tick is the least time between two boards here.
const tick = 250 * time.Millisecond

// seen is one board that watch has shown.
type seen struct {
	after    time.Duration
	inFlight int
}

// observe runs watch over a fake service in a bubble and hands test what it shows.
func observe(t *testing.T, test func(set func(inFlight int), boards *[]seen)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		svc := &apptest.Proxy{Wake: make(chan struct{}, 1)}
		var boards []seen
		began := time.Now()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			ui.Watch(ctx, svc, tick, func(b viewmodel.Board) {
				boards = append(boards, seen{time.Since(began), b.Totals.InFlight})
			})
		}()
		set := func(inFlight int) {
			svc.Change(proxy.Status{Concurrency: limiter.Snapshot{Gauges: []limiter.Gauge{{InFlight: inFlight}}}})
			synctest.Wait()
		}
		synctest.Wait()
		test(set, &boards)
		stop()
		<-done
	})
}

func TestWatchShowsTheFirstBoardAndAChangeAtOnce(t *testing.T) {
	observe(t, func(set func(int), boards *[]seen) {
		apptest.Pass(time.Second)
		set(1)
		if want := []seen{{0, 0}, {time.Second, 1}}; !slices.Equal(*boards, want) {
			t.Errorf("boards = %v, want %v", *boards, want)
		}
	})
}

func TestWatchShowsAtMostOneBoardATickAndTheLastAlways(t *testing.T) {
	observe(t, func(set func(int), boards *[]seen) {
		apptest.Pass(time.Second)
		for i := range 100 {
			set(i + 1)
			apptest.Pass(10 * time.Millisecond)
		}
		apptest.Pass(time.Second)
		for i, b := range (*boards)[1:] {
			if gap := b.after - (*boards)[i].after; gap < tick {
				t.Errorf("board %d came %v after the one before, want %v at least", i+1, gap, tick)
			}
		}
		last := (*boards)[len(*boards)-1]
		if last.inFlight != 100 || last.after > 2*time.Second+tick {
			t.Errorf("last board = %v, want 100 calls within a tick of the last change", last)
		}
		if n := len(*boards); n > 7 {
			t.Errorf("%d boards for 1 s of changes, want 7 at most", n)
		}
	})
}

func TestWatchMovesTheHistoryOnWhileNothingChanges(t *testing.T) {
	observe(t, func(_ func(int), boards *[]seen) {
		apptest.Pass(time.Minute)
		if n := len(*boards); n < 10 || n > 14 {
			t.Errorf("%d boards in a quiet minute, want about one a bucket", n)
		}
	})
}
