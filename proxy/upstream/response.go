package upstream

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/sse"
)

// Response is a vendor's good answer: a stream whose first event has arrived, or a message.
type Response struct {
	Header  http.Header
	Events  sse.Stream // nil for a whole message
	Message []byte
	guard   *guard
}

// drainTime is how long the end of a stream may lag behind its last event. net/http keeps a
// connection only if the body was read to the end.
const drainTime = 250 * time.Millisecond

// Close ends a stream, read to its end or not. The connection of one that was not is dropped.
func (r *Response) Close() {
	if s, ok := r.Events.(*stream); ok && s.complete {
		s.guard.extend(drainTime)
		for err := error(nil); err == nil; {
			_, err = s.src.Next()
		}
	}
	if r.guard != nil {
		r.guard.end(nil)
	}
}

// stream is the vendor's stream under its time limits, with the events that were held back.
type stream struct {
	src      sse.Stream
	held     []sse.Event
	lead     int // the room that held takes, in bytes
	guard    *guard
	idle     time.Duration // longest silence between two events
	complete bool          // the message's last event was read
}

// hold reads up to the first event of a message. A stream that starts with an error, or ends before anything, has failed while
// another vendor may still answer. What else a vendor sends before its message, such as its place in a queue, is held back.
func (s *stream) hold() error {
	for {
		e, err := s.src.Next()
		if err == io.EOF {
			return fmt.Errorf("read first event: %w", io.ErrUnexpectedEOF)
		}
		if err != nil {
			return fmt.Errorf("read first event: %w", s.guard.cause(err))
		}
		switch kind := anthropic.KindOf(e); {
		case kind == anthropic.Failure:
			return anthropic.EventError(e)
		case kind == anthropic.Done:
			continue
		case e.Cut:
			return fmt.Errorf("read first event: %w", io.ErrUnexpectedEOF)
		case anthropic.OfMessage(kind, e):
			s.held = append(s.held, e.Clone())
			return nil
		case kind != anthropic.Idle:
			if failed := anthropic.FailedWithin200(e.Data); failed != nil {
				return failed
			}
		}
		if s.lead += len(e.Raw) + len(e.Name) + len(e.Data) + eventCost; s.lead <= bounds.Lead {
			s.held = append(s.held, e.Clone())
		}
	}
}

// eventCost is about what an event takes besides its bytes, which are copied: a comment has few.
const eventCost = 200

// Next implements sse.Stream. It leaves out what no client knows.
func (s *stream) Next() (sse.Event, error) {
	if len(s.held) > 0 {
		e := s.held[0]
		s.held = s.held[1:]
		return e, nil
	}
	for {
		if !s.src.Ready() { // only what has to be waited for is timed
			s.guard.extend(s.idle)
		}
		e, err := s.src.Next()
		if err == io.EOF {
			return e, err
		}
		if err != nil {
			return e, s.guard.cause(err)
		}
		kind := anthropic.KindOf(e)
		if kind == anthropic.Done {
			continue
		}
		s.complete = kind == anthropic.MessageStop
		if kind == anthropic.Failure && string(e.Name) != "error" {
			return named(e), nil
		}
		return e, nil
	}
}

// named is an error without an event name as clients know errors: by that name.
func named(e sse.Event) sse.Event {
	failed := anthropic.EventError(e)
	return sse.Event{Raw: failed.Event(), Name: []byte("error"), Data: failed.Envelope()}
}

// Ready implements sse.Stream.
func (s *stream) Ready() bool { return len(s.held) > 0 || s.src.Ready() }
