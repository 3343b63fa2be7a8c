package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPulsePaintsASecondAfterTheLastPaintThatAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPulse()
		var paints []time.Duration
		began := time.Now()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.run(ctx, func() {
				paints = append(paints, time.Since(began))
				if len(paints) < 3 {
					p.ask()
				}
			})
		}()
		p.ask()
		pass(400 * time.Millisecond)
		p.ask() // another paint in between
		pass(time.Minute)
		stop()
		<-done
		want := []time.Duration{1400 * time.Millisecond, 2400 * time.Millisecond, 3400 * time.Millisecond}
		if len(paints) != 3 || paints[0] != want[0] || paints[1] != want[1] || paints[2] != want[2] {
			t.Errorf("paints at %v, want %v and no more", paints, want)
		}
	})
}
