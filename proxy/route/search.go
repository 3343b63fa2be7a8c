package route

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/reason"
	"afterglow/proxy/upstream"
)

// search is one call's way along the chain.
type search struct {
	chain    *Chain
	call     upstream.Call
	who      limiter.Caller
	progress Progress
	session  Session
	failed   failures
	rest     [][]*upstream.Vendor // the tiers to come
	called   int                  // vendors that were asked
	gated    []gated
	waited   map[*upstream.Vendor]time.Duration // in queues that the call has left, and may come back to
	renames  int                                // of models, by vendors that refused an old name
	renamed  bool                               // by the vendor that was asked last
}

// gated is a vendor that was left alone, and until when.
type gated struct {
	vendor *upstream.Vendor
	closed *closed
}

// ask tries the members of one tier until one answers; ended says that the search is over. With
// anyway a vendor is asked although it is out.
func (s *search) ask(ctx context.Context, tier []*upstream.Vendor, anyway bool) (reply *Reply, ended bool, err error) {
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
	vendor *upstream.Vendor
	key    limiter.Key
	permit *limiter.Permit
	ticket *ticket
	queued time.Duration
	since  time.Time // when the permit came
}

// pick finds a place at one of the vendors left: the session's own, if it has a free slot; else where
// most slots are free; else in the queue that is likely the shortest. Vendors that cannot be asked
// are taken from left. It is nil if none is left, and fails only if the client is gone.
func (s *search) pick(ctx context.Context, left *[]*upstream.Vendor, anyway bool) (*place, error) {
	for {
		*left = slices.DeleteFunc(*left, func(v *upstream.Vendor) bool { return s.skips(v, anyway) })
		if len(*left) == 0 {
			return nil, nil
		}
		at := s.free(*left)
		if at == nil {
			v := s.shortest(left)
			if v == nil {
				return nil, nil
			}
			permit, queued, err := s.wait(ctx, v, s.others(v, *left))
			if err != nil {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				*left = without(*left, v)
				if errors.Is(err, errGone) {
					s.gate(v, gone, queued)
					continue
				}
				s.skip(v, unserved(v, err), queued)
				s.failed.add(v.Name(), err, time.Time{})
				continue
			}
			at = &place{vendor: v, key: s.key(v), permit: permit, queued: queued, since: time.Now()}
		}
		// Again: the vendor may have gone out while the call waited.
		ticket, out := s.chain.memory.Health.enter(at.key.Vendor, at.key.Model, anyway)
		if out != nil && !anyway && s.lastResort(at.vendor, *left, out) {
			// The call would come back to this vendor, and others would be served meanwhile that came after it.
			ticket, out = s.chain.memory.Health.enter(at.key.Vendor, at.key.Model, true)
		}
		if out != nil {
			at.permit.Release()
			s.left(at.vendor, at.queued)
			s.gate(at.vendor, out, at.queued)
			*left = without(*left, at.vendor)
			continue
		}
		at.ticket = ticket
		return at, nil
	}
}

// others are the vendors that the call may still go to beside v.
func (s *search) others(v *upstream.Vendor, left []*upstream.Vendor) []*upstream.Vendor {
	others := slices.Concat(append([][]*upstream.Vendor{left}, s.rest...)...)
	return without(others, v)
}

// takes reports whether a vendor can be asked, or its queue has a place.
func (s *search) takes(v *upstream.Vendor) bool {
	if s.unfit(v) || s.closed(v) != nil {
		return false
	}
	longest := v.Conf().Limit.MaxPending
	load := s.chain.limiter.Load(s.key(v))
	return load.Room > 0 || longest == 0 || load.Pending < longest
}

// unfit reports whether a vendor can never take the call.
func (s *search) unfit(v *upstream.Vendor) bool {
	return v.Unfit(s.call.Header, s.call.Request.Model).Words != ""
}

func (s *search) closed(v *upstream.Vendor) *closed {
	return s.chain.memory.Health.closed(v.Name(), v.Model(s.call.Request.Model))
}

// lastResort reports whether v, which is left alone because of out, is the vendor that the call would be sent to anyway:
// no other takes calls, or is back earlier.
func (s *search) lastResort(v *upstream.Vendor, left []*upstream.Vendor, out *closed) bool {
	if s.called > 0 {
		return false
	}
	for _, other := range s.others(v, left) {
		if c := s.closed(other); s.takes(other) || !s.unfit(other) && c != nil && c.before(out) {
			return false
		}
	}
	return !slices.ContainsFunc(s.gated, func(g gated) bool { return g.vendor != v && !out.before(g.closed) })
}

func (s *search) key(v *upstream.Vendor) limiter.Key {
	return limiter.Key{Vendor: v.Name(), Model: v.Model(s.call.Request.Model)}
}

