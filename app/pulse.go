package app

import (
	"context"
	"time"
)

// pulseEvery is how often a page is painted on which times pass.
const pulseEvery = time.Second

// pulse paints a page again and again while times on it pass, though nothing else changes. Each paint asks for
// the next, so that it ends by itself.
type pulse struct {
	asked chan time.Time // one deep: when the last paint was that asked for another
}

func newPulse() *pulse { return &pulse{asked: make(chan time.Time, 1)} }

// ask asks for a paint pulseEvery from now, in place of the one asked for before. It is for one goroutine.
func (p *pulse) ask() {
	select {
	case <-p.asked:
	default:
	}
	p.asked <- time.Now()
}

// run calls paint when it is due, until ctx ends.
func (p *pulse) run(ctx context.Context, paint func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case at := <-p.asked:
			if !p.wait(ctx, at) {
				return
			}
			paint()
		}
	}
}

// wait waits until pulseEvery after at, or after a later paint that asks, too. It is false when ctx ended first.
func (p *pulse) wait(ctx context.Context, at time.Time) bool {
	for {
		if !sleep(ctx, time.Until(at.Add(pulseEvery))) {
			return false
		}
		select {
		case at = <-p.asked:
		default:
			return true
		}
	}
}
