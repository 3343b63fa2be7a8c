package proxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"afterglow/proxy/calendar"
	"afterglow/proxy/ledger"
	"afterglow/proxy/reason"
	"afterglow/proxy/route"
)

// end completes a call's record, and hands it to everybody who keeps or counts calls. It is deferred, and a panic
// that ends the call goes on.
func (s *Server) end(rec *record) {
	problem := recover()
	if problem != nil {
		defer panic(problem)
		if problem != http.ErrAbortHandler {
			rec.err = fmt.Errorf("%w: %v", errInternal, problem)
		}
	}
	class := classOf(rec.err, rec.gone)
	if class == ledger.Gone && rec.stopped.Load() {
		class = ledger.Stopped
	}
	outcome := s.outcome(rec, class)
	prices := s.conf().Prices
	rec.set(func() { rec.cost, rec.pricedBy = prices.Call(rec.vendor, rec.servedName(), rec.served, rec.usage) })
	rec.close(class, outcome, rec.whyOf(outcome))
	rec.cancel(nil)
	rec.room.free()
	s.calls.end(rec)
	s.limiter.Notify()
	call := rec.ledgerCall()
	if s.ledger != nil {
		s.ledger.Record(call)
	}
	s.count(rec, call)
	s.logCall(rec, call)
}

// outcome is how a call ended, in words.
func (s *Server) outcome(rec *record, class ledger.Class) string {
	switch {
	case class == ledger.Stalled:
		return errStalled.Error()
	case class.GivenUp():
		return "cancelled"
	case rec.err != nil:
		return s.scrubbed(rec.err.Error(), rec.asked, rec.query)
	}
	return "ok"
}

// whyOf is why the call did not end well, in a form that can be said in another language: that of its error, or of the vendor
// that was considered last. The outcome is in words what it stands for.
func (rec *record) whyOf(outcome string) reason.Reason {
	var known reason.Reason
	switch {
	case rec.err == nil:
		return reason.Reason{}
	case errors.As(rec.err, &known):
		return reason.Reason{Code: known.Code, Text: known.Text, Words: outcome}
	case errors.Is(rec.err, route.ErrNoVendor):
		return reason.Reason{Code: reason.NoVendor, Words: outcome}
	case len(rec.trail) == 0:
		return reason.Of(outcome)
	}
	last := rec.trail[len(rec.trail)-1]
	if last.Verdict == "commit" {
		return reason.Reason{Code: reason.Interrupted, Text: outcome, Words: outcome}
	}
	why := last.Why
	why.Words = outcome
	return why
}

// logCall writes the log's line of a call.
func (s *Server) logCall(rec *record, c ledger.Call) {
	level := slog.LevelInfo
	if c.Class.Failed() {
		level = slog.LevelWarn
	}
	s.log.LogAttrs(context.Background(), level, "call", slog.String("kind", c.Kind), slog.String("operation", c.Operation), slog.String("outcome", rec.outcome), slog.String("model", c.Model),
		slog.String("vendor", c.Vendor), slog.String("vendor_model", c.VendorModel), slog.Bool("stream", c.Stream), slog.Int("status", c.Status),
		slog.Duration("queued", c.Queued.Round(time.Millisecond)), slog.Duration("took", c.Took.Round(time.Millisecond)),
		slog.Int64("input", c.Usage.Input), slog.Int64("output", c.Usage.Output),
		slog.Int64("cache_read", c.Usage.CacheRead), slog.Int64("cache_creation", c.Usage.CacheCreation))
}

// ledgerCall is the ledger's row of a call that has ended.
func (rec *record) ledgerCall() ledger.Call {
	c := ledger.Call{
		Time: calendar.Of(rec.start), Kind: rec.kind, Operation: rec.operation, Endpoint: rec.endpoint, RequestID: rec.request, Session: rec.session, Agent: rec.agent,
		Model: rec.model, Vendor: rec.vendor, VendorModel: rec.served, Served: rec.servedName(), Usage: rec.usage, Cost: rec.cost, PricedBy: rec.pricedBy, Details: rec.details, Stream: rec.stream,
		Status: rec.status, Class: rec.class, Retries: rec.retries(), Queued: rec.queued(), First: rec.first, Took: rec.took,
		Adaptations: rec.labels(), Evidence: rec.frames.list(),
	}
	c.FailedFrom, c.Tiers = rec.failedFrom()
	return c
}

// failedFrom is the vendor that failed last before another was called, "" if none did, and how many were called. The
// caller holds the record's lock, or nobody else has it any more.
func (rec *record) failedFrom() (from string, called int) {
	for _, t := range rec.trail {
		if !t.Called() {
			continue
		}
		if called++; t.Verdict == "next_tier" {
			from = t.Vendor
		}
	}
	if from == rec.vendor { // nobody was called after it
		from = ""
	}
	return from, called
}

// servedName is what the vendor called the model, or else the name that it was sent; never the client's
// (RC-9).
func (rec *record) servedName() string {
	if rec.named != "" {
		return rec.named
	}
	return rec.served
}

// retries is how many refusals were waited out. The caller holds the lock, or the call has ended.
func (rec *record) retries() (n int) {
	n = rec.again
	for _, t := range rec.trail {
		n += t.Retries
	}
	return n
}
