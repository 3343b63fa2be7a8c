package limiter

import "time"

// The constants of the rule for adaptive limits; docs/adaptive-limits.md shows what they lead to. A window is as many
// accepted calls as the limit, which is about the time that one call takes: so the rule needs no clock, and works
// for calls of a second as for those of a minute.
const (
	// firstLimit is where a limit begins. Each accepted call raises it, so that it costs seconds to begin low, while a
	// burst against a limit that is too high is refused call by call.
	firstLimit = 1
	// firstRest is how many windows pass at the limit below a refused one until that is tried again, longestRest the
	// most after refusals in a row, each of which doubles it. Shorter rests find a raised limit sooner, but each one
	// that ends in vain costs a refusal: at a limit of 5 one of 100 calls.
	firstRest, longestRest = 10, 20
	// trialCost is how many accepted calls pay for one refusal. It holds refusals at 1/64 = 1.6 % of calls in the
	// long run where the limit is so low that a rest has fewer calls.
	trialCost = 64
	// firstSavings is what a limit begins with, mostSavings what it can save up for worse times.
	firstSavings, mostSavings = 4 * trialCost, 8 * trialCost
	// wallAge is when a refusal says nothing of the vendor any more, however few calls there were since.
	wallAge = 30 * time.Minute
)

// Why tells what holds an adaptive limit where it is.
type Why uint8

const (
	Fixed   Why = iota // the limit is not adaptive
	Trying             // no call has been accepted with the whole limit in use yet
	Refused            // the vendor refused a call at a higher limit
	Ceiling            // it is as high as it may be
	Enough             // no call has had to wait for more
)

// String gives the word that the control API uses, "" for Fixed.
func (w Why) String() string { return [...]string{"", "trying", "refused", "ceiling", "enough"}[w] }

// Adaptation is how an adaptive limit stands. The zero value is that of a limit that is not adaptive.
type Adaptation struct {
	Why     Why
	Refused int       // the lowest limit that the vendor refused and has not accepted since; 0 = none
	Since   time.Time // of the refusal where that is why, else of the limit's last change
}

// adaptive is the rule for one limit: additive increase while calls are accepted and others wait, multiplicative
// decrease when the vendor refuses one for having too many. It knows no permits and no queues.
type adaptive struct {
	limit   int    // in force, 1 to ceiling
	ceiling int    // the user's
	epoch   uint32 // counts the changes of limit: calls are sent under one
	cut     uint32 // the epoch that the last refusal began
	proven  bool   // a call was accepted with the whole limit in use
	raised  bool   // not proven, but the limit below is
	wall    int    // the lowest limit that was refused and not accepted since; 0 = none
	rest    int    // windows until the wall is tried
	clean   int    // calls accepted with the whole limit in use since the last refusal
	savings int    // accepted calls that no refusal has used up
	changed time.Time
	refusal time.Time
}

// newAdaptive begins with the calls that are in flight.
func newAdaptive(ceiling, inFlight int, now time.Time) *adaptive {
	return &adaptive{
		limit: min(max(firstLimit, inFlight), ceiling), ceiling: ceiling, rest: firstRest, savings: firstSavings, changed: now,
	}
}

// bound takes another ceiling. What was refused is forgotten, for whoever moves it may know better.
func (a *adaptive) bound(ceiling int, now time.Time) {
	if ceiling == a.ceiling {
		return
	}
	a.ceiling, a.wall, a.rest, a.clean = ceiling, 0, firstRest, 0
	if a.limit > ceiling {
		a.proven = a.proven || a.raised
		a.move(ceiling, now)
	}
}

// accepted notes that the vendor took a call that was sent in an epoch; full: with the whole limit in use.
func (a *adaptive) accepted(epoch uint32, full bool) {
	a.savings = min(a.savings+1, mostSavings)
	if !full || epoch != a.epoch {
		return // says nothing of this limit
	}
	a.proven, a.raised = true, false
	a.clean++
	if a.wall > 0 && a.limit >= a.wall {
		a.wall, a.rest = 0, firstRest
	}
}

// raise is for a call that waits: it adds one to the limit if that may be, and reports whether it did.
//
// Below what was refused, one accepted call proves a limit and the next is tried at once; there is nothing to wait
// for. What was refused is tried again after a rest, and only if its refusal could be paid.
func (a *adaptive) raise(now time.Time) bool {
	if !a.proven || a.limit >= a.ceiling {
		return false
	}
	if a.wall > 0 && a.limit+1 >= a.wall {
		rested := a.clean >= a.rest*a.limit || now.Sub(a.refusal) >= wallAge
		if !rested || a.savings < trialCost {
			return false
		}
	}
	a.proven, a.raised = false, true
	a.move(a.limit+1, now)
	return true
}

// refused notes that the vendor refused a call that was sent in an epoch, for having too many. Calls sent before the
// last cut say nothing new: one cut for all of them. A limit that was only tried goes back to the one
// below, which was proven; any other is halved.
func (a *adaptive) refused(epoch uint32, now time.Time) {
	a.savings = max(a.savings-trialCost, 0)
	a.clean = 0
	if epoch < a.cut {
		return
	}
	a.refusal = now
	was := a.limit
	a.rest = firstRest
	to := min((was+1)/2, was-1)
	if a.raised {
		if was == a.wall {
			a.rest = longestRest
		}
		to = was - 1
	}
	a.wall = max(was, 2)
	a.proven = a.raised
	a.move(max(to, 1), now)
	a.cut = a.epoch
}

func (a *adaptive) move(limit int, now time.Time) {
	if limit < a.limit {
		a.raised = false
	}
	a.limit, a.changed = limit, now
	a.epoch++
}

// adaptation tells how a limit stands; nil is one that is not adaptive.
func (a *adaptive) adaptation() Adaptation {
	switch {
	case a == nil:
		return Adaptation{}
	case a.wall > a.limit:
		return Adaptation{Refused, a.wall, a.refusal}
	case a.wall > 0:
		return Adaptation{Trying, a.wall, a.changed}
	case a.limit == a.ceiling:
		return Adaptation{Why: Ceiling, Since: a.changed}
	case !a.proven:
		return Adaptation{Why: Trying, Since: a.changed}
	}
	return Adaptation{Why: Enough, Since: a.changed}
}
