package fakevendor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// step is one call of the demo's client.
type step struct {
	at     time.Duration // since the beginning of the loop
	model  string        // the client's
	takes  time.Duration // the vendor's answer
	down   int           // so many tiers are overloaded
	giveUp time.Duration // after which the client hangs up; 0 = it stays to the end
}

// scene is calls of one kind that start one after the other.
type scene struct {
	step   // the first; all are like it but for at and model
	models []string
	apart  time.Duration // from one to the next
}

const (
	opus   = "claude-opus-5-5"
	sonnet = "claude-sonnet-4-5-20250929"
	haiku  = "claude-haiku-4-5-20251001"

	loop = 74 * time.Second
)

// scenes are what a working minute looks like. The times leave the icon idle at both ends and in the
// middle, keep a queue for some seconds and then leave its afterglow alone.
func scenes() []scene {
	const s, ms = time.Second, time.Millisecond
	return []scene{
		// A person asks, and gets a title for it.
		{step{at: s, takes: 3 * s}, []string{opus, haiku}, 300 * ms},
		{step{at: 6 * s, takes: 4 * s}, []string{sonnet, opus}, 900 * ms},
		// Sub-agents, beyond what zhipu allows glm-5.1. One is given up while it waits.
		{step{at: 12 * s, takes: 5 * s}, []string{opus, opus, opus, opus, opus, opus, opus, opus}, 120 * ms},
		{step{at: 13 * s, takes: 5 * s, giveUp: 3 * s}, []string{opus}, 0},
		{step{at: 14 * s, takes: 3 * s}, []string{haiku}, 0},
		// Zhipu is overloaded, then more of the chain.
		{step{at: 37 * s, takes: 7 * s, down: 1}, []string{opus, haiku, sonnet}, 200 * ms},
		{step{at: 38 * s, takes: 6 * s, down: 2}, []string{opus, sonnet}, 500 * ms},
		{step{at: 39 * s, takes: 5 * s, down: 3}, []string{opus}, 0},
		// Several models share the account's limit. One is given up half way.
		{step{at: 48 * s, takes: 5 * s, giveUp: 2 * s}, []string{opus}, 0},
		{step{at: 49 * s, takes: 7 * s}, []string{opus, sonnet, haiku, opus, sonnet, haiku, opus}, 100 * ms},
	}
}

// plan is one loop's calls in the order of their time. Starts and lengths vary with the seed.
func plan(random *rand.Rand) []step {
	vary := func(d time.Duration, part float64) time.Duration {
		return time.Duration(float64(d) * (1 + part*(2*random.Float64()-1)))
	}
	var steps []step
	for _, scene := range scenes() {
		next := scene.step
		for _, model := range scene.models {
			one := next
			one.model, one.takes = model, vary(next.takes, 0.1)
			steps = append(steps, one)
			next.at += vary(scene.apart, 0.5)
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.at - b.at) })
	return steps
}

func (s step) cue(n int) cue {
	return cue{Session: fmt.Sprintf("demo-%d", n), Millis: int(s.takes / time.Millisecond), Overloaded: s.down}
}
