package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/vendor"
)

// search is one call's way along the chain.
type search struct {
	chain    *Chain
	call     vendor.Call
	who      limiter.Caller
	progress Progress
	session  Session
	failed   failures
	called   int // vendors that were asked
	gated    []gated
	renames  int  // of models, by vendors that refused an old name
	renamed  bool // by the vendor that was asked last
}

// gated is a vendor that was left alone, and until when.
type gated struct {
	vendor *vendor.Vendor
	closed *closed
}

// ask tries the members of one tier until one answers; ended says that the search is over. With
// anyway a vendor is asked although it is out.
func (s *search) ask(ctx context.Context, tier []*vendor.Vendor, anyway bool) (reply *Reply, ended bool, err error) {
	for _, v := range tier {
		v.Warm(ctx)
	}
	left := slices.Clone(tier)
	for len(left) > 0 {
		at, err := s.pick(ctx, &left, anyway)
		if err != nil {
			return nil, true, err
		}
		if at == nil {
			return nil, false, nil
		}
		reply, ended, err := s.attempt(ctx, at)
		if ended {
			return reply, true, err
		}
		if s.renamed { // once more, with a permit for the new name
			s.renamed = false
			continue
		}
		left = without(left, at.vendor)
	}
	return nil, false, nil
}

// place is a permit for a vendor model, and the leave to ask it.
type place struct {
	vendor *vendor.Vendor
	key    limiter.Key
	permit *limiter.Permit
	ticket *ticket
	queued time.Duration
	since  time.Time // when the permit came
}

// pick finds a place at one of the vendors left: the session's own, if it has a free slot; else where
// most slots are free; else in the queue that is likely the shortest. Vendors that cannot be asked
// are taken from left. It is nil if none is left, and fails only if the client is gone.
func (s *search) pick(ctx context.Context, left *[]*vendor.Vendor, anyway bool) (*place, error) {
	for {
		*left = slices.DeleteFunc(*left, func(v *vendor.Vendor) bool { return s.skips(v, anyway) })
		if len(*left) == 0 {
			return nil, nil
		}
		at := s.free(*left)
		if at == nil {
			v := s.shortest(left)
			if v == nil {
				return nil, nil
			}
			permit, queued, err := s.wait(ctx, v)
			if err != nil {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				s.skip(v, err.Error())
				s.failed.add(v.Name(), err, time.Time{})
				*left = without(*left, v)
				continue
			}
			at = &place{vendor: v, key: s.key(v), permit: permit, queued: queued, since: time.Now()}
		}
		// Again: the vendor may have gone out while the call waited.
		ticket, out := s.chain.memory.Health.enter(at.key.Vendor, at.key.Model, anyway)
		if out != nil {
			at.permit.Release()
			s.gate(at.vendor, out)
			*left = without(*left, at.vendor)
			continue
		}
		at.ticket = ticket
		return at, nil
	}
}

func (s *search) key(v *vendor.Vendor) limiter.Key {
	return limiter.Key{Vendor: v.Name(), Model: v.Model(s.call.Request.Model)}
}

// skips reports, and notes, that a vendor cannot be asked.
func (s *search) skips(v *vendor.Vendor, anyway bool) bool {
	if why := v.Unfit(s.call.Header, s.call.Request.Model); why != nil {
		s.skip(v, why.Error())
		s.failed.unfit(v, why)
		return true
	}
	if anyway {
		return false
	}
	out := s.chain.memory.Health.closed(v.Name(), v.Model(s.call.Request.Model))
	if out != nil {
		s.gate(v, out)
	}
	return out != nil
}

func (s *search) skip(v *vendor.Vendor, why string) {
	s.progress.Tried(Try{Vendor: v.Name(), Model: s.key(v).Model, Verdict: "skipped", Reason: why})
}

func (s *search) gate(v *vendor.Vendor, out *closed) {
	s.skip(v, out.Error())
	s.failed.gate(v, out)
	s.gated = append(s.gated, gated{v, out})
}

