package upstream

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/config"
	"afterglow/proxy/gemini"
	"afterglow/proxy/openai"
	"afterglow/proxy/sse"
)

// maxAnswer bounds, in bytes, an answer that is read whole: as much as a request may have.
const maxAnswer = bounds.Answer

// maxError bounds, in bytes, how much of an error answer is read.
const maxError = bounds.ErrorAnswer

// exchange is one request and its answer.
func (v *Vendor) exchange(parent context.Context, call Prepared) (*Response, error) {
	limit := v.conf.Message
	if call.Request.Stream {
		limit = v.conf.FirstEvent
	}
	ctx, guard := watch(parent, limit)
	answer, err := v.post(ctx, call)
	if err != nil {
		return nil, guard.end(err)
	}
	guard.body = answer.Body
	if answer.StatusCode >= 300 {
		body, _ := io.ReadAll(io.LimitReader(answer.Body, maxError))
		return nil, guard.end(v.refusal(answer, body))
	}
	response, err := v.answer(answer, guard, call)
	if err != nil {
		return nil, v.meant(guard.end(err))
	}
	return response, nil
}

// refusal is the error of an answer whose status is one.
func (v *Vendor) refusal(answer *http.Response, body []byte) *anthropic.Error {
	refused := v.dialect.DecodeError(statusOf(answer.StatusCode), answer.Header, body)
	if answer.StatusCode < 400 {
		refused.Message = fmt.Sprintf("the vendor redirects (%d) to %s. Is base_url the address of its API?", answer.StatusCode, redirected(answer))
	}
	return refused
}

// redirected is where a redirect leads, without a query or a password.
func redirected(answer *http.Response) string {
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || to.String() == "" {
		return "no address"
	}
	return (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String()
}

// statusOf turns a redirect, which no API of this kind answers, into an error of the vendor's.
func statusOf(status int) int {
	if status >= 300 && status < 400 {
		return http.StatusBadGateway
	}
	return status
}

// post sends the body and returns the answer with its body still to be read, and closed.
func (v *Vendor) post(ctx context.Context, call Prepared) (*http.Response, error) {
	header := requestHeader(call.Header, v.conf)
	if err := v.authorize(ctx, header, v.conf.Auth); err != nil {
		return nil, err
	}
	if a, ok := v.account.(marked); ok {
		a.mark(header, call)
	}
	parts, base := call.Body, v.base
	if a, ok := v.account.(hosted); ok {
		base = a.base()
	}
	if a, ok := v.account.(enveloped); ok {
		before, behind, err := a.envelope(ctx, call)
		if err != nil {
			return nil, err
		}
		parts = slices.Concat([]string{before}, parts, []string{behind})
	}
	body := &payload{parts: parts}
	defer body.release()
	path := call.Path
	query := call.Query
	if v.conf.Auth != config.AuthClient || !v.conf.AnyKey {
		query = withoutKey(query)
	}
	if v.conf.Dialect == "anthropic" && query != "" {
		path += "?" + query
	}
	// Joined here: the internal API's paths begin with a colon, and resty would put a slash before it.
	answer, err := v.sendOnce(ctx, body, header, base+path)
	if errors.Is(err, errStale) { // the pool's fault: once more, and every idle connection is suspect
		v.Redial()
		answer, err = v.sendOnce(ctx, body, header, base+path)
	}
	if err != nil {
		return nil, transportError(ctx, err)
	}
	v.decode(answer)
	return answer, nil
}

// errStale marks the error of a connection that was kept from an earlier call and that the vendor had closed.
var errStale = errors.New("the vendor had closed the connection")

// staleWithin is how soon such a connection fails. One that fails later has failed with the call.
const staleWithin = time.Second

// sendOnce sends a request.
func (v *Vendor) sendOnce(ctx context.Context, body *payload, header http.Header, to string) (*http.Response, error) {
	var kept time.Time // when a connection of an earlier call was taken; zero for a new one
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		kept = time.Time{}
		if c.Reused {
			kept = time.Now()
		}
	}})
	req := v.client.R().SetContext(withPayload(ctx, body)).SetDoNotParseResponse(true)
	req.Header = header
	resp, err := req.Post(to)
	if err == nil {
		return resp.RawResponse, nil
	}
	closed := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed)
	if closed && ctx.Err() == nil && !kept.IsZero() && time.Since(kept) < staleWithin {
		err = fmt.Errorf("%w: %w", errStale, err)
	}
	return nil, err
}

