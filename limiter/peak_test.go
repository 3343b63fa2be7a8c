package limiter

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// sleep lets time pass in a synctest bubble, and what it sets off.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestAQueueGlowsTenSecondsAfterItHasDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		endAll(beginMany(t, c, glm, 5))
		expect(t, c, glm, 0, 0, 2)
		sleep(PeakWindow - time.Nanosecond)
		expect(t, c, glm, 0, 0, 2)
		sleep(time.Nanosecond)
		expect(t, c, glm, 0, 0, 0)
	})
}

func TestAQueueThatOnlyStandsIsItsOwnPeak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		holder := hold(t, c, glm)
		calls := beginMany(t, c, glm, 2)
		sleep(30 * time.Second)
		expect(t, c, glm, 1, 2, 2)
		holder.Release() // both have waited for half a minute
		endAll(calls)
		expect(t, c, glm, 0, 0, 2)
		sleep(PeakWindow)
		expect(t, c, glm, 0, 0, 0)
	})
}

func TestThePeakSinksStepByStepAsItsDepthsLapse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		holder := hold(t, c, glm)
		for _, w := range beginMany(t, c, glm, 3) { // 3 deep for 2 s, then 2, then 1
			sleep(2 * time.Second)
			w.end()
		}
		holder.Release()
		sleep(PeakWindow - 4*time.Second - time.Nanosecond)
		for deep := 3; deep > 0; deep-- {
			expect(t, c, glm, 0, 0, deep)
			sleep(time.Nanosecond)
			expect(t, c, glm, 0, 0, deep-1)
			sleep(2*time.Second - time.Nanosecond)
		}
	})
}

// The memory must give exactly what the whole history would, and stay no longer than the queue was deep.
func TestThePeakIsTheTrueMaximumOfTheWindow(t *testing.T) {
	type span struct {
		pending  int
		from, to time.Time
	}
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_000_000_000, 0)
		var p peak
		var history []span
		pending, from, deepest := 0, now, 0
		t.Repeat(map[string]func(*rapid.T){
			"step": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "seconds")) * time.Second)
				history = append(history, span{pending, from, now})
				if rapid.Bool().Draw(t, "up") || pending == 0 {
					pending++
				} else {
					p.fell(pending, now)
					pending--
				}
				from, deepest = now, max(deepest, pending)
			},
			"look": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "seconds")) * time.Second)
			},
			"forget": func(t *rapid.T) {
				left := p.forget(now)
				if left < 0 || left > PeakWindow || (left == 0) != (len(p.past) == 0) {
					t.Fatalf("next lapse in %v with %d depths", left, len(p.past))
				}
			},
			"": func(t *rapid.T) {
				want := pending
				for _, s := range history {
					if s.to.After(now.Add(-PeakWindow)) {
						want = max(want, s.pending)
					}
				}
				if got := p.deepest(pending, now); got != want {
					t.Fatalf("peak %d, want %d", got, want)
				}
				if len(p.past) > deepest {
					t.Fatalf("%d depths kept of a queue never deeper than %d", len(p.past), deepest)
				}
			},
		})
	})
}

func TestNoTimerRunsWhenNothingGlows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		armed := func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.armed
		}
		holder := hold(t, c, glm)
		w := begin(t, c, glm)
		if armed() {
			t.Fatal("a standing queue needs no timer")
		}
		holder.Release()
		w.end()
		if !armed() {
			t.Fatal("a peak will lapse and no timer runs")
		}
		sleep(PeakWindow)
		if armed() {
			t.Fatal("the timer runs on")
		}
	})
}