// soonest is the vendor left alone that is back first, nil if none is. One that did not take its key comes last.
func (s *search) soonest() *vendor.Vendor {
	var best *gated
	for i := range s.gated {
		g := &s.gated[i]
		switch {
		case best == nil || best.closed.badKey && !g.closed.badKey:
			best = g
		case g.closed.badKey && !best.closed.badKey:
		case !g.closed.until.IsZero() && (best.closed.until.IsZero() || g.closed.until.Before(best.closed.until)):
			best = g
		}
	}
	if best == nil {
		return nil
	}
	return best.vendor
}

// free takes a slot that needs no wait, nil if there is none.
func (s *search) free(left []*vendor.Vendor) *place {
	if len(left) > 1 {
		left = s.ranked(left)
	}
	for _, v := range left {
		if permit, ok := s.chain.limiter.TryAcquire(s.key(v)); ok {
			return &place{vendor: v, key: s.key(v), permit: permit, since: time.Now()}
		}
	}
	return nil
}

// ranked puts the session's own vendor first if it has a free slot, then those with the most.
func (s *search) ranked(left []*vendor.Vendor) []*vendor.Vendor {
	type member struct {
		vendor *vendor.Vendor
		room   int
	}
	home := s.chain.memory.Sessions.home(s.session.Key, s.chain.conf.Affinity)
	members := make([]member, 0, len(left))
	for _, v := range left {
		m := member{v, s.chain.limiter.Load(s.key(v)).Room}
		switch {
		case v.Name() == home && m.room > 0:
			m.room = math.MaxInt // first of all
		case m.room == limiter.Unlimited:
			m.room = 1 // counted only: room enough, but after those whose limit says so
		case m.room > 0:
			m.room++
		}
		members = append(members, m)
	}
	slices.SortStableFunc(members, func(a, b member) int { return b.room - a.room })
	order := make([]*vendor.Vendor, 0, len(members))
	for _, m := range members {
		order = append(order, m.vendor)
	}
	return order
}

// shortest is the vendor in whose queue the wait is likely the shortest. Those where it would be too
// long for their overflow are taken from left; it is nil if all are.
func (s *search) shortest(left *[]*vendor.Vendor) *vendor.Vendor {
	var best *vendor.Vendor
	var least time.Duration
	*left = slices.DeleteFunc(*left, func(v *vendor.Vendor) bool {
		wait := s.chain.Wait(s.key(v))
		if limit := v.Conf().Limit; limit.Overflow && wait > limit.MaxWait {
			why := fmt.Sprintf("its queue would take about %v, max_wait is %v", wait.Round(time.Second), limit.MaxWait)
			s.skip(v, why)
			s.failed.busy(v.Name(), why)
			return true
		}
		if best == nil || wait < least {
			best, least = v, wait
		}
		return false
	})
	return best
}

// wait queues for a permit.
func (s *search) wait(ctx context.Context, v *vendor.Vendor) (*limiter.Permit, time.Duration, error) {
	k := s.key(v)
	s.progress.At(Step{Stage: Queues, Key: k})
	permit, queued, err := s.chain.acquire(ctx, k, s.who)
	if err != nil {
		s.progress.At(Step{Stage: Leaves, Key: k})
	}
	return permit, queued, err
}

// acquire waits for a permit. A queue that is full, or too slow, is an *anthropic.Error.
func (c *Chain) acquire(ctx context.Context, k limiter.Key, who limiter.Caller) (*limiter.Permit, time.Duration, error) {
	start := time.Now()
	permit, err := c.limiter.AcquireFor(ctx, k, who)
	if errors.Is(err, limiter.ErrQueueFull) || errors.Is(err, limiter.ErrWaitExpired) {
		refused := anthropic.Errorf(anthropic.StatusOverloaded, "%v", err)
		refused.RetryAfter, refused.Cause = afterQueue, err
		err = refused
	}
	return permit, time.Since(start), err
}

// afterQueue is when a client that found no place in a queue may ask again: about the time of one
// call.
const afterQueue = 10 * time.Second

func without(left []*vendor.Vendor, v *vendor.Vendor) []*vendor.Vendor {
	return slices.DeleteFunc(left, func(other *vendor.Vendor) bool { return other == v })
}
