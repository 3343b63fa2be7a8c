package proxy

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
	"afterglow/proxy/reason"
	"afterglow/proxy/redact"
	"afterglow/proxy/route"
	"afterglow/proxy/sse"
)

// record is what becomes of one call. It holds nothing of the request but names, unless bodies are captured.
type record struct {
	number    int
	start     time.Time
	kind      string // one of the kinds
	operation string // what was asked for, as package usage names it
	endpoint  string // the path, without its query
	query     string // until the end: a key may be in it
	agent     string
	cancel    context.CancelCauseFunc
	hidden    *redact.Redactor // what is in no text of a vendor's that is kept
	asks      uint64           // the conversation, as cancellations name it; 0 if it is none
	bodies    *bodies          // nil if they are not captured
	frames    *evidence        // nil if they are not kept
	details   map[string]int64 // parts of usage, by the vendor's names
	err       error            // why it did not end well; the call's own goroutine has it until the end
	gone      bool             // the client left
	stopped   atomic.Bool      // the program stopped before the call had ended
	room      room             // what the body takes of the memory for all

	mu       sync.Mutex // guards the rest
	phase    Phase
	since    time.Time     // when the phase began
	until    time.Time     // when the vendor is asked again, in phase Waiting
	waited   time.Duration // for slots, in the phases that are over
	again    int           // refusals that were waited out on a vendor route
	asked    http.Header   // the client's header
	answer   http.Header   // the vendor's, nil if there is none
	request  string        // the request id that the client got
	session  string
	model    string // the client's name
	vendor   string // where it is: the one that answered, or was asked or queued for last; "" if there was none
	served   string // the vendor model
	named    string // what the vendor called the model that answered; "" if it did not say
	stream   bool
	status   int // HTTP status that the client got; 499 if it left before one
	trail    []route.Try
	first    time.Duration // until the first event, or the whole message, was there; 0 if it never was
	took     time.Duration // 0 until it has ended
	usage    anthropic.Usage
	cost     price.Cost // once it has ended
	pricedBy string     // price.Price.From; "" if it had no price, or has not ended
	class    ledger.Class
	outcome  string
	why      reason.Reason // what outcome says of an error, with a code where there is one
}

// Kinds of calls.
const (
	kindMessages = "messages" // through the chain
	kindNative   = "native"   // a native path, with the client's own credentials
	kindRoute    = "route"    // a vendor route
	kindTest     = "test"     // a vendor was tried for the user
)

// longestOutcome and longestEndpoint bound, in bytes, what a record keeps of an error and of a path.
const (
	longestOutcome  = bounds.Outcome
	longestEndpoint = bounds.Endpoint
)

// statusClientGone is the status of a call whose client left before it got one, as nginx calls it.
const statusClientGone = 499

// begin makes the record of a call and lists it. The call goes on with the request that it returns, which can
// be cancelled; end ends it.
func (s *Server) begin(r *http.Request, kind, operation string) (*record, *http.Request) {
	ctx, cancel := context.WithCancelCause(redact.AskedWith(r.Context(), r))
	_, agent := route.SessionIn(r.Header)
	rec := &record{
		start: time.Now(), kind: kind, operation: operation, hidden: &s.hidden, endpoint: shortened(r.URL.Path, longestEndpoint), query: r.URL.RawQuery, cancel: cancel,
		agent: name(agent), asked: r.Header, phase: Connecting,
	}
	rec.since, rec.room.of = rec.start, &s.budget
	if s.evidence.Load() {
		rec.frames = &evidence{}
	}
	s.capture.begin(rec)
	s.calls.add(rec)
	return rec, r.WithContext(ctx)
}

// name is a text that can be shown, copied, or "" if it cannot.
func name(text string) string {
	if badModel(text) {
		return ""
	}
	return strings.Clone(text)
}

// set changes the record under its lock.
func (rec *record) set(change func()) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	change()
}

// enter begins a phase. The caller holds the lock.
func (rec *record) enter(p Phase) {
	rec.waited = rec.queued()
	rec.phase, rec.since = p, time.Now()
}

// answered begins the answer of a call to the chain.
func (rec *record) answered(r *route.Reply) {
	rec.set(func() {
		rec.vendor, rec.served, rec.status, rec.answer = r.Vendor, r.Model, http.StatusOK, r.Header
		rec.request = r.Header.Get("Request-Id")
		rec.first = time.Since(rec.start)
		rec.enter(Streaming)
	})
}

// refuse notes an error that the client was given, or would have been, had it not left.
func (rec *record) refuse(e *anthropic.Error) {
	if errors.Is(e.Cause, errClient) {
		rec.leave(e)
		return
	}
	rec.err = e
	rec.set(func() { rec.status, rec.request = e.Status, e.RequestID })
}

// leave notes that the client left before it was answered.
func (rec *record) leave(err error) {
	rec.err, rec.gone = err, true
	rec.set(func() { rec.status = statusClientGone })
}

// read takes the usage that an event carries.
func (rec *record) read(kind anthropic.Kind, e sse.Event) {
	if kind != anthropic.MessageStart && kind != anthropic.MessageDelta {
		return
	}
	rec.set(func() { rec.usage.Read(kind, e) })
	if rec.frames != nil {
		name, path := "message_delta", "usage"
		if kind == anthropic.MessageStart {
			name, path = "message_start", "message.usage"
		}
		rec.frames.add(name, rec.hide(gjson.GetBytes(e.Data, path).Raw), rec.usage)
	}
}

// readMessage takes the usage of a whole message.
func (rec *record) readMessage(message []byte) {
	rec.set(func() { rec.usage.ReadMessage(message) })
	if rec.frames != nil {
		rec.frames.add("message", rec.hide(gjson.GetBytes(message, "usage").Raw), rec.usage)
	}
}

// hear notes what the vendor called the model, in the data of an event or in a message. A name that could
// not be shown is nobody's, and the client's own is not the vendor's, unless that was what it was sent (RC-9).
func (rec *record) hear(data []byte) {
	served := rec.hide(name(anthropic.Served(data)))
	rec.set(func() {
		if served != "" && (served != rec.model || rec.served == rec.model) {
			rec.named = served
		}
	})
}

// hide takes all secrets out of what a good answer says. package redact has left there what looks like none.
func (rec *record) hide(text string) string { return rec.hidden.Now().Text(text, mask) }

// queued is how long the call waited for slots, at all vendors. The caller holds the lock.
func (rec *record) queued() time.Duration {
	if rec.phase == Queued {
		return rec.waited + time.Since(rec.since)
	}
	return rec.waited
}

// labels are the adaptations of the request that was answered, or else sent last.
func (rec *record) labels() []string {
	for i := len(rec.trail) - 1; i >= 0; i-- {
		if rec.trail[i].Called() {
			return rec.trail[i].Labels
		}
	}
	return nil
}

// close completes the record, with the words that say how it ended, and why. They are all that is kept of its error, which
// may hold a vendor's whole answer.
func (rec *record) close(class ledger.Class, outcome string, why reason.Reason) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.enter(Ended)
	rec.took, rec.class, rec.outcome, rec.why, rec.until = rec.since.Sub(rec.start), class, outcome, why, time.Time{}
	rec.err = nil
	rec.asked, rec.answer, rec.query = masked(rec.asked), masked(rec.answer), ""
}

// errClient marks an error that says the client is gone, not the vendor.
var errClient = errors.New("the client is gone")