// skips reports, and notes, that a vendor cannot be asked.
func (s *search) skips(v *upstream.Vendor, anyway bool) bool {
	if why := v.Unfit(s.call.Header, s.call.Request.Model); why.Words != "" {
		s.skip(v, why, 0)
		s.failed.unfit(v, why)
		return true
	}
	if anyway {
		return false
	}
	out := s.closed(v)
	if out != nil {
		s.gate(v, out, 0)
	}
	return out != nil
}

// skip notes a vendor that was not called, and how long the call was in its queue.
func (s *search) skip(v *upstream.Vendor, why reason.Reason, queued time.Duration) {
	s.progress.Tried(Try{Vendor: v.Name(), Model: s.key(v).Model, Verdict: "skipped", Reason: why.Words, Why: why, Queued: queued})
}

func (s *search) gate(v *upstream.Vendor, out *closed, queued time.Duration) {
	s.skip(v, out.why(), queued)
	s.failed.gate(v, out)
	s.gated = append(s.gated, gated{v, out})
}

// soonest is the vendor left alone that is back first, nil if none is. One that did not take its key comes last.
func (s *search) soonest() *upstream.Vendor {
	var best *gated
	for i := range s.gated {
		g := &s.gated[i]
		if best == nil || g.closed.before(best.closed) {
			best = g
		}
	}
	if best == nil {
		return nil
	}
	return best.vendor
}

// free takes a slot that needs no wait, nil if there is none.
func (s *search) free(left []*upstream.Vendor) *place {
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
func (s *search) ranked(left []*upstream.Vendor) []*upstream.Vendor {
	type member struct {
		vendor *upstream.Vendor
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
	order := make([]*upstream.Vendor, 0, len(members))
	for _, m := range members {
		order = append(order, m.vendor)
	}
	return order
}

// shortest is the vendor in whose queue the wait is likely the shortest. Those where it would be too
// long for their overflow are taken from left; it is nil if all are.
func (s *search) shortest(left *[]*upstream.Vendor) *upstream.Vendor {
	var best *upstream.Vendor
	var least time.Duration
	*left = slices.DeleteFunc(*left, func(v *upstream.Vendor) bool {
		wait := s.chain.Wait(s.key(v))
		if limit := v.Conf().Limit; limit.Overflow && wait > limit.MaxWait {
			about := wait.Round(time.Second)
			why := reason.New(reason.LongQueue, about.String(), "the wait in its queue would be about %v, and max_wait is %v", about, limit.MaxWait)
			s.skip(v, why, 0)
			s.failed.busy(v.Name(), why.Words)
			return true
		}
		if best == nil || wait < least {
			best, least = v, wait
		}
		return false
	})
	return best
}

// wait queues for a permit. The error is errGone if the vendor left the configuration and one of the others takes calls.
func (s *search) wait(ctx context.Context, v *upstream.Vendor, others []*upstream.Vendor) (*limiter.Permit, time.Duration, error) {
	k, who := s.key(v), s.who
	who.Waited = s.waited[v]
	waiting, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	defer s.chain.memory.Health.whenGone(v.Name(), func() {
		if slices.ContainsFunc(others, s.takes) {
			leave(errGone)
		}
	})()
	s.progress.At(Step{Stage: Queues, Key: k})
	permit, queued, err := s.chain.acquire(waiting, k, who)
	if err == nil {
		return permit, queued, nil
	}
	s.progress.At(Step{Stage: Leaves, Key: k})
	if !errors.Is(err, limiter.ErrQueueFull) {
		s.left(v, queued)
	}
	return nil, queued, cmp.Or(context.Cause(waiting), err)
}

// left notes that the call gave up its place in a vendor's queue, to which it may come back.
func (s *search) left(v *upstream.Vendor, queued time.Duration) {
	if s.waited == nil {
		s.waited = map[*upstream.Vendor]time.Duration{}
	}
	s.waited[v] += max(queued, 1)
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

// unserved is why a call got no slot of a vendor.
func unserved(v *upstream.Vendor, err error) reason.Reason {
	switch {
	case errors.Is(err, limiter.ErrQueueFull):
		return reason.Wrap(reason.QueueFull, "", err)
	case errors.Is(err, limiter.ErrWaitExpired):
		return reason.Wrap(reason.QueueWait, v.Conf().Limit.MaxWait.String(), err)
	}
	return reason.Of(err.Error())
}

// afterQueue is when a client that found no place in a queue may ask again: about the time of one
// call.
const afterQueue = 10 * time.Second

func without(left []*upstream.Vendor, v *upstream.Vendor) []*upstream.Vendor {
	return slices.DeleteFunc(left, func(other *upstream.Vendor) bool { return other == v })
}
