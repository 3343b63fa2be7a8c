package proxy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/route"
	"afterglow/proxy/upstream"
	"afterglow/proxy/usage"
)

// passing is a call whose bytes only pass: its record, and what is read of it on the side.
type passing struct {
	rec     *record
	dialect string
	w       *passingWriter
	meter   *usage.Meter
	request *namedModel // nil if the request's body has no model to be read
	refusal []byte      // the begin of an error answer, nil if it is none
	broken  error       // why the answer broke off
	header  http.Header // the answer's, nil if there is none
	heard   bool        // some of the answer was read
}

// maxRefusal bounds, in bytes, how much of an error answer is read on the side.
const maxRefusal = bounds.ErrorAside

// pass begins the record of a call that asks for op; the call goes on with the request that it returns. The
// caller ends it with finish.
func (s *Server) pass(w http.ResponseWriter, r *http.Request, kind, dialect string, op usage.Operation) (*passing, *http.Request) {
	rec, r := s.begin(r, kind, op.Name)
	p := &passing{rec: rec, dialect: dialect, w: &passingWriter{ResponseWriter: w, out: newClientStream(w, s.patience(rec)), bodies: rec.bodies}}
	session, _ := route.SessionIn(r.Header)
	session = name(session)
	rec.set(func() { rec.session = session })
	if r.Body != http.NoBody && usage.IsJSON(r.Header.Get("Content-Type")) {
		p.request = &namedModel{members: usage.NewMembers("model")}
	}
	return p, r
}

// watched is the request with its body shown to what reads it on the side.
func (p *passing) watched(r *http.Request) *http.Request {
	var readers []io.Writer
	if p.request != nil {
		readers = append(readers, p.request)
	}
	if p.rec.bodies != nil {
		readers = append(readers, p.rec.bodies.asking())
	}
	if len(readers) == 0 {
		return r
	}
	shown := *r
	shown.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(r.Body, io.MultiWriter(readers...)), r.Body}
	return &shown
}

// answered sees an answer before the client does.
func (p *passing) answered(answer *http.Response) {
	h := answer.Header
	p.header = h
	request := strings.Clone(cmp.Or(h.Get("Request-Id"), h.Get("X-Request-Id")))
	p.rec.set(func() {
		p.rec.status, p.rec.answer, p.rec.request = answer.StatusCode, h, request
		p.rec.stream = strings.HasPrefix(h.Get("Content-Type"), "text/event-stream")
		p.rec.enter(Streaming)
	})
	p.meter = usage.New(h.Get("Content-Type"))
	if h.Get("Content-Encoding") != "" { // although identity was asked for
		p.meter = usage.New("")
	}
	if frames := p.rec.frames; frames != nil {
		p.meter.Seen = func(raw string) { frames.add("usage", strings.Clone(p.rec.hide(raw)), p.meter.Usage.Usage) }
	}
	if answer.StatusCode >= 400 {
		p.refusal = []byte{}
	}
	answer.Body = &tap{answer.Body, p}
}

// failed tells the client that the vendor gave no answer.
func (p *passing) failed(err error) { p.refuse(failure(err)) }

// failure is the error for a client whose call got no answer.
func failure(err error) *anthropic.Error {
	if ended := endedHere(err); ended != nil {
		return ended
	}
	if refused := (*anthropic.Error)(nil); errors.As(err, &refused) {
		return refused
	}
	status := http.StatusBadGateway
	var silent *upstream.TimeoutError
	if errors.As(err, &silent) {
		status = http.StatusGatewayTimeout
	}
	e := anthropic.Errorf(status, "upstream unreachable: %v", err)
	e.Cause = err
	return e
}

// refuse answers with an error of ours.
func (p *passing) refuse(e *anthropic.Error) {
	writeErrorIn(p.w, p.dialect, e)
	p.rec.refuse(e)
}

