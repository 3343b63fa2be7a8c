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
	"afterglow/proxy/reason"
	"afterglow/proxy/route"
	"afterglow/proxy/upstream"
	"afterglow/proxy/usage"
)

// vendorRoute serves /v/{vendor}/: the vendor's own API with the vendor's key, byte for byte, for
// clients that speak it. A call to a model stands in the same queue as the chain's calls, because the
// vendor counts them together, and its refusals are waited out as theirs are. There is no other tier.
//
// A streaming call that waits long is parked, as the chain's are and in its own protocol. Once status 200 was sent, a
// refusal of the vendor's is an error within the stream.
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
	op := usage.OperationOf(to.Dialect, r.Method, path)
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
	vendor *upstream.Vendor
	to     config.Endpoint
	path   string // below the endpoint's base URL, escaped
	kind   usage.Kind
	sent   http.Header // the client's, without our token
	query  string      // the same
	asks   asked
	direct *route.Direct // nil until the call has its permit
	room   *waitingRoom  // nil: the client cannot be parked
	park   *parker
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
	s.wait(c, r.URL.RawQuery)
	c.park.Enter()
	if c.asks.model != "" && s.stops() {
		return stoppedError()
	}
	direct, err := chain.Direct(r.Context(), c.vendor, c.asks.model, c.rec.caller())
	c.park.Leave()
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
	m := upstream.Passing{
		Path: c.path, Query: c.query, Header: c.sent, Held: c.asks.body, First: limit, Fits: c.fits,
		Refused: func(e *anthropic.Error) error { return c.refused(r.Context(), e) },
		Answered: func(answer *http.Response) {
			c.rec.room.free()
			direct.Answered(answer.StatusCode)
			c.answered(answer)
		},
		Failed: func(err error) { c.refuse(failure(cmp.Or(c.rejected(r.Context(), err), err))) },
	}
	if c.asks.model != "" {
		m.Waiting = direct.Waiting(progress{c.rec, c.park, s})
	}
	passage.Send(c.w, c.watched(r), m)
	return nil
}

// wait makes the parker of a call.
func (s *Server) wait(c *routed, query string) {
	after, signs := s.conf().ParkAfter, (func(int) []byte)(nil)
	if c.room = c.roomOf(query); c.room != nil {
		signs = c.room.signs
		if c.room.within > 0 {
			after = min(after, c.room.within)
		}
	}
	c.park = newParker(c.w.ResponseWriter, after, s.unread(), signs)
}

// refused is what the client gets in place of a vendor's refusal: nil = that itself.
func (c *routed) refused(ctx context.Context, e *anthropic.Error) error {
	if err := c.rejected(ctx, e); err != nil {
		return err
	}
	if c.unpark() {
		return e
	}
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
	c.unpark()
	c.finish(ctx)
	if c.direct != nil {
		if refusedForNow(c.rec) && c.asks.model != "" {
			s.history.Refused(limiter.Key{Vendor: c.vendor.Name(), Model: c.asks.model})
		}
		c.rec.set(func() { c.rec.again = c.direct.Retries() })
		c.direct.Hear(ctx, c.header, c.rec.err)
		c.direct.Close(c.rec.usage.Total())
	}
}

// refusedForNow reports whether a call's vendor refused it for now, and that was not waited out.
func refusedForNow(rec *record) bool {
	var e *anthropic.Error
	return rec.status == http.StatusTooManyRequests ||
		errors.As(rec.err, &e) && e.Header != nil && (e.Status == http.StatusTooManyRequests || e.Status == anthropic.StatusOverloaded)
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

func (g *generation) vendor(name string) *upstream.Vendor {
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
