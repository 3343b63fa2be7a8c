package route

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/normalize"
	"afterglow/proxy/reason"
	"afterglow/proxy/sse"
	"afterglow/proxy/upstream"
)

// attempt is one call to one vendor. The permit spans all of it, the vendor's own waits included.
// ended says that the search is over; otherwise the vendor failed and its permit is back.
func (s *search) attempt(ctx context.Context, at *place) (reply *Reply, ended bool, err error) {
	defer func() {
		if reply == nil { // also when a panic is on its way
			at.ticket.drop()
			at.permit.Release()
		}
	}()
	s.called++
	s.progress.At(Step{Stage: Asks, Key: at.key})
	waits := &waits{progress: s.progress, place: at}
	call, labels, err := s.prepare(at)
	var response *upstream.Response
	if err == nil {
		response, err = at.vendor.Send(ctx, call, waits)
	}
	if foreignSignature(err) && s.session.Key != "" {
		// Thinking of before a restart, whose maker nobody remembers. From now on it is left out.
		s.chain.memory.thoughts.Remember(s.session.Key, "unknown", "unknown")
		if again, with, problem := s.prepare(at); problem == nil && len(with) > len(labels) {
			labels = with
			response, err = at.vendor.Send(ctx, again, waits)
		}
	}
	if renamed := (*upstream.RenamedError)(nil); errors.As(err, &renamed) {
		err = renamed.Refused
		s.renames++
		s.renamed = s.renames == 1 // a catalogue that changes with every look is no reason to go round
	}
	s.chain.hear(at, response, err)
	f := judge(ctx, err, at.vendor, s.call.Request)
	try := Try{
		Vendor: at.vendor.Name(), Model: at.key.Model, Verdict: f.verdict.String(), Reason: f.reason.Words, Why: f.reason,
		Labels: labels, Retries: waits.count, Queued: at.queued, Took: time.Since(at.since),
	}
	var refused *anthropic.Error
	if errors.As(err, &refused) {
		try.Status = refused.Status
	}
	if try.Status == http.StatusTooManyRequests || try.Status == anthropic.StatusOverloaded {
		s.progress.At(Step{Stage: Refused, Key: at.key})
	}
	at.tell(err)
	s.progress.Tried(try)
	switch f.verdict {
	case commit:
		s.chain.memory.Sessions.stay(s.session.Key, at.vendor.Name())
		return &Reply{
			Vendor: at.vendor.Name(), Model: at.key.Model, Session: s.session.Key,
			Header: response.Header, Events: response.Events, Message: response.Message,
			response: response, place: at, chain: s.chain,
		}, true, nil
	case clientGone:
		return nil, true, context.Cause(ctx)
	case clientFault:
		return nil, true, err
	}
	if f.counts || !f.until.IsZero() {
		at.ticket.fail(f)
	}
	s.failed.called(at.vendor, err, f)
	return nil, false, nil
}

// prepare makes the call acceptable to a vendor. The labels say what was changed on the way.
func (s *search) prepare(at *place) (upstream.Prepared, []string, error) {
	adapted, labels := s.chain.adapters[at.vendor].adapt(&s.call, s.session)
	call, err := at.vendor.Prepare(adapted, at.key.Model)
	return call, append(labels, call.Labels...), err
}

// foreignSignature recognizes the refusal of thinking that another vendor signed.
func foreignSignature(err error) bool {
	var refused *anthropic.Error
	if !errors.As(err, &refused) || refused.Status != http.StatusBadRequest {
		return false
	}
	text := strings.ToLower(refused.Message)
	return strings.Contains(text, "signature") && strings.Contains(text, "thinking")
}

// hear takes what an answer says of the vendor's quotas, good or not.
func (c *Chain) hear(at *place, response *upstream.Response, err error) {
	var header http.Header
	var refused *anthropic.Error
	switch {
	case err == nil:
		header = response.Header
	case errors.As(err, &refused):
		header = refused.Header
	}
	c.memory.Health.hear(at.vendor.Name(), anthropic.Utilizations(header))
}

// Reply is a vendor's answer to a call, with the permit that it was given under.
type Reply struct {
	Vendor  string
	Model   string // the vendor model
	Session string // the session's key, "" if the client does not say
	Header  http.Header
	Events  sse.Stream // nil for a whole message
	Message []byte

	response *upstream.Response
	place    *place
	chain    *Chain
}

// Finish tells how the answer ended: err is nil if it was complete, the vendor's failure if it broke,
// and gone says that it was the client who left. used is its tokens of all kinds. Only the first call
// counts; without any, Close is that of a client that left.
func (r *Reply) Finish(used int64, gone bool, err error) {
	switch {
	case gone:
		r.place.ticket.drop()
	case err != nil:
		f := finding{counts: true, reason: reason.New(reason.Interrupted, err.Error(), "the response was interrupted: %v", err)}
		var refused *anthropic.Error
		if errors.As(err, &refused) {
			f.reason = reason.New(reason.Interrupted, words(refused), "error in the response: %s", words(refused))
		}
		r.place.ticket.fail(f)
	default:
		r.place.ticket.succeed(used)
	}
}

// Watcher notes the thinking in the answer's events, so that it is sent back to its maker alone.
func (r *Reply) Watcher() *normalize.Watcher {
	return r.chain.memory.thoughts.Watch(r.Session, maker(r.place.vendor.Conf()))
}

// Thoughts notes the thinking in a whole message.
func (r *Reply) Thoughts(message []byte) {
	r.chain.memory.thoughts.Message(r.Session, maker(r.place.vendor.Conf()), message)
}

// Close ends the answer and gives the permit back. It may be called twice.
func (r *Reply) Close() {
	r.response.Close()
	if r.place.permit != nil {
		r.chain.memory.pace.took(limiter.Key{Vendor: r.Vendor, Model: r.Model}, time.Since(r.place.since))
	}
	r.place.ticket.drop()
	r.place.permit.Release()
}
