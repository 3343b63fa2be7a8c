package limiter

import (
	"sync"
	"testing"
	"testing/synctest"
)

func TestReleasingTwiceFreesOneSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 2})
		first, second := hold(t, c, glm), hold(t, c, glm)
		var all sync.WaitGroup
		for range 8 {
			all.Go(first.Release)
		}
		all.Wait()
		expect(t, c, glm, 1, 0, 0)
		third := hold(t, c, glm)
		first.Release() // stale: must not free the slot that third holds
		expect(t, c, glm, 2, 0, 0)
		second.Release()
		third.Release()
		expect(t, c, glm, 0, 0, 0)
	})
}

func TestPermitsThatCountNothingCanBeReleased(t *testing.T) {
	var none *Permit
	none.Release()
	new(Permit).Release()
}

func TestAnEmptyModelHasNoGauge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		a, b := hold(t, c, Key{Vendor: "zhipu"}), hold(t, c, Key{Vendor: "zhipu"})
		if n := len(c.Snapshot().Gauges); n != 0 {
			t.Fatalf("%d gauges", n)
		}
		a.Release()
		b.Release()
	})
}

func TestASlotComesBackWhenItsHolderPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		func() {
			defer func() { _ = recover() }()
			defer hold(t, c, glm).Release()
			panic("upstream reader")
		}()
		expect(t, c, glm, 0, 0, 0)
	})
}

func TestPermitsOfManyBatchesAreDistinct(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		seen := map[*Permit]bool{}
		for range 3*permitBatch + 1 {
			p := hold(t, c, kimi)
			if seen[p] {
				t.Fatal("a permit was given out twice")
			}
			seen[p] = true
		}
		expect(t, c, kimi, len(seen), 0, 0)
		for p := range seen {
			p.Release()
		}
		expect(t, c, kimi, 0, 0, 0)
	})
}
