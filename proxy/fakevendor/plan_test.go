package fakevendor

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// moment is what the window would show at one time.
type moment struct{ inFlight, pending int }

const tick = 50 * time.Millisecond

// simulate runs a plan against the demo's limits, a moment for each tick. Calls that zhipu refuses
// run elsewhere, without a limit.
func simulate(steps []step) (moments []moment) {
	limits := map[string]int{opus: 3, sonnet: 2, haiku: 3}
	type running struct {
		step
		until time.Duration
	}
	var waiting []step
	var open []running
	for now := time.Duration(0); now < loop; now += tick {
		open = slices.DeleteFunc(open, func(r running) bool { return r.until <= now || r.giveUp > 0 && r.at+r.giveUp <= now })
		waiting = slices.DeleteFunc(waiting, func(s step) bool { return s.giveUp > 0 && s.at+s.giveUp <= now })
		for len(steps) > 0 && steps[0].at <= now {
			waiting, steps = append(waiting, steps[0]), steps[1:]
		}
		waiting = slices.DeleteFunc(waiting, func(s step) bool {
			total, model := 0, 0
			for _, r := range open {
				if r.down == 0 {
					total++
					if r.model == s.model {
						model++
					}
				}
			}
			if s.down == 0 && (total >= 5 || model >= limits[s.model]) {
				return false
			}
			open = append(open, running{s, now + s.takes})
			return true
		})
		moments = append(moments, moment{len(open), len(waiting)})
	}
	return moments
}

// longest is the longest time in a row for which what holds.
func longest(moments []moment, what func(moment) bool) (most time.Duration) {
	var now time.Duration
	for _, m := range moments {
		if now += tick; !what(m) {
			now = 0
		}
		most = max(most, now)
	}
	return most
}

// Whoever looks at the demo for one loop must have seen everything that Afterglow shows.
func TestALoopShowsEverything(t *testing.T) {
	if loop < 60*time.Second || loop > 90*time.Second {
		t.Error("the loop takes", loop)
	}
	for seed := range uint64(200) {
		steps := plan(seeded(seed))
		moments := simulate(steps)
		var peak moment
		afterglows := 0
		quiet := time.Duration(0) // since the queue drained
		for i, m := range moments {
			peak.inFlight, peak.pending = max(peak.inFlight, m.inFlight), max(peak.pending, m.pending)
			quiet += tick
			if m.pending > 0 {
				quiet = 0
			}
			if i > 0 && quiet == 10*time.Second && slices.MaxFunc(moments[:i], byPending).pending > 0 {
				afterglows++
			}
		}
		if peak.inFlight < 5 || peak.inFlight > 8 || peak.pending < 3 || peak.inFlight+peak.pending >= maxOpen {
			t.Errorf("seed %d: peak %+v", seed, peak)
		}
		if d := longest(moments, func(m moment) bool { return m.pending > 0 }); d < 7*time.Second {
			t.Errorf("seed %d: the longest queue stands %v", seed, d)
		}
		if afterglows < 2 {
			t.Errorf("seed %d: %d afterglows that end", seed, afterglows)
		}
		if d := longest(moments, func(m moment) bool { return m == moment{} }); d < 6*time.Second {
			t.Errorf("seed %d: the longest quiet is %v", seed, d)
		}
		if first, last := moments[0], moments[len(moments)-1]; first != (moment{}) || last != (moment{}) {
			t.Errorf("seed %d: begins with %+v and ends with %+v", seed, first, last)
		}
		for _, tiers := range []int{0, 1, 2, 3} {
			if !slices.ContainsFunc(steps, func(s step) bool { return s.down == tiers }) {
				t.Errorf("seed %d: no call for tier %d", seed, tiers)
			}
		}
	}
}

func byPending(a, b moment) int { return a.pending - b.pending }

func TestAPlanIsItsSeeds(t *testing.T) {
	random := seeded(7)
	first, second := plan(random), plan(random)
	if !reflect.DeepEqual(first, plan(seeded(7))) {
		t.Error("one seed, two plans")
	}
	if reflect.DeepEqual(first, second) || reflect.DeepEqual(first, plan(seeded(8))) {
		t.Error("two loops or two seeds, one plan")
	}
	if !slices.IsSortedFunc(first, func(a, b step) int { return int(a.at - b.at) }) {
		t.Error("not in order")
	}
}
