package limiter

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestWaitersAreServedInTheOrderOfArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 3})
		calls := beginMany(t, c, glm, 5)
		expect(t, c, glm, 3, 2, 2)
		calls[1].end()
		expect(t, c, glm, 3, 1, 2)
		if got := grantedOf(calls); !slices.Equal(got, []int{0, 1, 2, 3}) {
			t.Fatalf("granted %v", got)
		}
		endAll(calls)
		expect(t, c, glm, 0, 0, 2)
	})
}

// The slot is the waiter's before the lock is let go, whether its goroutine has run or not.
func TestANewcomerCannotTakeTheSlotOfAWaiterThatHasNotWokenYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		holder := hold(t, c, glm)
		waiter := begin(t, c, glm)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		holder.Release() // the waiter's goroutine has not run since
		if p, err := c.Acquire(ctx, glm); err == nil {
			p.Release()
			t.Fatal("the newcomer was let in first")
		}
		if !waiter.granted() {
			t.Fatal("the waiter was not granted")
		}
		waiter.end()
	})
}

func TestACancelledWaiterLeavesAtOnceAndTheOthersKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		holder := hold(t, c, glm)
		calls := beginMany(t, c, glm, 3)
		calls[1].end()
		if err := calls[1].err; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		expect(t, c, glm, 1, 2, 3)
		holder.Release()
		synctest.Wait()
		if got := grantedOf(calls); !slices.Equal(got, []int{0}) {
			t.Fatalf("granted %v", got)
		}
		calls[0].end()
		if !calls[2].granted() {
			t.Fatal("the last in the queue was not granted")
		}
		endAll(calls)
	})
}

func TestACallWhoseContextIsDoneIsNeverAdmitted(t *testing.T) {
	c := New()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, k := range []Key{glm, {Vendor: "zhipu"}} {
		if _, err := c.Acquire(ctx, k); !errors.Is(err, context.Canceled) {
			t.Fatalf("%v: %v", k, err)
		}
	}
	if n := len(c.Snapshot().Gauges); n != 0 {
		t.Fatalf("%d gauges", n)
	}
}

// Under the lock, the waiter's context ends and its grant comes: whichever its goroutine sees first, the
// slot must reach the next waiter.
func TestAGrantThatMeetsACancelIsPassedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 200 {
			c := zhipu(Policy{Default: 1})
			holder := hold(t, c, glm)
			calls := beginMany(t, c, glm, 2)
			c.mu.Lock()
			calls[0].cancel()
			holder.released = true
			holder.gauge.release(false)
			c.mu.Unlock()
			synctest.Wait()
			if calls[0].granted() || !calls[1].granted() {
				t.Fatalf("granted %v, want the second alone", grantedOf(calls))
			}
			calls[1].end()
			expect(t, c, glm, 0, 0, 2)
		}
	})
}

func TestTenThousandRacesOfCancelAndGrantLoseNoSlot(t *testing.T) {
	c := zhipu(Policy{Default: 1})
	awaitPending := func(n int) {
		for c.Snapshot().Gauges[0].Pending != n {
			runtime.Gosched()
		}
	}
	cancelled := 0
	for round := range 10_000 {
		holder, err := c.Acquire(t.Context(), glm)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		first, second := make(chan error), make(chan error)
		wait := func(ctx context.Context, result chan error) {
			p, err := c.Acquire(ctx, glm)
			p.Release()
			result <- err
		}
		go wait(ctx, first)
		awaitPending(1)
		go wait(t.Context(), second)
		awaitPending(2)
		go cancel()
		holder.Release()
		if err := <-first; errors.Is(err, context.Canceled) {
			cancelled++
		} else if err != nil {
			t.Fatal(err)
		}
		if err := <-second; err != nil {
			t.Fatalf("round %d: the waiter behind got %v", round, err)
		}
		cancel()
		if g := c.Snapshot().Gauges[0]; g.InFlight != 0 || g.Pending != 0 {
			t.Fatalf("round %d: %+v", round, g)
		}
	}
	t.Logf("the cancel won %d times", cancelled)
}

func TestACallBeyondTheLongestQueueIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1, MaxPending: 2})
		calls := beginMany(t, c, glm, 4)
		if err := calls[3].err; !calls[3].over() || !errors.Is(err, ErrQueueFull) {
			t.Fatalf("over %v, error %v", calls[3].over(), err)
		}
		expect(t, c, glm, 1, 2, 2)
		other := hold(t, c, air) // another model has its own queue
		other.Release()
		endAll(calls)
	})
}

func TestHowLongAQueueIsByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		calls := beginMany(t, c, glm, 1+DefaultMaxPending)
		expect(t, c, glm, 1, 256, 256)
		if w := begin(t, c, glm); !errors.Is(w.err, ErrQueueFull) {
			t.Fatal(w.err)
		}
		endAll(calls)
	})
}

func TestAWaitEndsAtItsLongest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1, MaxWait: time.Minute})
		holder := hold(t, c, glm)
		w := begin(t, c, glm)
		time.Sleep(time.Minute - time.Nanosecond)
		synctest.Wait()
		if w.over() {
			t.Fatal("the wait ended too early")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if !w.over() || !errors.Is(w.err, ErrWaitExpired) {
			t.Fatalf("over %v, error %v", w.over(), w.err)
		}
		expect(t, c, glm, 1, 0, 1)
		holder.Release()
		expect(t, c, glm, 0, 0, 1)
	})
}

// A slot granted in the instant in which the wait expires is the caller's: it still wants it.
func TestAGrantThatMeetsTheEndOfTheWaitIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 200 {
			c := zhipu(Policy{Default: 1, MaxWait: time.Second})
			holder := hold(t, c, glm)
			w := begin(t, c, glm)
			c.mu.Lock()
			time.Sleep(time.Second)
			holder.released = true
			holder.gauge.release(false)
			c.mu.Unlock()
			synctest.Wait()
			if !w.granted() {
				t.Fatal(w.err)
			}
			w.end()
			expect(t, c, glm, 0, 0, 1)
		}
	})
}
