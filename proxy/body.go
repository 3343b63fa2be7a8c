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
	"afterglow/proxy/vendor"
)

// bodyTimeout bounds the reading of a request's body. Clients are on this machine or one hop away,
// and the largest body passes in a second.
const bodyTimeout = time.Minute

// firstRoom is how much memory a body gets before it has been seen, in bytes, whatever length the
// client claims.
const firstRoom = 1 << 20

// readCall reads a request as far as the chain needs it.
func (s *Server) readCall(w http.ResponseWriter, r *http.Request) (vendor.Call, *anthropic.Error) {
	switch {
	case s.stops():
		return vendor.Call{}, stoppedError()
	case s.paused.Load():
		return vendor.Call{}, pausedError()
	}
	body, refused := s.readHeld(w, r)
	if refused != nil {
		return vendor.Call{}, refused
	}
	req, err := anthropic.ParseRequest(body)
	if err != nil {
		return vendor.Call{}, anthropic.Errorf(http.StatusBadRequest, "%v", err)
	}
	if badModel(req.Model) {
		return vendor.Call{}, badModelError()
	}
	header, query, refused := s.withoutToken(r)
	return vendor.Call{Request: req, Header: header, Query: query}, refused
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

// readHeld reads a body that has to be looked at before it is sent.
func (s *Server) readHeld(w http.ResponseWriter, r *http.Request) (string, *anthropic.Error) {
	if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return "", anthropic.Errorf(http.StatusBadRequest, "content-encoding %q: compressed request bodies are not supported", enc)
	}
	body, err := readBody(w, r, s.conf().MaxBody)
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
func readBody(w http.ResponseWriter, r *http.Request, limit int64) (string, error) {
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(bodyTimeout)); err != nil {
		return "", err
	}
	defer context.AfterFunc(r.Context(), func() { control.SetReadDeadline(time.Now()) })() // the user cancelled the call
	src := http.MaxBytesReader(w, r.Body, limit)
	buf := make([]byte, 0, 1+min(max(r.ContentLength, 4<<10), firstRoom))
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
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
	}
}
