package proxy

import (
	"context"
	"sync"
	"time"
)

// clockEvery is how often the clocks are compared where no call does it.
const clockEvery = 5 * time.Second

// clockJump is how far the wall clock may part from the monotonic one between two looks; time servers move it by less.
const clockJump = 5 * time.Second

// clocks notices that the machine slept, or that its clock was set: the wall clock then parts from the monotonic one,
// which stands still while a laptop is suspended. It is safe for concurrent use.
type clocks struct {
	read func() (wall time.Time, steady time.Duration)

	mu     sync.Mutex
	wall   time.Time
	steady time.Duration
}

func newClocks() *clocks {
	began := time.Now()
	return clocksOf(func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0), now.Sub(began)
	})
}

func clocksOf(read func() (time.Time, time.Duration)) *clocks {
	c := &clocks{read: read}
	c.wall, c.steady = read()
	return c
}

// jumped is by how much the wall clock has gone ahead of the monotonic one since the last look, 0 if by no more than
// clocks do. Below 0 it was set back.
func (c *clocks) jumped() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, steady := c.read()
	by := wall.Sub(c.wall) - (steady - c.steady)
	c.wall, c.steady = wall, steady
	if by.Abs() < clockJump {
		return 0
	}
	return by
}

// wake begins anew what a sleep has made stale, if the machine slept or its clock was set since the last time. A call looks
// before it is sent, so that the first one after a sleep does not go to a connection that has died meanwhile.
func (s *Server) wake() {
	by := s.clocks.jumped()
	if by == 0 {
		return
	}
	s.log.Info("the machine slept, or its clock was set: connections are opened again", "by", by.Round(time.Second))
	now := s.current()
	for _, v := range now.vendors {
		v.Redial()
	}
	for _, n := range now.natives {
		n.passage.Redial()
	}
	if by < 0 {
		s.memory.Health.Shift(by)
	}
	s.limiter.Notify() // who is out until when may be another now
}

// watchClocks looks now and then, until ctx ends.
func (s *Server) watchClocks(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.wake()
		}
	}
}
