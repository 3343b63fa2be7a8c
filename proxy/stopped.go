package proxy

import (
	"context"
	"errors"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/reason"
)

// errStopped is the cause of a call's end when the program stops before it is answered.
var errStopped error = reason.New(reason.Stopped, "", "Afterglow stopped before the call was answered")

// stoppedRetry is when the client of such a call may ask again: about the time of a new start.
const stoppedRetry = 5 * time.Second

func stoppedError() *anthropic.Error {
	e := anthropic.Errorf(anthropic.StatusOverloaded, "Afterglow is shutting down. Try again when it runs")
	e.RetryAfter, e.Cause = stoppedRetry, errStopped
	return e
}

// endedHere is what the client of a call gets that ended for a cause of ours: the user cancelled it, or the program stops.
// It is nil for any other cause.
func endedHere(cause error) *anthropic.Error {
	switch {
	case errors.Is(cause, errCancelled):
		return cancelledError()
	case errors.Is(cause, errStopped):
		return stoppedError()
	}
	return nil
}

// stops reports whether the program accepts no more calls.
func (s *Server) stops() bool {
	select {
	case <-s.draining:
		return true
	default:
		return false
	}
}

// stop ends the call because the program stops. Its client is told so.
func (rec *record) stop() {
	rec.stopped.Store(true)
	rec.cancel(errStopped)
}

// stopQueued ends the calls that wait for a slot. One that joins a queue later is ended there.
func (s *Server) stopQueued() {
	for _, rec := range s.calls.underWay() {
		queued := false
		rec.set(func() { queued = rec.phase == Queued })
		if queued {
			rec.stop()
		}
	}
}

// lastWords is how long calls that are cut may take to tell their clients and to be kept in the ledger.
const lastWords = 2 * time.Second

// stopAll ends all calls that are left.
func (s *Server) stopAll() {
	for _, rec := range s.calls.underWay() {
		rec.stop()
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
		s.calls.allEnded(lastWords)
	}
}