// transportError leaves out the URL, whose query may hold what no log should.
func transportError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	return err
}

// answer reads a good answer as far as it has to be known before it is committed to. What it is, its first bytes say: a whole
// message becomes the events for which it stands where a stream was asked for, and a stream becomes the message.
func (v *Vendor) answer(answer *http.Response, guard *guard, call Prepared) (*Response, error) {
	body := bufio.NewReaderSize(answer.Body, formBytes)
	found, err := formOf(body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read answer: %w", err)
	case found == empty:
		return nil, fmt.Errorf("the vendor answered %d without a body: %w", answer.StatusCode, io.ErrUnexpectedEOF)
	case found == page:
		text, _ := io.ReadAll(io.LimitReader(body, maxError))
		return nil, fmt.Errorf("the vendor answered %d with a web page: %q. Is base_url the address of its API?", answer.StatusCode, pageText(text))
	case found == document:
		return v.message(answer, body, guard, call)
	}
	decoded := anthropic.WithNames(v.dialect.Decode(sse.NewReader(body), call.Request.Model), call.Names)
	if !call.Request.Stream {
		message, err := anthropic.MessageOf(decoded)
		if err != nil {
			return nil, err
		}
		guard.end(nil)
		return &Response{Header: answer.Header, Message: message}, nil
	}
	events := &stream{src: decoded, guard: guard, idle: v.conf.Idle}
	if err := events.hold(); err != nil {
		return nil, err
	}
	return &Response{Header: answer.Header, Events: events, guard: guard}, nil
}

// message reads a whole message.
func (v *Vendor) message(answer *http.Response, from io.Reader, guard *guard, call Prepared) (*Response, error) {
	body, err := readAll(from, answer.ContentLength)
	if err == nil {
		body, err = v.dialect.DecodeMessage(body, call.Request.Model)
	}
	if err != nil {
		return nil, err
	}
	guard.end(nil)
	body = anthropic.MessageWithNames(body, call.Names)
	if call.Request.Stream {
		return &Response{Header: answer.Header, Events: anthropic.EventsOf(body)}, nil
	}
	return &Response{Header: answer.Header, Message: body}, nil
}

// readAll reads a body whole. n is its length, negative if that is not known.
func readAll(from io.Reader, n int64) ([]byte, error) {
	if n > 0 && n <= maxAnswer {
		body := make([]byte, n)
		_, err := io.ReadFull(from, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(from, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("answer longer than %d MiB", maxAnswer>>20)
	}
	return body, err
}

// TimeoutError says that a vendor was silent for too long.
type TimeoutError struct{ After time.Duration }

func (e *TimeoutError) Error() string { return fmt.Sprintf("no answer within %v", e.After) }

// guard cancels an exchange that stays silent, and lets go of everything that it holds.
type guard struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  atomic.Int64 // a time.Duration: what the timer stands at
	body   io.Closer
}

func watch(parent context.Context, limit time.Duration) (context.Context, *guard) {
	ctx, cancel := context.WithCancelCause(parent)
	g := &guard{ctx: ctx, cancel: cancel}
	g.limit.Store(int64(limit))
	g.timer = time.AfterFunc(limit, func() { cancel(&TimeoutError{time.Duration(g.limit.Load())}) })
	return ctx, g
}

// extend gives the vendor another while. It replaces the first limit, which was for the first event.
func (g *guard) extend(limit time.Duration) {
	g.limit.Store(int64(limit))
	g.timer.Reset(limit)
}

// cause replaces an error that only says "cancelled" by the reason.
func (g *guard) cause(err error) error {
	if err != nil && g.ctx.Err() != nil {
		return context.Cause(g.ctx)
	}
	return err
}

// end releases the exchange and returns the error's cause.
func (g *guard) end(err error) error {
	err = g.cause(err)
	g.timer.Stop()
	g.cancel(context.Canceled)
	if g.body != nil {
		g.body.Close()
	}
	return err
}

var (
	_ Dialect = anthropic.Dialect{}
	_ Dialect = openai.Dialect{}
	_ Dialect = gemini.Dialect{}
	_ Counter = anthropic.Dialect{}
	_ Counter = gemini.Dialect{}
)
