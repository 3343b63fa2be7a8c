package limiter

import (
	"context"
	"fmt"
	"time"
)

// waiter is one call in a gauge's queue.
type waiter struct {
	gauge   *gauge
	caller  Caller
	place   link[waiter]  // in gauge.queue, as the next two; the controller's mutex guards them
	arrival uint64        // counts the calls that joined the queue
	party   *party        // those of its session, nil in a queue that is not fair
	granted chan struct{} // closed when the call holds its slots and has left the queue
	sent    sent          // set with the grant
}

// wait blocks until the call is granted, ctx is done, or longest is over (0 = no bound).
func (w *waiter) wait(ctx context.Context, longest time.Duration) (*Permit, error) {
	var expired <-chan time.Time
	if longest > 0 {
		timer := time.NewTimer(longest)
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
		err = fmt.Errorf("acquire slot of model %q of vendor %q: %w, %v", w.gauge.key.Model, w.gauge.key.Vendor, ErrWaitExpired, longest)
	}
	return nil, err
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
