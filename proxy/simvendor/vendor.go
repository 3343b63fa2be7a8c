// Package simvendor plays vendors on loopback: real HTTP on real sockets, with the answers, delays,
// cuts and refusals that a script asks for. Tests, benchmarks and the demo call them.
package simvendor

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// Call is one call that a vendor received.
type Call struct {
	N      int // from 1, in the order of arrival
	Path   string
	Query  string
	Header http.Header
	Body   string
	Model  string
	Stream bool
}

// Script decides how a call is answered. It may be called by many goroutines at once.
type Script func(Call) Answer

// Options say how a vendor behaves. The zero value answers every call with a short message.
type Options struct {
	Script      Script
	Key         string // the x-api-key to insist on; "" takes any
	Concurrency int    // calls at once; one more is refused with 429 and Code. 0 = any number
	Code        string // Zhipu's code for "too many at once" unless given
	Quiet       bool   // keep no calls: for benchmarks
}

// Vendor is a simulated vendor. Close it.
type Vendor struct {
	opts   Options
	server *http.Server
	addr   string

	mu       sync.Mutex
	calls    []Call
	n        int
	inFlight int
	peak     int
}

// Start starts a vendor on a free port of 127.0.0.1.
func Start(opts Options) (*Vendor, error) {
	if opts.Script == nil {
		opts.Script = func(Call) Answer { return Text("Hello from a simulated vendor.") }
	}
	if opts.Code == "" {
		opts.Code = "1302"
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start simulated vendor: %w", err)
	}
	v := &Vendor{opts: opts, addr: l.Addr().String()}
	v.server = &http.Server{Handler: http.HandlerFunc(v.serve), ReadHeaderTimeout: 10 * time.Second}
	go v.server.Serve(l)
	return v, nil
}

// URL is the vendor's base URL.
func (v *Vendor) URL() string { return "http://" + v.addr }

// Close ends the vendor and cuts the calls that it still holds.
func (v *Vendor) Close() { v.server.Close() }

// Calls returns the calls received so far.
func (v *Vendor) Calls() []Call {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]Call(nil), v.calls...)
}

// Load returns the calls being answered now, and the most there ever were at once.
func (v *Vendor) Load() (now, peak int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.inFlight, v.peak
}

func (v *Vendor) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	call := Call{Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: string(body),
		Model: gjson.GetBytes(body, "model").Str, Stream: gjson.GetBytes(body, "stream").Bool()}
	refusal := v.enter(&call)
	defer v.leave()
	if v.opts.Key != "" && r.Header.Get("X-Api-Key") != v.opts.Key {
		refusal = &Answer{Status: http.StatusUnauthorized, Body: `{"error":{"code":"1000","message":"authentication failed"}}`}
	}
	if refusal != nil {
		refusal.send(w, r, call)
		return
	}
	if call.Path == "/v1/messages/count_tokens" {
		Answer{Body: fmt.Sprintf(`{"input_tokens":%d}`, len(body)/4)}.send(w, r, call)
		return
	}
	v.opts.Script(call).send(w, r, call)
}

// enter counts the call, and refuses it where it is one too many.
func (v *Vendor) enter(call *Call) *Answer {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.n++
	v.inFlight++
	call.N = v.n
	if !v.opts.Quiet {
		v.calls = append(v.calls, *call)
	}
	if v.opts.Concurrency > 0 && v.inFlight > v.opts.Concurrency {
		return &Answer{Status: http.StatusTooManyRequests,
			Body: fmt.Sprintf(`{"error":{"code":%q,"message":"too many requests at once"},"request_id":"sim_%d"}`, v.opts.Code, call.N)}
	}
	v.peak = max(v.peak, v.inFlight)
	return nil
}

func (v *Vendor) leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.inFlight--
}
