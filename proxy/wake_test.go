package proxy

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/config"
)

// twoClocks are a machine's, which a test sets.
type twoClocks struct {
	wall   time.Time
	steady time.Duration
}

func (c *twoClocks) read() (time.Time, time.Duration) { return c.wall, c.steady }

// pass lets time pass on both, and sets the wall clock by the rest.
func (c *twoClocks) pass(steady, wall time.Duration) {
	c.steady += steady
	c.wall = c.wall.Add(wall)
}

func TestOnlyAJumpIsAJump(t *testing.T) {
	at := &twoClocks{wall: time.Unix(1e9, 0)}
	c := clocksOf(at.read)
	for _, tc := range []struct {
		what               string
		steady, wall, want time.Duration
	}{
		{"time passes", time.Hour, time.Hour, 0},
		{"a time server adjusts", time.Minute, time.Minute + 2*time.Second, 0},
		{"a suspended laptop", 5 * time.Second, 8*time.Hour + 5*time.Second, 8 * time.Hour},
		{"nothing since", 0, 0, 0},
		{"set back", time.Second, -3*time.Hour + time.Second, -3 * time.Hour},
		{"set right", time.Second, 3*time.Hour + time.Second, 3 * time.Hour},
		{"time passes", time.Second, time.Second, 0},
	} {
		at.pass(tc.steady, tc.wall)
		if got := c.jumped(); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
	}
}

// The clocks of this machine do not part while it is awake.
func TestTheClocksOfAnAwakeMachineDoNotPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClocks()
		time.Sleep(48 * time.Hour)
		if by := c.jumped(); by != 0 {
			t.Error(by)
		}
	})
}

// After a sleep the next call dials, whoever watches is woken, and a vendor whose time has come is called.
func TestAfterASleepCallsDialAnew(t *testing.T) {
	var dialled atomic.Int32
	v := httptest.NewUnstartedServer(answering("hi"))
	v.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	v.Start()
	t.Cleanup(func() { v.CloseClientConnections(); v.Close() })
	s, base, at := withClocks(t, row("a", v.URL))
	for range 3 {
		post(t, base, plainBody)
	}
	if got := dialled.Load(); got != 1 {
		t.Fatalf("%d connections for three calls", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	wake := s.Watch(ctx)
	select { // of the calls
	case <-wake:
	default:
	}
	at.pass(time.Second, time.Hour)
	s.wake()
	select {
	case <-wake:
	case <-time.After(longest):
		t.Error("nobody was woken")
	}
	post(t, base, plainBody)
	if got := dialled.Load(); got != 2 {
		t.Errorf("%d connections after the sleep, want another one", got)
	}
	// Without the watcher, by the call itself.
	at.pass(time.Second, time.Hour)
	post(t, base, plainBody)
	if got := dialled.Load(); got != 3 {
		t.Errorf("%d connections after the second sleep, want a third", got)
	}
}

// withClocks is a server over the rows on a machine whose clocks the test sets.
func withClocks(t *testing.T, rows ...config.Vendor) (s *Server, base string, at *twoClocks) {
	t.Helper()
	s, err := New(Options{Config: config.Config{Listen: "127.0.0.1:0", MaxBody: 1 << 20, Vendors: rows}})
	if err != nil {
		t.Fatal(err)
	}
	at = &twoClocks{wall: time.Now().Round(0)}
	s.clocks = clocksOf(at.read)
	h := httptest.NewServer(s.http.Handler)
	t.Cleanup(h.Close)
	return s, h.URL, at
}

// A vendor asked for ten minutes, and then the clock was set back by three hours. As far as the program can see the ten
// minutes have passed long ago; three hours and ten minutes they are in no case.
func TestAClockSetBackKeepsNoVendorOut(t *testing.T) {
	a := vendorServer(t, refusing(429, `{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}`, "retry-after", "600"))
	b := vendorServer(t, answering("b"))
	s, base, at := withClocks(t, row("a", a.URL), row("b", b.URL))
	answeredBy(t, base)
	out := s.memory.Health.Standing("a").Until
	if left := time.Until(out); left < 9*time.Minute || left > 12*time.Minute {
		t.Fatalf("out for %v", left)
	}
	at.pass(time.Second, -3*time.Hour)
	s.wake()
	if got := s.Status().Tiers[0]; got.State == Out {
		t.Errorf("still out until %v", got.Until)
	}
}
