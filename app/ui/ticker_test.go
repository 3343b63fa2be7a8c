package ui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPulsePaintsASecondAfterTheLastPaintThatAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewTicker()
		var paints []time.Duration
		began := time.Now()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.Run(ctx, func() {
				paints = append(paints, time.Since(began))
				if len(paints) < 3 {
					p.Ask()
				}
			})
		}()
		p.Ask()
		time.Sleep(400 * time.Millisecond)
		synctest.Wait()
		p.Ask() // another paint in between
		time.Sleep(time.Minute)
		synctest.Wait()
		stop()
		<-done
		want := []time.Duration{1400 * time.Millisecond, 2400 * time.Millisecond, 3400 * time.Millisecond}
		if len(paints) != 3 || paints[0] != want[0] || paints[1] != want[1] || paints[2] != want[2] {
			t.Errorf("paints at %v, want %v and no more", paints, want)
		}
	})
}
