package fakevendor

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"time"
)

// Call is one call that a vendor received, as it came.
type Call struct {
	N      int // from 1, in the order of arrival
	Method string
	Path   string
	Query  string
	Header http.Header // not to be changed
	Body   []byte      // not to be changed
	Model  string      // of the body; "" if it has none
	Stream bool
	Began  time.Time // when its header had arrived
	Ended  time.Time // when its answer was sent or given up; zero until then
	Gone   bool      // the client hung up before the answer's end
}

// Count is how many calls a vendor has seen.
type Count struct {
	Arrived  int
	InFlight int // being answered now, without the refused
	Peak     int // the most that ever were in flight
	Refused  int // one too many for Limit
	Ended    int
	Gone     int // hung up before the answer's end
}

// Load is what a vendor has seen, at one moment: in all, and by model.
type Load struct {
	Count
	Models map[string]Count
}

// Calls returns the calls received so far, in their order. A Quiet vendor has none.
func (v *Vendor) Calls() []Call {
	v.mu.Lock()
	defer v.mu.Unlock()
	calls := make([]Call, len(v.calls))
	for i, c := range v.calls {
		calls[i] = *c
	}
	return calls
}

// Load returns what the vendor has seen.
//
// A call is out of flight before the last byte of its answer is written, so that nobody who has
// the answer can find the call still there. One whose client hangs up stays until the vendor is
// told by the network.
func (v *Vendor) Load() Load {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.load()
}

func (v *Vendor) load() Load { return Load{Count: v.total, Models: maps.Clone(v.models)} }

// Await returns when the load is as wanted; the error is the context's, with the load at that time.
func (v *Vendor) Await(ctx context.Context, wanted func(Load) bool) error {
	for {
		v.mu.Lock()
		load := v.load()
		if v.changed == nil {
			v.changed = make(chan struct{})
		}
		changed := v.changed
		v.mu.Unlock()
		if wanted(load) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("await load of simulated vendor, it is %+v: %w", load, ctx.Err())
		}
	}
}

// InFlight is for Await: exactly n calls are in flight.
func InFlight(n int) func(Load) bool { return func(l Load) bool { return l.InFlight == n } }

// Arrived is for Await: at least n calls have arrived.
func Arrived(n int) func(Load) bool { return func(l Load) bool { return l.Arrived >= n } }

// Ended is for Await: at least n calls have ended.
func Ended(n int) func(Load) bool { return func(l Load) bool { return l.Ended >= n } }

// enter takes the call in, and reports whether it may be answered or is one too many.
func (v *Vendor) enter(call *Call) (script Script, admitted bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	limit, model := v.opts.Limit, v.models[call.Model]
	admitted = (limit.Total == 0 || v.total.InFlight < limit.Total) && (limit.PerModel == 0 || model.InFlight < limit.PerModel)
	call.N = v.total.Arrived + 1
	if !v.opts.Quiet {
		v.calls = append(v.calls, call)
	}
	v.count(call, func(c *Count) {
		c.Arrived++
		if !admitted {
			c.Refused++
			return
		}
		c.InFlight++
		c.Peak = max(c.Peak, c.InFlight)
	})
	return v.script, admitted
}

func (v *Vendor) leave(call *Call, admitted bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	call.Ended = time.Now()
	v.count(call, func(c *Count) {
		c.Ended++
		if admitted {
			c.InFlight--
		}
	})
}

func (v *Vendor) gone(call *Call) {
	v.mu.Lock()
	defer v.mu.Unlock()
	call.Gone = true
	v.count(call, func(c *Count) { c.Gone++ })
}

// count changes both counts of a call and wakes who waits. The caller holds mu.
func (v *Vendor) count(call *Call, change func(*Count)) {
	change(&v.total)
	model := v.models[call.Model]
	change(&model)
	v.models[call.Model] = model
	if v.changed != nil {
		close(v.changed)
		v.changed = nil
	}
}
