package limiter

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/semaphore"
)

// Each benchmark runs ours and golang.org/x/sync/semaphore doing the same:
//
//	go test -run '^$' -bench . -benchmem ./limiter

// pair acquires once, calls held, and releases.
type pair func(ctx context.Context, held func()) error

func ours(c *Controller, k Key) pair {
	return func(ctx context.Context, held func()) error {
		p, err := c.Acquire(ctx, k)
		held()
		p.Release()
		return err
	}
}

func weighted(limit int64) pair {
	s := semaphore.NewWeighted(limit)
	return func(ctx context.Context, held func()) error {
		err := s.Acquire(ctx, 1)
		held()
		if err == nil {
			s.Release(1)
		}
		return err
	}
}

// roomy gives a controller whose one vendor limits every model to limit calls and queues any number.
func roomy(limit int) *Controller {
	return zhipu(Policy{Default: limit, MaxPending: 1 << 20, Known: []string{glm.Model}})
}

// requestContext is cancellable, as a request's context is.
func requestContext(b *testing.B) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	b.Cleanup(cancel)
	return ctx
}

// benchPairs acquires and releases one key after the other.
func benchPairs(b *testing.B, c *Controller, keys ...Key) {
	ctx := requestContext(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p, err := c.Acquire(ctx, keys[i%len(keys)])
		if err != nil {
			b.Fatal(err)
		}
		p.Release()
	}
}

func BenchmarkUncontended(b *testing.B) {
	b.Run("limiter", func(b *testing.B) { benchPairs(b, roomy(3), glm) })
	b.Run("semaphore", func(b *testing.B) {
		s := semaphore.NewWeighted(3)
		ctx := requestContext(b)
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Acquire(ctx, 1); err != nil {
				b.Fatal(err)
			}
			s.Release(1)
		}
	})
}

// BenchmarkPair is the uncontended pair in other circumstances than a known model alone.
func BenchmarkPair(b *testing.B) {
	b.Run("monitor", func(b *testing.B) { benchPairs(b, New(), glm) })
	b.Run("account", func(b *testing.B) { benchPairs(b, zhipu(Policy{Default: 3, Total: 5}), glm) })
	b.Run("watched", func(b *testing.B) {
		c := roomy(3)
		c.Watch(requestContext(b))
		benchPairs(b, c, glm)
	})
	b.Run("adaptive", func(b *testing.B) {
		c, ctx := zhipu(Policy{Default: 3, Adaptive: true, Known: []string{glm.Model}}), requestContext(b)
		b.ReportAllocs()
		for b.Loop() {
			p, err := c.Acquire(ctx, glm)
			if err != nil {
				b.Fatal(err)
			}
			p.Accepted()
			p.Release()
		}
	})
	b.Run("35 models in turn", func(b *testing.B) { benchPairs(b, New(), manyKeys(7, 5)...) })
	b.Run("ever new models", func(b *testing.B) { benchPairs(b, New(), manyKeys(1, 10*KeepIdle)...) })
}

func manyKeys(vendors, models int) []Key {
	var keys []Key
	for v := range vendors {
		for m := range models {
			keys = append(keys, Key{fmt.Sprintf("vendor-%d", v), fmt.Sprintf("model-%d-turbo", m)})
		}
	}
	return keys
}

// benchCrowd lets n goroutines acquire and release in a loop. Each holds its first slot until the others
// have had their turn to queue.
func benchCrowd(b *testing.B, n int, one pair) {
	ctx := requestContext(b)
	b.ReportAllocs()
	var all sync.WaitGroup
	var done atomic.Int64
	for range n {
		all.Go(func() {
			for held := runtime.Gosched; done.Add(1) <= int64(b.N); held = func() {} {
				if err := one(ctx, held); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkHandOff has one slot, which each release passes to the head of a queue of so many. On one
// processor a goroutine runs on after its release until it waits in the queue again, so every release
// is a hand-off; on two, many would find the queue of one empty.
func BenchmarkHandOff(b *testing.B) {
	for _, waiters := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("%d/limiter", waiters), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			benchCrowd(b, waiters+1, ours(roomy(1), glm))
		})
		b.Run(fmt.Sprintf("%d/semaphore", waiters), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			benchCrowd(b, waiters+1, weighted(1))
		})
	}
}

// BenchmarkFairHandOff is BenchmarkHandOff of a fair queue whose waiters are ten sessions'.
func BenchmarkFairHandOff(b *testing.B) {
	for _, waiters := range []int{10, 1000} {
		b.Run(fmt.Sprint(waiters), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			c := zhipu(Policy{Default: 1, MaxPending: 1 << 20, Fair: true})
			var sessions []string
			for i := range 10 {
				sessions = append(sessions, fmt.Sprint("session-", i))
			}
			var n atomic.Int64
			benchCrowd(b, waiters+1, func(ctx context.Context, held func()) error {
				i := n.Add(1)
				p, err := c.AcquireFor(ctx, glm, Caller{Session: sessions[i%10], Agent: i%3 > 0})
				held()
				p.Release()
				return err
			})
		})
	}
}

// BenchmarkContended has eight goroutines for three slots.
func BenchmarkContended(b *testing.B) {
	b.Run("limiter", func(b *testing.B) { benchCrowd(b, 8, ours(roomy(3), glm)) })
	b.Run("semaphore", func(b *testing.B) { benchCrowd(b, 8, weighted(3)) })
}

func BenchmarkSnapshot(b *testing.B) {
	for _, gauges := range []int{20, KeepIdle} {
		b.Run(fmt.Sprint(gauges), func(b *testing.B) {
			c := New()
			c.Configure([]VendorPolicy{{"vendor-0", Policy{Total: 5}}, {"vendor-1", Policy{Default: 3}}, {"vendor-2", Policy{}}, {"vendor-3", Policy{}}})
			for _, k := range manyKeys(4, gauges/4) {
				p, err := c.Acquire(b.Context(), k)
				if err != nil {
					b.Fatal(err)
				}
				p.Release()
			}
			b.ReportAllocs()
			for b.Loop() {
				c.Snapshot()
			}
		})
	}
}
