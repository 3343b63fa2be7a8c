package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
	"unsafe"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/reason"
	"afterglow/proxy/upstream"
)

// bodyTimeout bounds the reading of a request's body. Clients are on this machine or one hop away,
// and the largest body passes in a second.
const bodyTimeout = time.Minute

// firstRoom is how much memory a body gets before it has been seen, in bytes, whatever length the
// client claims.
const firstRoom = 1 << 20

// readCall reads a request as far as the chain needs it. The body takes room, which the caller frees.
func (s *Server) readCall(w http.ResponseWriter, r *http.Request, room *room) (upstream.Call, *anthropic.Error) {
	switch {
	case s.stops():
		return upstream.Call{}, stoppedError()
	case s.paused.Load():
		return upstream.Call{}, pausedError()
	}
	body, refused := s.readHeld(w, r, room)
	if refused != nil {
		return upstream.Call{}, refused
	}
	req, err := anthropic.ParseRequest(body)
	if err != nil {
		return upstream.Call{}, anthropic.Errorf(http.StatusBadRequest, "%v", err)
	}
	if badModel(req.Model) {
		return upstream.Call{}, badModelError()
	}
	header, query, refused := s.withoutToken(r)
	return upstream.Call{Request: req, Header: header, Query: query}, refused
}

// errPaused is why a call was rejected while the user has paused Afterglow.
var errPaused error = reason.New(reason.Paused, "", pausedWords)

// pausedWords are what a client gets while new calls are rejected.
const pausedWords = "Afterglow is paused and rejects new calls. Resume it from its tray menu"

func pausedError() *anthropic.Error {
	refused := anthropic.Errorf(anthropic.StatusOverloaded, pausedWords)
	refused.RetryAfter, refused.Cause = pauseRetry, errPaused
	return refused
}

// readHeld reads a body that has to be looked at before it is sent. It takes room, which the caller frees.
func (s *Server) readHeld(w http.ResponseWriter, r *http.Request, room *room) (string, *anthropic.Error) {
	if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return "", anthropic.Errorf(http.StatusBadRequest, "content-encoding %q: compressed request bodies are not supported", enc)
	}
	limit := s.conf().MaxBody
	body, err := "", errBodiesFull
	if r.ContentLength > limit || room.fits(r.ContentLength) {
		body, err = readBody(w, r, limit, room)
	}
	if errors.Is(err, errBodiesFull) {
		room.free()
		skipBody(w, r, limit)
		return "", bodiesFullError(s.budget.most.Load())
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "", anthropic.Errorf(http.StatusRequestEntityTooLarge, "the request body is larger than the limit of %d bytes. Raise max_body in the configuration", tooLarge.Limit)
	}
	if err != nil {
		return "", unread(r.Context(), err)
	}
	return body, nil
}

// unread is the error of a body that did not come whole.
func unread(ctx context.Context, err error) *anthropic.Error {
	var broken *net.OpError
	ended := endedHere(context.Cause(ctx))
	switch {
	case ended != nil:
		return ended
	case errors.Is(err, os.ErrDeadlineExceeded):
		return anthropic.Errorf(http.StatusRequestTimeout, "read body: the request body did not arrive within %v", bodyTimeout)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &broken):
		e := anthropic.Errorf(http.StatusBadRequest, "read body: %v", err)
		e.Cause = fmt.Errorf("%w: %w", errClient, err)
		return e
	}
	return anthropic.Errorf(http.StatusBadRequest, "read body: %v", err)
}

// readBody reads to the very end, because net/http notices a client that hangs up only after that. Of a body that
// failed no more can be read, or net/http would wait for its rest before it answers.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, room *room) (string, error) {
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(bodyTimeout)); err != nil {
		return "", err
	}
	defer context.AfterFunc(r.Context(), func() { control.SetReadDeadline(time.Now()) })() // the user cancelled the call
	src := http.MaxBytesReader(w, r.Body, limit)
	first := 1 + min(max(r.ContentLength, 4<<10), firstRoom)
	if !room.grow(first) {
		return "", errBodiesFull
	}
	buf := make([]byte, 0, first)
	for {
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			if err := control.SetReadDeadline(time.Time{}); err != nil {
				return "", err
			}
			// The bytes are never touched again, so the string may share them.
			return unsafe.String(unsafe.SliceData(buf), len(buf)), nil
		}
		if err != nil {
			return "", err
		}
		if len(buf) == cap(buf) {
			held := int64(cap(buf))
			next := nextRoom(held, r.ContentLength)
			if !room.grow(next) {
				return "", errBodiesFull
			}
			buf = append(make([]byte, 0, next), buf...)
			room.shrink(held)
		}
	}
}

// skipBody reads the rest of a body that is not kept: most clients read no answer before they have sent all of it.
func skipBody(w http.ResponseWriter, r *http.Request, limit int64) {
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
		io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, limit))
		control.SetReadDeadline(time.Time{})
	}
}

// nextRoom is how much memory a body gets that has filled what it had, in bytes. Where the client gave its length it takes
// few steps there, because each leaves garbage behind.
func nextRoom(held, length int64) int64 {
	if length >= held {
		return min(4*held, length+1)
	}
	return 2 * held
}
