package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/meter"
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
	to, path := endpoint(v.Conf(), below(r))
	op := meter.OperationOf(to.Dialect, r.Method, path)
	p, r := s.pass(w, r, kindRoute, to.Dialect, op)
	c := &routed{passing: p, vendor: v, to: to, path: path, kind: op.Kind}
	c.rec.set(func() { c.rec.vendor = v.Name() })
	defer s.end(c.rec)
	defer s.settle(r.Context(), c)
	if refused := s.route(c, running.chain, r); refused != nil {
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
	asks   asked
	direct *route.Direct // nil until the call has its permit
}

// route sends a call to its vendor as soon as there is a permit for it. The error is for the client.
func (s *Server) route(c *routed, chain *route.Chain, r *http.Request) *anthropic.Error {
	own := c.to.Auth != config.AuthClient && c.to.Auth != config.AuthNone
	switch {
	case own && !c.vendor.Usable():
		return anthropic.Errorf(http.StatusUnauthorized, "vendor %q: %s", c.vendor.Name(), c.vendor.Missing())
	case climbs(c.path):
		return anthropic.Errorf(http.StatusBadRequest, "path %q: expected one without ..", c.path)
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
	if c.asks.model != "" && s.stops() {
		return stoppedError()
	}
	direct, err := chain.Direct(r.Context(), c.vendor, c.asks.model, c.rec.caller())
	var refused *anthropic.Error
	ended := endedHere(context.Cause(r.Context()))
	switch {
	case ended != nil:
		return ended
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
		Path: c.path, Query: r.URL.RawQuery, Header: s.withoutToken(r.Header), Held: c.asks.body, First: limit,
		Answered: func(answer *http.Response) { direct.Answered(answer.StatusCode); c.answered(answer) }, Failed: c.failed,
	})
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

// below is the escaped path below /v/{vendor}.
func below(r *http.Request) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/v/"), "/")
	return colons("/" + rest)
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

// climbs reports whether an escaped path has a segment that leads up.
func climbs(path string) bool {
	plain, err := url.PathUnescape(path)
	return err != nil || strings.Contains("/"+plain+"/", "/../")
}
