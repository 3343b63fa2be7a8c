package route

import (
	"time"

	"afterglow/limiter"
	"afterglow/proxy/reason"
)

// Progress is told how far a call has come, on the call's own goroutine.
type Progress interface {
	At(Step)
	Tried(Try) // a vendor was considered, and this became of it
}

// Step is where a call is.
type Step struct {
	Stage Stage
	Key   limiter.Key // whose permit, whose answer
	Until time.Time   // when the vendor is asked again, after Refused; zero = not again
}

// Stage is a kind of Step.
type Stage uint8

const (
	Queues  Stage = iota // it waits for a permit
	Leaves               // it got none
	Asks                 // it has the permit, and the vendor is asked
	Refused              // the vendor answered 429 or 529
	Held                 // the wait for that is over, but the vendor has as many calls as an adaptive limit allows
)

// Try is one vendor's part in a call.
type Try struct {
	Vendor  string
	Model   string        // the vendor model
	Verdict string        // "commit", "next_tier", "client_fault", "client_gone", or "skipped": it was not called
	Reason  string        // why it did not answer
	Why     reason.Reason // the same, with a code where there is one
	Status  int           // of its refusal; 0 if it gave none
	Labels  []string      // how the request was adapted
	Retries int           // refusals of its that were waited out
	Queued  time.Duration // in its queue
	Took    time.Duration // from the permit to the first event, or to the failure
}

// Called reports whether the vendor was asked.
func (t Try) Called() bool { return t.Verdict != "skipped" }
