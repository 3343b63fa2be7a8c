package proxy

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/nesting"
	"afterglow/proxy/route"
	"afterglow/proxy/upstream"
)

// pauseRetry is when a client that was refused while paused may ask again.
const pauseRetry = 15 * time.Second

// messages serves POST /v1/messages.
func (s *Server) messages(w http.ResponseWriter, r *http.Request) {
	rec, r := s.begin(r, kindMessages, "messages")
	defer s.end(rec)
	call, refused := s.readCall(w, r, &rec.room)
	if refused != nil {
		writeError(w, refused)
		rec.refuse(refused)
		return
	}
	rec.bodies.asks(call.Request.Body)
	session := strings.Clone(route.SessionOf(call.Header, call.Request).Key)
	conversation := s.cancelled.of(session, rec.agent, call.Request)
	rec.set(func() {
		rec.model, rec.stream, rec.session, rec.asks = call.Request.Model, call.Request.Stream, session, conversation
	})
	if s.cancelled.has(conversation) {
		refused := cancelledError()
		writeError(w, refused)
		rec.refuse(refused)
		return
	}
	var signs func(int) []byte
	if call.Request.Stream {
		signs = comments
	}
	park := newParker(w, s.conf().ParkAfter, s.unread(), signs)
	reply, err := s.current().chain.Send(r.Context(), call, rec.caller(), progress{rec, park, s})
	rec.room.free()
	parked := park.stop()
	if err != nil {
		s.refuse(w, r, rec, err, parked)
		return
	}
	defer reply.Close()
	// From here on only the answer counts. The call must not be named again: its body may be
	// collected while the stream runs.
	rec.answered(reply)
	s.limiter.Notify()
	header(w, reply, parked)
	out := newClientStream(w, s.patience(rec))
	defer out.close()
	if reply.Events == nil {
		rec.err = writeMessage(out, reply, rec)
	} else {
		rec.err = relay(r.Context(), out, reply, rec)
	}
	broken := errors.As(rec.err, new(brokenError)) // who hangs up at such an end did not cause it
	rec.gone = !broken && (errors.Is(rec.err, errClient) || rec.err != nil && r.Context().Err() != nil)
	reply.Finish(rec.usage.Total(), rec.gone, rec.err)
}

// writeMessage writes a whole message to the client.
func writeMessage(out *clientStream, reply *route.Reply, rec *record) error {
	rec.readMessage(reply.Message)
	rec.hear(reply.Message)
	reply.Thoughts(reply.Message)
	rec.bodies.says(reply.Message)
	return out.write(reply.Message)
}

// unread is how long a client may leave unread what was sent to it.
func (s *Server) unread() time.Duration { return cmp.Or(s.conf().SlowClient, config.DefaultSlowClient) }

// patience is how long the client of a call may leave its answer unread.
func (s *Server) patience(rec *record) patience {
	return patience{s.unread(), s.conf().SlowClientQueued, func() bool {
		rec.mu.Lock()
		k := limiter.Key{Vendor: rec.vendor, Model: rec.served}
		rec.mu.Unlock()
		return s.limiter.Wanted(k)
	}}
}

// refuse gives the client an error: as an answer of its own, or as an event if a stream was begun.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, rec *record, err error, parked bool) {
	refused := endedHere(context.Cause(r.Context()))
	if r.Context().Err() != nil && refused == nil {
		rec.leave(err)
		return // nobody listens
	}
	if refused == nil && !errors.As(err, &refused) {
		refused = anthropic.Errorf(http.StatusInternalServerError, "%v", err)
	}
	if parked {
		out := newClientStream(w, s.patience(rec))
		defer out.close()
		out.write(refused.Event())
		out.flush()
		rec.refuse(refused)
		rec.set(func() { rec.status = http.StatusOK }) // was sent long ago
		return
	}
	writeError(w, refused)
	rec.refuse(refused)
}

// header sends what comes before the answer, unless a parked stream already has it.
func header(w http.ResponseWriter, reply *route.Reply, parked bool) {
	if parked {
		return
	}
	h := w.Header()
	for name, values := range upstream.ResponseHeader(reply.Header) {
		h[name] = values
	}
	h.Set("Afterglow-Vendor", reply.Vendor)
	if reply.Events != nil {
		streamHeader(h)
	}
}

func streamHeader(h http.Header) {
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
}

// brokenError is a vendor's failure within a stream, while the client listened.
type brokenError struct{ error }

// Unwrap is for errors.Is and errors.As.
func (e brokenError) Unwrap() error { return e.error }

// relay writes a stream's events to the client as they come, until the message is complete. The
// error says how the stream ended if not well; the client has then been told, unless it is gone.
func relay(ctx context.Context, out *clientStream, reply *route.Reply, rec *record) error {
	events, thinking := reply.Events, reply.Watcher()
	for {
		e, err := events.Next()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil && ctx.Err() == nil {
			out.fail(err)
			return brokenError{err}
		}
		if err != nil {
			return out.fail(err)
		}
		kind := anthropic.KindOf(e)
		rec.read(kind, e)
		if kind == anthropic.MessageStart {
			rec.hear(e.Data)
		}
		thinking.Event(e.Data)
		raw := e.Raw
		if e.Cut {
			if !nesting.ValidBytes(e.Data) {
				out.fail(io.ErrUnexpectedEOF)
				return brokenError{io.ErrUnexpectedEOF}
			}
			raw = append(raw[:len(raw):len(raw)], "\n\n"...)
		}
		rec.bodies.says(raw)
		if err := out.write(raw); err != nil {
			return err
		}
		if ended := kind == anthropic.MessageStop || kind == anthropic.Failure; ended || !events.Ready() {
			err := out.flush()
			if kind == anthropic.Failure {
				return brokenError{anthropic.EventError(e)}
			}
			if err != nil {
				return err
			}
			if ended {
				return nil
			}
		}
	}
}
