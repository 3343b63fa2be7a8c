package limiter

import (
	"context"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	glm  = Key{Vendor: "zhipu", Model: "glm-5.1"}
	air  = Key{Vendor: "zhipu", Model: "glm-5-air"}
	kimi = Key{Vendor: "kimi", Model: "kimi-k2.5"}
)

// zhipu gives a controller with one configured vendor, which has policy p.
func zhipu(p Policy) *Controller {
	c := New()
	c.Configure([]VendorPolicy{{Vendor: "zhipu", Policy: p}})
	return c
}

// call is one Acquire on a goroutine of its own. Its fields may be read once done is closed.
type call struct {
	key    Key
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
	permit *Permit
	err    error
}

// begin starts a call and returns when it has been granted, refused or queued. It needs a synctest bubble.
func begin(t interface{ Context() context.Context }, c *Controller, k Key) *call {
	return beginFor(t, c, k, Caller{})
}

// beginFor is begin for a caller with a name.
func beginFor(t interface{ Context() context.Context }, c *Controller, k Key, caller Caller) *call {
	ctx, cancel := context.WithCancel(t.Context())
	w := &call{key: k, ctx: ctx, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		w.permit, w.err = c.AcquireFor(ctx, k, caller)
	}()
	synctest.Wait()
	return w
}

func beginMany(t *testing.T, c *Controller, k Key, n int) []*call {
	calls := make([]*call, n)
	for i := range calls {
		calls[i] = begin(t, c, k)
	}
	return calls
}

// over tells whether Acquire has returned.
func (w *call) over() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

func (w *call) granted() bool { return w.over() && w.err == nil }

// end gives a granted call's permit back, or cancels a waiting call, and waits for what follows.
func (w *call) end() {
	w.cancel()
	<-w.done
	w.permit.Release()
	synctest.Wait()
}

func endAll(calls []*call) {
	for _, w := range calls {
		w.end()
	}
}

// hold takes a permit that must be free.
func hold(t *testing.T, c *Controller, k Key) *Permit {
	t.Helper()
	w := begin(t, c, k)
	if !w.granted() {
		t.Fatalf("a call to %v was not admitted at once", k)
	}
	w.cancel()
	return w.permit
}

// gaugeOf gives k's row, which must be there.
func gaugeOf(t *testing.T, c *Controller, k Key) Gauge {
	t.Helper()
	for _, g := range c.Snapshot().Gauges {
		if g.Key == k {
			return g
		}
	}
	t.Fatalf("no gauge for %v", k)
	return Gauge{}
}

// expect checks what a user sees of a gauge.
func expect(t *testing.T, c *Controller, k Key, inFlight, pending, peak int) {
	t.Helper()
	g := gaugeOf(t, c, k)
	if g.InFlight != inFlight || g.Pending != pending || g.PeakPending != peak {
		t.Fatalf("%v: %d in flight, %d pending, peak %d; want %d, %d, %d",
			k, g.InFlight, g.Pending, g.PeakPending, inFlight, pending, peak)
	}
}

// grantedOf tells which of the calls hold a permit.
func grantedOf(calls []*call) []int {
	var ids []int
	for i, w := range calls {
		if w.granted() {
			ids = append(ids, i)
		}
	}
	return ids
}
