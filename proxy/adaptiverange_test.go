package proxy

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var ranges = flag.Bool("ranges", false, "run the adaptive limits' experiment with many seeds, lengths and moves")

// spread is how long calls take in the runs that show that the rule is not made for one of them.
var spread = []lengths{
	evenly,
	{"exponential, mean 15 s", func(r *rand.Rand) time.Duration { return seconds(1 + 14*r.ExpFloat64()) }},
	{"log-normal, median 10 s", func(r *rand.Rand) time.Duration { return seconds(10 * math.Exp(0.8*r.NormFloat64())) }},
	{"2 to 8 s, evenly", func(r *rand.Rand) time.Duration { return seconds(2 + 6*r.Float64()) }},
	{"20 to 40 s, evenly", func(r *rand.Rand) time.Duration { return seconds(20 + 20*r.Float64()) }},
	{"5 s, one of ten 90 s", func(r *rand.Rand) time.Duration {
		if r.IntN(10) == 0 {
			return seconds(90)
		}
		return seconds(5)
	}},
}

// span is the least and the most of some numbers.
type span struct{ least, most float64 }

func (s *span) add(x float64) { s.least, s.most = min(s.least, x), max(s.most, x) }

// TestAdaptiveLimitsOverManySeeds holds a run of every third length to the promise, because each takes seconds; with -ranges
// it is ten of each, and ten more with the moves at any time, whose ranges it logs for docs/adaptive-limits.md.
func TestAdaptiveLimitsOverManySeeds(t *testing.T) {
	for i, l := range spread {
		if !*ranges {
			if i%3 != 0 {
				continue
			}
			expectPromise(t, l.name, runExperiment(t, variants[0], l, everyTwentyMinutes, 1))
			continue
		}
		for _, moved := range []bool{false, true} {
			logRange(t, l, moved)
		}
	}
}

func logRange(t *testing.T, l lengths, moved bool) {
	t.Helper()
	use, share := span{least: 100}, span{least: 100}
	for seed := uint64(1); seed <= 10; seed++ {
		m := everyTwentyMinutes
		if moved {
			m = anyTime(seed)
		}
		r := runExperiment(t, variants[0], l, m, seed)
		if !moved {
			expectPromise(t, fmt.Sprintf("%s, seed %d", l.name, seed), r)
		}
		use.add(100 * r.use())
		share.add(100 * r.share())
	}
	when := "every 20 min"
	if moved {
		when = "at any time"
	}
	t.Logf("| %s | %s | %.1f to %.1f %% | %.1f to %.1f %% |", l.name, when, share.least, share.most, use.least, use.most)
}

// anyTime moves the limit at times drawn from a seed: the first after 10 to 30 minutes, the next 10 to 25 later.
func anyTime(seed uint64) moves {
	r := rand.New(rand.NewPCG(seed, 0))
	first := 10*time.Minute + time.Duration(r.Float64()*float64(20*time.Minute))
	return moves{first, first + 10*time.Minute + time.Duration(r.Float64()*float64(15*time.Minute))}
}
