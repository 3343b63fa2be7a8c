package limiter

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// woken tells whether a wake waits to be read, and reads it.
func woken(wake <-chan struct{}) bool {
	select {
	case _, ok := <-wake:
		return ok
	default:
		return false
	}
}

func TestEveryKindOfChangeWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1, MaxWait: time.Minute})
		wake := c.Watch(t.Context())
		if woken(wake) {
			t.Fatal("woken without a change")
		}
		var holder *Permit
		var waiting *call
		for _, step := range []struct {
			name string
			do   func()
		}{
			{"grant", func() { holder = hold(t, c, glm) }},
			{"queue", func() { waiting = begin(t, c, glm) }},
			{"cancel", func() { waiting.end() }},
			{"expired wait", func() { begin(t, c, glm); sleep(time.Minute) }},
			{"lapse of a peak", func() { sleep(PeakWindow) }},
			{"release", func() { holder.Release() }},
			{"set limit", func() { setLimit(t, c, glm, 2) }},
			{"reset limit", func() { _ = c.ResetLimit(glm) }},
			{"configure", func() { c.Configure(nil) }},
			{"notify", func() { c.Notify() }},
		} {
			step.do()
			if !woken(wake) {
				t.Errorf("%s: no wake", step.name)
			}
			if woken(wake) {
				t.Errorf("%s: a second wake", step.name)
			}
		}
		sleep(time.Hour)
		if woken(wake) {
			t.Error("woken while nothing changed")
		}
	})
}

func TestManyChangesShareAWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		wake := c.Watch(t.Context())
		endAll(beginMany(t, c, kimi, 100))
		if !woken(wake) || woken(wake) {
			t.Fatal("want one wake for all")
		}
	})
}

// Readers that take a snapshot after each wake must end with the last state, however slow they are.
func TestNoWatcherMissesTheLastState(t *testing.T) {
	for range 200 {
		c := zhipu(Policy{Default: 2})
		ctx, cancel := context.WithCancel(t.Context())
		var readers, callers sync.WaitGroup
		last := make([]Snapshot, 3)
		for i := range last {
			wake := c.Watch(ctx)
			readers.Go(func() {
				for range wake {
					last[i] = c.Snapshot()
					for range i {
						runtime.Gosched()
					}
				}
			})
		}
		for range 4 {
			callers.Go(func() {
				for range 5 {
					p, _ := c.Acquire(ctx, glm)
					runtime.Gosched()
					p.Release()
				}
			})
		}
		callers.Wait()
		setLimit := c.SetLimit(glm, 7)
		cancel() // closes the channels; the wakes before it are still read
		readers.Wait()
		want := c.Snapshot().Gauges[0]
		for i, s := range last {
			if setLimit != nil || len(s.Gauges) != 1 || s.Gauges[0].Limit != want.Limit || s.Gauges[0].InFlight != 0 {
				t.Fatalf("reader %d last saw %+v, want %+v", i, s.Gauges, want)
			}
		}
	}
}

func TestAWatcherCostsNoGoroutineAndLeavesWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		ctx, cancel := context.WithCancel(t.Context())
		before := runtime.NumGoroutine()
		var wakes []<-chan struct{}
		for range 100 {
			wakes = append(wakes, c.Watch(ctx))
		}
		stays := c.Watch(t.Context())
		if n := runtime.NumGoroutine() - before; n != 0 {
			t.Fatalf("%d goroutines for the watchers", n)
		}
		cancel()
		synctest.Wait()
		for _, wake := range wakes {
			if _, ok := <-wake; ok {
				t.Fatal("want a closed channel")
			}
		}
		c.Notify()
		if !woken(stays) || len(c.watchers) != 1 {
			t.Fatalf("%d watchers left", len(c.watchers))
		}
	})
}

func TestWatchingWithAContextThatIsDoneGivesAClosedChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range New().Watch(ctx) {
			t.Fatal("woken")
		}
	})
}

func TestOneTimerServesAllThatGlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		start := time.Now()
		calls := beginMany(t, c, glm, 3) // 2 deep until now, then 1 deep for 3 s
		calls[0].end()
		sleep(3 * time.Second)
		endAll(calls)
		sleep(2 * time.Second)
		endAll(beginMany(t, c, air, 2))
		var lapses []time.Duration
		wake := c.Watch(t.Context())
		for len(lapses) < 3 {
			<-wake
			lapses = append(lapses, time.Since(start))
		}
		if want := []time.Duration{10 * time.Second, 13 * time.Second, 15 * time.Second}; !slices.Equal(lapses, want) {
			t.Fatalf("lapses after %v, want %v", lapses, want)
		}
		expect(t, c, glm, 0, 0, 0)
		expect(t, c, air, 0, 0, 0)
	})
}
