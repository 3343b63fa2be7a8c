package limiter

import (
	"context"
	"fmt"
	"time"
)

// waiter is one call in a gauge's queue.
type waiter struct {
	gauge   *gauge
	caller  Caller        // whose Arrival is never 0
	place   link[waiter]  // in gauge.queue, as the next; the controller's mutex guards both
	party   *party        // those of its session, nil in a queue that is not fair
	granted chan struct{} // closed when the call holds its slots and has left the queue
	sent    sent          // set with the grant
}

// wait blocks until the call is granted, ctx is done, or it has waited for longest in all (0 = no bound).
func (w *waiter) wait(ctx context.Context, longest time.Duration) (*Permit, error) {
	var expired <-chan time.Time
	if longest > 0 {
		timer := time.NewTimer(longest - w.caller.Waited)
		defer timer.Stop()
		expired = timer.C
	}
	granted := true
	select {
	case <-w.granted:
	case <-ctx.Done():
		granted = !w.giveUp()
	case <-expired:
		granted = !w.giveUp()
	}
	err := ctx.Err()
	if granted && err == nil {
		return &Permit{gauge: w.gauge, sent: w.sent}, nil
	}
	if granted {
		// The grant has met the cancel: the slot goes to the next in the queue.
		(&Permit{gauge: w.gauge}).Release()
		return nil, err
	}
	if err == nil {
		err = w.expired(longest)
	}
	return nil, err
}

func (w *waiter) expired(longest time.Duration) error {
	c := w.gauge.vendor.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	return w.gauge.refusal(fmt.Errorf("%w, %v", ErrWaitExpired, longest))
}

// giveUp takes the call out of the queue. It gives false for a call that has been granted already.
func (w *waiter) giveUp() bool {
	g := w.gauge
	c := g.vendor.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if !w.place.in() {
		return false
	}
	g.leave(w)
	c.notify()
	return true
}