// finish completes the record once all has passed, or cannot any more.
func (p *passing) finish(ctx context.Context) {
	p.w.out.close()
	rec := p.rec
	if p.meter != nil {
		p.meter.End()
		rec.details = p.meter.Usage.Details
	}
	rec.set(p.names)
	// Some clients hang up as soon as the last event is there, which the vendor's connection does not outlive.
	whole := p.meter != nil && p.w.err == nil && (p.broken == nil || p.meter.Last)
	switch {
	case endedHere(rec.err) != nil:
	case p.w.err != nil || ctx.Err() != nil && !whole:
		err := errors.Join(rec.err, p.w.err, context.Cause(ctx))
		if p.meter == nil {
			rec.leave(err)
		}
		rec.gone, rec.err = true, err
	case p.broken != nil && !whole:
		rec.err = fmt.Errorf("the answer broke off: %w", p.broken)
	case p.refusal != nil:
		rec.err = anthropic.DecodeError(rec.status, p.header, p.refusal)
	case p.meter != nil && p.meter.Err != nil:
		rec.err = p.meter.Err
	}
}

// names fills in what the answer says of models and tokens, and where it says nothing, what the request did. The
// caller holds the record's lock.
func (p *passing) names() {
	rec := p.rec
	if p.meter != nil {
		rec.usage = p.meter.Usage.Usage
		if rec.named = rec.hide(p.meter.Model); rec.served == "" {
			rec.served = rec.named
		}
	}
	if p.request != nil && rec.model == "" {
		rec.model = p.request.name()
	}
	rec.model = cmp.Or(rec.model, rec.served)
	rec.served = cmp.Or(rec.served, rec.model)
}

// tap is an answer's body that is read on the side.
type tap struct {
	io.ReadCloser
	p *passing
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	p := t.p
	if !p.heard {
		p.heard = true
		p.rec.set(func() { p.rec.first = time.Since(p.rec.start) })
	}
	p.meter.Write(b[:n])
	if p.refusal != nil {
		p.refusal = append(p.refusal, b[:min(n, maxRefusal-len(p.refusal))]...)
	}
	if err != nil && err != io.EOF {
		p.broken = err
		if event := p.lastEvent(err); event != nil {
			t.ReadCloser = rest{bytes.NewReader(event), t.ReadCloser}
			return n, nil
		}
	}
	return n, err
}

// rest is the end of an answer, whose body is still to be closed.
type rest struct {
	io.Reader
	io.Closer
}

// lastEvent is how a stream ends that was begun and is ended here: with an error in the words of its dialect. It is nil for
// any other end, which cuts the connection.
func (p *passing) lastEvent(err error) []byte {
	ended := endedHere(err)
	if ended == nil || p.refusal != nil || !p.rec.stream || p.header.Get("Content-Encoding") != "" || p.header.Get("Content-Length") != "" {
		return nil
	}
	event := ended.Event()
	if p.dialect != "anthropic" {
		known(ended)
		event = fmt.Appendf(nil, "data: %s\n\n", errorBody(p.dialect, ended))
	}
	return append([]byte("\n\n"), event...) // the vendor's last event may be half there
}

// passingWriter writes to a client that may stop reading, and notes when it is gone.
type passingWriter struct {
	http.ResponseWriter
	out    *clientStream
	bodies *bodies
	begun  bool // the status was sent while the call waited
	err    error
}

// WriteHeader implements http.ResponseWriter.
func (w *passingWriter) WriteHeader(status int) {
	if !w.begun {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *passingWriter) Write(b []byte) (int, error) {
	w.bodies.says(b)
	if err := w.out.write(b); err != nil {
		w.err = err
		return 0, err
	}
	return len(b), nil
}

// Unwrap is for http.ResponseController.
func (w *passingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// FlushError is for http.ResponseController.
func (w *passingWriter) FlushError() error {
	err := w.out.flush()
	if err != nil {
		w.err = err
	}
	return err
}

// namedModel reads a request's model while its body passes. net/http may still send the body when the
// answer is there, so it has a lock.
type namedModel struct {
	mu      sync.Mutex
	members *usage.Members
}

func (n *namedModel) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.members.Write(b)
}

// name is the model's name, "" if there is none that can be kept.
func (n *namedModel) name() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name := n.members.Get("model").Str; !badModel(name) {
		return strings.Clone(name)
	}
	return ""
}

// badModel reports whether a name could not be shown, or is not a single model's.
func badModel(name string) bool {
	return name == limiter.AccountModel || len(name) > maxName || strings.ContainsFunc(name, unicode.IsControl)
}

// badModelError is the answer to a call that names one.
func badModelError() *anthropic.Error {
	return anthropic.Errorf(http.StatusBadRequest, "model: expected a model's name of at most %d bytes, without control characters", maxName)
}
