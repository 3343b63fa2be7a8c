package proxy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/route"
	"afterglow/proxy/sse"
	"afterglow/proxy/vendor"
)

// pauseRetry is when a client that was refused while paused may ask again.
const pauseRetry = 15 * time.Second

// messages serves POST /v1/messages.
func (s *Server) messages(w http.ResponseWriter, r *http.Request) {
	call, refused := s.readCall(w, r)
	if refused != nil {
		writeError(w, refused)
		return
	}
	start := time.Now()
	rec := record{model: call.Request.Model, stream: call.Request.Stream}
	park := newParker(w, s.conf().ParkAfter, call.Request.Stream)
	reply, err := s.current().chain.Send(r.Context(), call, park)
	parked := park.stop()
	if err != nil {
		rec.err = err
		s.refuse(w, r, err, parked)
		rec.log(s.log, start)
		return
	}
	defer reply.Close()
	// From here on only the answer counts. The call must not be named again: its body may be
	// collected while the stream runs.
	rec.answered(reply)
	header(w, reply, parked)
	if reply.Events == nil {
		rec.usage.ReadMessage(reply.Message)
		_, rec.err = w.Write(reply.Message)
	} else {
		rec.err = relay(newClientStream(w), reply.Events, &rec.usage)
	}
	rec.log(s.log, start)
}

// refuse gives the client an error: as an answer of its own, or as an event if a stream was begun.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error, parked bool) {
	if r.Context().Err() != nil {
		return // nobody listens
	}
	var refused *anthropic.Error
	if !errors.As(err, &refused) {
		refused = anthropic.Errorf(http.StatusInternalServerError, "%v", err)
	}
	if parked {
		out := newClientStream(w)
		out.write(refused.Event())
		out.flush()
		return
	}
	writeError(w, refused)
}

// header sends what comes before the answer, unless a parked stream already has it.
func header(w http.ResponseWriter, reply *route.Reply, parked bool) {
	if parked {
		return
	}
	h := w.Header()
	for name, values := range vendor.ResponseHeader(reply.Header) {
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

// relay writes a stream's events to the client as they come, until the message is complete. The
// error says how the stream ended if not well; the client has then been told, unless it is gone.
func relay(out *clientStream, events sse.Stream, usage *anthropic.Usage) error {
	for {
		e, err := events.Next()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return out.fail(err)
		}
		kind := anthropic.KindOf(e)
		usage.Read(kind, e)
		raw := e.Raw
		if e.Cut {
			if !gjson.ValidBytes(e.Data) {
				return out.fail(io.ErrUnexpectedEOF)
			}
			raw = append(raw[:len(raw):len(raw)], "\n\n"...)
		}
		if err := out.write(raw); err != nil {
			return err
		}
		if ended := kind == anthropic.MessageStop || kind == anthropic.Failure; ended || !events.Ready() {
			if err := out.flush(); err != nil {
				return err
			}
			if kind == anthropic.Failure {
				return anthropic.EventError(e)
			}
			if ended {
				return nil
			}
		}
	}
}

// record is what the log says of one call.
type record struct {
	model, vendor, vendorModel string
	stream                     bool
	queued                     time.Duration
	usage                      anthropic.Usage
	err                        error
}

func (rec *record) answered(r *route.Reply) {
	rec.vendor, rec.vendorModel, rec.queued = r.Vendor, r.Model, r.Queued
}

func (rec *record) log(log *slog.Logger, start time.Time) {
	level, outcome := slog.LevelInfo, "ok"
	switch {
	case errors.Is(rec.err, context.Canceled):
		outcome = "cancelled"
	case rec.err != nil:
		level, outcome = slog.LevelWarn, rec.err.Error()
	}
	log.LogAttrs(context.Background(), level, "call", slog.String("outcome", outcome), slog.String("model", rec.model),
		slog.String("vendor", rec.vendor), slog.String("vendor_model", rec.vendorModel), slog.Bool("stream", rec.stream),
		slog.Duration("queued", rec.queued.Round(time.Millisecond)), slog.Duration("took", time.Since(start).Round(time.Millisecond)),
		slog.Int64("input", rec.usage.Input), slog.Int64("output", rec.usage.Output),
		slog.Int64("cache_read", rec.usage.CacheRead), slog.Int64("cache_creation", rec.usage.CacheCreation))
}
