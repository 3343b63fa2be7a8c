package route

import "time"

// Trail is what became of a call at each vendor that was considered, in order.
type Trail []Try

// Try is one vendor's part in a call.
type Try struct {
	Vendor  string
	Model   string        // the vendor model
	Verdict string        // "commit", "next_tier", "client_fault", "client_gone", or "skipped": it was not called
	Reason  string        // why it did not answer
	Status  int           // of its refusal; 0 if it gave none
	Labels  []string      // how the request was adapted
	Queued  time.Duration // in its queue
	Took    time.Duration // from the permit to the first event, or to the failure
}
