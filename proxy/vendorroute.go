package proxy

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/meter"
	"afterglow/proxy/reason"
	"afterglow/proxy/route"
	"afterglow/proxy/vendor"
)

// vendorRoute serves /v/{vendor}/: the vendor's own API with the vendor's key, byte for byte, for
// clients that speak it. A call to a model stands in the same queue as the chain's calls, because the
// vendor counts them together. There is no other tier and no retry.
//
// A queued call is not parked as those to the chain are: once status 200 was sent, the vendor's own
// could not pass any more. It waits without headers for as long as the queue lets it (max_wait), and
// then gets a status after which the official clients try again.
func (s *Server) vendorRoute(w http.ResponseWriter, r *http.Request) {
	running := s.current()
	name := r.PathValue("vendor")
	v := running.vendor(name)
	if v == nil {
		writeError(w, anthropic.Errorf(http.StatusNotFound, "unknown vendor %q: expected one of %s", name, strings.Join(running.names(), ", ")))
		return
	}
	whole, climbing := pathBelow(r, "/v/")
	_, whole, _ = strings.Cut(whole, "/") // the vendor's name
	to, path := endpoint(v.Conf(), "/"+whole)
	op := meter.OperationOf(to.Dialect, r.Method, path)
	p, r := s.pass(w, r, kindRoute, to.Dialect, op)
	c := &routed{passing: p, vendor: v, to: to, path: path, kind: op.Kind}
	c.rec.set(func() { c.rec.vendor = v.Name() })
	defer s.end(c.rec)
	defer s.settle(r.Context(), c)
	header, query, refused := s.withoutToken(r)
	if refused = cmp.Or(climbing, refused); refused == nil {
		c.sent, c.query = header, query
		refused = s.route(c, running.chain, r)
	}
	if refused != nil {
		c.refuse(refused)
	}
}

// routed is a call on a vendor route.
type routed struct {
	*passing
	vendor *vendor.Vendor
	to     config.Endpoint
	path   string // below the endpoint's base URL, escaped
	kind   meter.Kind
	sent   http.Header // the client's, without our token
	query  string      // the same
	asks   asked
	direct *route.Direct // nil until the call has its permit
}

// route sends a call to its vendor as soon as there is a permit for it. The error is for the client.
func (s *Server) route(c *routed, chain *route.Chain, r *http.Request) *anthropic.Error {
	if c.own() && !c.vendor.Usable() {
		return anthropic.Errorf(http.StatusForbidden, "vendor %q: %s", c.vendor.Name(), c.vendor.Missing())
	}
	var unfit reason.Reason
	if c.sent, c.query, unfit = c.vendor.ForClient(c.sent, c.query, c.to); unfit.Words != "" {
		return anthropic.Errorf(http.StatusForbidden, "vendor %q: %s", c.vendor.Name(), unfit)
	}
	if refused := s.ask(c, r); refused != nil {
		return refused
	}
	if c.asks.model != "" && s.paused.Load() {
		return pausedError()
	}
	c.rec.set(func() {
		c.rec.model, c.rec.served = c.asks.model, c.asks.model
		if c.asks.model != "" {
			c.rec.enter(Queued)
		}
	})
	if c.asks.body != nil {
		c.rec.bodies.asks(*c.asks.body)
	}
	direct, err := chain.Direct(r.Context(), c.vendor, c.asks.model, c.rec.caller())
	var refused *anthropic.Error
	switch {
	case cancelled(r.Context()):
		return cancelledError()
	case errors.As(err, &refused):
		return refused
	case err != nil:
		return nil // nobody waits for an answer
	}
	c.direct = direct
	c.rec.set(func() { c.rec.enter(Connecting) })
	s.limiter.Notify()
	passage, err := c.vendor.Passage(c.to)
	if err != nil {
		return anthropic.Errorf(http.StatusInternalServerError, "%v", err)
	}
	limit := c.vendor.Conf().Message
	if c.asks.stream {
		limit = c.vendor.Conf().FirstEvent
	}
	passage.Send(c.w, c.watched(r), vendor.Passing{
		Path: c.path, Query: c.query, Header: c.sent, Held: c.asks.body, First: limit,
		Refused:  func(e *anthropic.Error) error { return c.rejected(r.Context(), e) },
		Answered: func(answer *http.Response) { direct.Answered(answer.StatusCode); c.answered(answer) },
		Failed:   func(err error) { c.failed(cmp.Or(c.rejected(r.Context(), err), err)) },
	})
	return nil
}

// own reports whether the vendor gets credentials of ours.
func (c *routed) own() bool { return c.to.Auth != config.AuthClient && c.to.Auth != config.AuthNone }

// rejected is what the client gets in place of a refusal of our credentials, which would read as one of its own; nil for
// any other error.
func (c *routed) rejected(ctx context.Context, err error) error {
	var refused *anthropic.Error
	if !c.own() || !errors.As(err, &refused) {
		return nil
	}
	if e := c.direct.Rejected(ctx, refused); e != nil {
		return e
	}
	return nil
}

// settle ends a call: its record is complete, and its permit is back.
func (s *Server) settle(ctx context.Context, c *routed) {
	c.finish(ctx)
	if c.direct != nil {
		if c.rec.status == http.StatusTooManyRequests && c.asks.model != "" {
			s.history.Refused(limiter.Key{Vendor: c.vendor.Name(), Model: c.asks.model})
		}
		c.direct.Hear(ctx, c.header, c.rec.err)
		c.direct.Close(c.rec.usage.Total())
	}
}

// endpoint is the one that a path leads to, and the path below it: the endpoint that the first
// segment names, or else the vendor's own.
func endpoint(v config.Vendor, path string) (config.Endpoint, string) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if to, ok := v.Endpoints[name]; ok {
		return to, "/" + rest
	}
	return v.Own(), path
}

func (g *generation) vendor(name string) *vendor.Vendor {
	for _, v := range g.vendors {
		if v.Name() == name {
			return v
		}
	}
	return nil
}

func (g *generation) names() (list []string) {
	for _, v := range g.vendors {
		list = append(list, v.Name())
	}
	return list
}
