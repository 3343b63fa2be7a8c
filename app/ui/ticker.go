package ui

import (
	"context"
	"time"
)

// tickEvery is how often a page is painted on which times pass.
const tickEvery = time.Second

// Ticker paints a page again and again while times on it pass, though nothing else changes. Each paint asks for
// the next, so that it ends by itself.
type Ticker struct {
	asked chan time.Time // one deep: when the last paint was that asked for another
}

// NewTicker makes a ticker that paints nothing until it is asked.
func NewTicker() *Ticker { return &Ticker{asked: make(chan time.Time, 1)} }

// Ask asks for a paint tickEvery from now, in place of the one asked for before. It is for one goroutine.
func (p *Ticker) Ask() {
	select {
	case <-p.asked:
	default:
	}
	p.asked <- time.Now()
}

// Run calls paint when it is due, until ctx ends.
func (p *Ticker) Run(ctx context.Context, paint func()) {
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

// wait waits until tickEvery after at, or after a later paint that asks, too. It is false when ctx ended first.
func (p *Ticker) wait(ctx context.Context, at time.Time) bool {
	for {
		if !Sleep(ctx, time.Until(at.Add(tickEvery))) {
			return false
		}
		select {
		case at = <-p.asked:
		default:
			return true
		}
	}
}
