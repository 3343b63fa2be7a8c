// Package fakevendor plays vendors on loopback: real HTTP on real sockets, with the answers, delays,
// cuts and refusals that a script asks for. Tests, benchmarks and the demo call them.
//
// A [Script] turns a [Call] into an [Answer]; an answer is a status, a header and chunks of bytes,
// each with what to wait for before it is written. A vendor keeps what it was sent and counts what
// it holds, so that a test waits for a state ([Vendor.Await]) and never for a time.
package fakevendor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// Options say how a vendor behaves. The zero value takes any key and any number of calls, and
// answers as Plausible does.
type Options struct {
	Script      Script
	CountTokens Script // for count_tokens; nil counts four bytes of the body as one token
	Key         string // to insist on, as x-api-key, x-goog-api-key or a bearer; "" takes any
	Denied      Answer // without the key; the zero Answer is Anthropic's 401
	Limit       Limit
	Quiet       bool         // keep no calls: for benchmarks, and for long runs
	Listener    net.Listener // to serve instead of a free port: for time that is not real. Close closes it
}

// Limit is a vendor's own concurrency, beyond which it refuses. Zero fields do not limit.
type Limit struct {
	Total    int    // calls at once
	PerModel int    // calls at once of each model
	Over     Answer // for one call too many; the zero Answer is Zhipu's 429 with code 1302
}

// Vendor is a simulated vendor. Make it with Start, end it with Close.
type Vendor struct {
	opts   Options
	addr   string
	server *http.Server
	cancel context.CancelCauseFunc
	ended  sync.WaitGroup // Serve and every connection

	mu      sync.Mutex // guards what follows
	script  Script
	calls   []*Call
	total   Count
	models  map[string]Count
	changed chan struct{} // closed at the next change; nil while nobody waits
}

// errClosed is why a call ended that Close ended.
var errClosed = errors.New("vendor closed")

// Start starts a vendor on a free port of 127.0.0.1.
func Start(opts Options) (*Vendor, error) {
	if opts.Script == nil {
		opts.Script = Plausible
	}
	if opts.CountTokens == nil {
		opts.CountTokens = countTokens
	}
	opts.Denied = opts.Denied.or(AnthropicError(http.StatusUnauthorized, "authentication_error", "invalid x-api-key"))
	opts.Limit.Over = opts.Limit.Over.or(ZhipuError(http.StatusTooManyRequests, "1302", "too many requests at once"))
	listener := opts.Listener
	if listener == nil {
		var err error
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("start simulated vendor: %w", err)
		}
	}
	base, cancel := context.WithCancelCause(context.Background())
	v := &Vendor{opts: opts, script: opts.Script, addr: listener.Addr().String(), cancel: cancel, models: map[string]Count{}}
	v.server = &http.Server{
		Handler:           http.HandlerFunc(v.serve),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       withConn,
		ConnState:         v.track,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	v.ended.Go(func() { v.server.Serve(listener) })
	return v, nil
}

// URL is the vendor's base URL, without a slash at its end.
func (v *Vendor) URL() string { return "http://" + v.addr }

// SetScript replaces the script for the calls that arrive from now on.
func (v *Vendor) SetScript(s Script) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.script = s
}

// SetLimit replaces the calls at once that are allowed from now on. Those in flight stay.
func (v *Vendor) SetLimit(total, perModel int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.opts.Limit.Total, v.opts.Limit.PerModel = total, perModel
}

// Close cuts the calls that the vendor still holds and returns when nothing of it is left: no
// goroutine, no connection. It may be called twice.
func (v *Vendor) Close() {
	v.cancel(errClosed)
	v.server.Close()
	v.ended.Wait()
}

// track counts the connections, so that Close can wait for them.
func (v *Vendor) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		v.ended.Add(1)
	case http.StateClosed:
		v.ended.Done()
	}
}

func (v *Vendor) serve(w http.ResponseWriter, r *http.Request) {
	call := &Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Began: time.Now()}
	body, err := readBody(r)
	call.Body = body
	call.Model = gjson.GetBytes(body, "model").Str
	call.Stream = gjson.GetBytes(body, "stream").Bool()
	call.readGemini()
	script, admitted := v.enter(call)
	d := &delivery{w: w, r: r, stream: call.Stream, left: func() { v.leave(call, admitted) }}
	defer d.leave()
	if err == nil {
		err = d.send(v.answer(*call, script, admitted))
	}
	if err != nil {
		v.abort(r, call)
	}
}

// abort ends a call whose client is gone or whose vendor was closed. It does not return: an answer
// that was not sent to its end must not look like one that was.
func (v *Vendor) abort(r *http.Request, call *Call) {
	if context.Cause(r.Context()) != errClosed {
		v.gone(call)
	}
	panic(http.ErrAbortHandler)
}

func (v *Vendor) answer(call Call, script Script, admitted bool) Answer {
	key := v.opts.Key
	switch {
	case key != "" && call.Header.Get("X-Api-Key") != key && call.Header.Get("Authorization") != "Bearer "+key && call.Header.Get("X-Goog-Api-Key") != key:
		return v.opts.Denied
	case !admitted:
		return v.opts.Limit.Over
	case strings.HasSuffix(call.Path, "/v1/messages/count_tokens"):
		return v.opts.CountTokens(call)
	case strings.HasSuffix(call.Path, "/v1/messages"):
		return script(call)
	case geminiMethod(call.Path) != "":
		return geminiEndpoint(call, script)
	case openAIPath(call.Path):
		return openAIEndpoint(call, script)
	}
	return AnthropicError(http.StatusNotFound, "not_found_error", "no such endpoint")
}

// readBody reads a request's body to its end, which also lets the server notice a client that
// hangs up.
func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 {
		return io.ReadAll(r.Body)
	}
	body := make([]byte, r.ContentLength)
	n, err := io.ReadFull(r.Body, body)
	return body[:n], err
}

type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}
