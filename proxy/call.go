package proxy

import (
	"net/http"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/calendar"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
	"afterglow/proxy/reason"
)

// Phase is where a call is on its way.
type Phase string

const (
	Queued     Phase = "queued"     // waits for a slot
	Connecting Phase = "connecting" // the vendor's answer is not there yet
	Waiting    Phase = "waiting"    // the vendor refused with 429 or 529 and will be asked again, within the slot
	Streaming  Phase = "streaming"  // the answer comes
	Ended      Phase = "ended"
)

// Call is one call of this moment, or one of the last that ended, for people.
type Call struct {
	Number      int // since the start, from 1
	Started     time.Time
	Kind        string // "messages", "native", "route", "test"
	Operation   string
	Session     string // "" if the client does not say
	Agent       string // the sub-agent's id, "" for the main conversation
	Model       string // the client's name
	Vendor      string // where it is, or was last; "" while it was nowhere
	VendorModel string
	FailedFrom  string // the vendor that failed last before another was called, "" if none did
	Phase       Phase
	Until       time.Time // when the vendor is asked again, in phase Waiting
	Place       int       // in the queue, 1 = the next, in phase Queued; 0 while it joins or leaves it
	Queued      time.Duration
	First       time.Duration // until the first event; 0 while there is none
	Took        time.Duration // so far, or in all
	Usage       anthropic.Usage
	Cost        price.Cost
	Stream      bool
	Status      int // that the client got; 0 while it got none, 499 if it left before
	Class       ledger.Class
	Outcome     string        // "ok", "cancelled", or the error; "" while it runs
	Why         reason.Reason // what Outcome says of an error, with a code where there is one
}

// CallDetail is all that is known of a call.
type CallDetail struct {
	Call
	RequestID   string
	ModelServed string // what the vendor called the model
	Retries     int    // refusals that were waited out
	Tries       []Try
	Adaptations []string
	Request     http.Header // the client's, its secrets masked
	Answer      http.Header // the vendor's, its secrets masked; nil if there was none
	Bodies      *Bodies     // nil if none were captured
}

// Bodies are the texts of a call, each cut at 1 MiB. They are kept only while the user captures them.
type Bodies struct {
	Request string `json:"request"`
	Answer  string `json:"answer"`
}

// Try is one vendor's part in a call.
type Try struct {
	Vendor, Model string
	Verdict       string // "commit", "next_tier", "client_fault", "client_gone", "skipped"
	Reason        string
	Why           reason.Reason // what Reason says, with a code where there is one
	Status        int
	Retries       int
	Queued, Took  time.Duration
}

// ErrNoCall says that there is no such call, or that it has ended.
var ErrNoCall error = reason.New(reason.NoCall, "", "the call has already ended")

// Calls returns the calls of this moment, the latest first, and after them the last 500 that ended.
func (s *Server) Calls() []Call {
	records, _ := s.calls.all()
	prices, places := s.conf().Prices, s.places()
	list := make([]Call, 0, len(records))
	for _, rec := range records {
		rec.set(func() { list = append(list, rec.view(prices, places)) })
	}
	return list
}

// Call returns one of Calls with all that is known of it; false if it is none of them any more.
func (s *Server) Call(number int) (CallDetail, bool) {
	rec := s.calls.find(number)
	if rec == nil {
		return CallDetail{}, false
	}
	return rec.detail(s.conf().Prices, s.places(), true), true
}

// Cancel ends a call for the user: it leaves its queue, or its vendor is left. Its client gets an error after
// which it does not ask again, or, once the answer has begun, an error event; where the client of a session then asks
// the same of the chain again, it gets the error. Cancel's own error is ErrNoCall.
func (s *Server) Cancel(number int) error {
	rec := s.calls.find(number)
	if rec == nil {
		return ErrNoCall
	}
	ended, conversation := false, uint64(0)
	rec.set(func() { ended, conversation = rec.phase == Ended, rec.asks })
	if ended {
		return ErrNoCall
	}
	if conversation != 0 {
		s.cancelled.add(conversation)
	}
	rec.cancel(errCancelled)
	return nil
}

// Capture turns on or off that the bodies of calls are kept, in memory, of the last 20 that began since. Off forgets
// them.
func (s *Server) Capture(on bool) {
	if s.capture.set(on) {
		s.limiter.Notify()
	}
}

// costBy is what the call cost when it ended, or what it has cost so far. The caller holds the record's lock.
func (rec *record) costBy(prices price.Table) price.Cost {
	if rec.pricedBy != "" {
		return rec.cost
	}
	cost, _ := prices.Call(rec.vendor, rec.servedName(), rec.served, rec.usage)
	return cost
}

// view is the record for people. The caller holds its lock.
func (rec *record) view(prices price.Table, places places) Call {
	c := Call{
		Number: rec.number, Started: calendar.Of(rec.start), Kind: rec.kind, Operation: rec.operation, Session: rec.session, Agent: rec.agent, Model: rec.model,
		Vendor: rec.vendor, VendorModel: rec.served, Phase: rec.phase, Queued: rec.queued(), First: rec.first, Took: rec.took, Usage: rec.usage,
		Cost: rec.costBy(prices), Stream: rec.stream, Status: rec.status, Class: rec.class, Outcome: rec.outcome, Why: rec.why,
	}
	c.FailedFrom, _ = rec.failedFrom()
	if c.Phase != Ended {
		c.Took = time.Since(rec.start)
	}
	if c.Phase == Queued {
		c.Place = places.of(rec)
	}
	if c.Phase == Waiting {
		if c.Until = rec.until; !time.Now().Before(c.Until) { // it is asked again
			c.Phase, c.Until = Connecting, time.Time{}
		}
	}
	return c
}

// detail is all that is known of a call; only whole, with header and bodies.
func (rec *record) detail(prices price.Table, places places, whole bool) CallDetail {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	d := CallDetail{
		Call: rec.view(prices, places), RequestID: rec.request, ModelServed: rec.named, Retries: rec.retries(), Adaptations: append([]string{}, rec.labels()...),
	}
	if whole {
		d.Request, d.Answer, d.Bodies = masked(rec.asked), masked(rec.answer), rec.bodies.view()
	}
	for _, t := range rec.trail {
		d.Tries = append(d.Tries, Try{t.Vendor, t.Model, t.Verdict, t.Reason, t.Why, t.Status, t.Retries, t.Queued, t.Took})
	}
	return d
}
