package upstream

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/redact"
)

// Passage leads to one base URL. Requests go there and answers come back as they are: no byte of a
// body changes, no redirect is followed, any status passes. It is safe for concurrent use.
type Passage struct {
	base      *url.URL
	transport *redact.Transport
	idle      time.Duration // longest silence within an answer; 0 = any
	sign      func(context.Context, http.Header) error
	vendor    *Vendor // whose it is; nil = nobody's, and no refusal is read
	dialect   Dialect // the vendor's, at this base
}

// NewPassage returns a Passage on which the client's own credentials stay. base is a checked URL;
// connect bounds the wait for a connection; hidden is what no answer may show, beside what was sent for it. Close it when
// no request uses it any more.
func NewPassage(base string, connect time.Duration, hidden *redact.Redactor) (*Passage, error) {
	return newPassage(base, &redact.Transport{Next: newDialer(connect, nil), Hidden: hidden})
}

func newPassage(base string, rt *redact.Transport) (*Passage, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, errors.New("parse base URL")
	}
	return &Passage{base: u, transport: rt}, nil
}

// Via sends requests through rt in place of the network, for tests. It must not be called once
// requests run.
func (p *Passage) Via(rt http.RoundTripper) { p.transport.Next = rt }

// Close closes idle connections. Requests under way go on, and their connections are closed when they end.
func (p *Passage) Close() { p.transport.CloseIdleConnections() }

// Redial makes every request from now on dial anew. Requests under way go on.
func (p *Passage) Redial() { redial(p.transport) }

// Passage returns the passage to one of the vendor's endpoints. It shares the vendor's connections
// and ends with them, and puts the vendor's credentials in place of the client's.
func (v *Vendor) Passage(to config.Endpoint) (*Passage, error) {
	p, err := newPassage(to.BaseURL, v.transport())
	if err != nil {
		return nil, err
	}
	p.idle, p.vendor = v.conf.Idle, v
	if p.dialect, err = dialect(config.Vendor{Name: v.conf.Name, Dialect: to.Dialect, BaseURL: to.BaseURL}); err != nil {
		return nil, err
	}
	if to.Auth != config.AuthClient {
		p.sign = func(ctx context.Context, h http.Header) error {
			withoutCredentials(h)
			return v.authorize(ctx, h, to.Auth)
		}
	}
	return p, nil
}

// Passing is one request on its way through a Passage.
type Passing struct {
	Path   string        // below the base URL, escaped
	Query  string        // raw
	Header http.Header   // the client's, without what was for this proxy alone
	Held   *string       // the body, where it was read already, emptied once it is not needed; else it is streamed
	First  time.Duration // longest wait for the answer once the request is sent

	Waiting  Waiting                      // where Held is set: refusals are waited out as the vendor is configured, and it is told. nil = they are not
	Refused  func(*anthropic.Error) error // sees a vendor's refusal that was not waited out; an error is given to Failed in its place. nil = all pass
	Fits     func(*http.Response) error   // sees a good answer of a vendor's; an error is given to Failed in its place. nil = all pass
	Answered func(*http.Response)         // sees the answer before the client does; may wrap its body
	Failed   func(error)                  // gives the client an error: there was no answer
}

// quiet drops what ReverseProxy would log: an error is logged once, at the edge.
var quiet = log.New(io.Discard, "", 0)

// Send passes a request on and the answer back. Exactly one of Answered and Failed is called. If an
// answer breaks off, or the client does not take it, Send panics with http.ErrAbortHandler, which cuts
// the client's connection: what is not whole must not look so.
func (p *Passage) Send(w http.ResponseWriter, r *http.Request, m Passing) {
	header, query := passingHeader(m.Header), m.Query
	ctx, guard := watch(r.Context(), m.First)
	upload := &progress{ReadCloser: r.Body, guard: guard, limit: m.First}
	defer func() { upload.over(); guard.end(nil) }()
	if p.sign != nil {
		query = withoutKey(query)
		if err := p.sign(ctx, header); err != nil {
			m.Failed(guard.cause(err))
			return
		}
	}
	r = r.WithContext(ctx)
	var body *payload
	if m.Held != nil {
		body = &payload{parts: []string{*m.Held}}
	} else {
		r.Body = upload
	}
	var transport http.RoundTripper = p.transport
	if p.vendor != nil {
		if m.Refused == nil {
			m.Refused = passes
		}
		transport = &refusals{transport, p, &m, guard, p.vendor.patience(m.Waiting)}
	}
	proxy := httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1, ErrorLog: quiet,
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL, pr.Out.Host, pr.Out.Header = below(p.base, m.Path, query), "", header
			pr.Out.Trailer = nil // what comes behind a body is a header that nobody has looked at
			if body != nil {
				body.attach(pr.Out)
			}
		},
		ModifyResponse: func(answer *http.Response) error {
			upload.over()
			if body != nil {
				body.release()
				*m.Held = ""
			}
			delete(answer.Header, "Set-Cookie")
			delete(answer.Header, "Alt-Svc")
			answer.Body = &silence{answer.Body, guard, p.idle}
			m.Answered(answer)
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { m.Failed(guard.cause(err)) },
	}
	proxy.ServeHTTP(w, r)
}

// Do sends one request with a body of its own and returns the answer, which the caller closes. It is
// for what has to be asked in another form than the client's.
func (p *Passage) Do(ctx context.Context, m Passing) (*http.Response, error) {
	req := (&http.Request{Method: http.MethodPost, URL: below(p.base, m.Path, m.Query), Header: passingHeader(m.Header)}).WithContext(ctx)
	(&payload{parts: []string{*m.Held}}).attach(req)
	answer, err := p.transport.RoundTrip(req)
	if err != nil {
		return nil, transportError(ctx, err)
	}
	return answer, nil
}

// LeadsTo reports whether the passage leads to this host.
func (p *Passage) LeadsTo(host string) bool { return strings.EqualFold(p.base.Hostname(), host) }

// passingHeader is a client's header as it goes on. What describes the body's bytes stays with them.
func passingHeader(client http.Header) http.Header {
	h := clientHeader(client)
	if encoding, ok := client["Content-Encoding"]; ok {
		h["Content-Encoding"] = encoding
	}
	h["Accept-Encoding"] = []string{"identity"}
	return h
}

// version is the last segment of a base URL that names an API's version.
var version = regexp.MustCompile(`^v\d+[a-z]*\d*$`)

// below is a URL under a base. Where the base ends in a version and the path begins with the same,
// it stands once: most SDKs bring their own.
func below(base *url.URL, path, query string) *url.URL {
	at := strings.TrimRight(base.EscapedPath(), "/")
	path = "/" + strings.TrimLeft(path, "/")
	if last := at[strings.LastIndexByte(at, '/')+1:]; version.MatchString(last) {
		if rest, twice := strings.CutPrefix(path, "/"+last); twice && (rest == "" || rest[0] == '/') {
			path = rest
		}
	}
	u := *base
	u.RawPath, u.RawQuery = at+path, query
	if plain, err := url.PathUnescape(u.RawPath); err == nil {
		u.Path = plain
	}
	return &u
}

// progress is a request's body that is streamed: the wait for the answer begins with its last byte.
type progress struct {
	io.ReadCloser
	guard *guard
	limit time.Duration

	mu      sync.Mutex // net/http reads a body beside its answer
	settled bool
}

func (b *progress) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.settled {
		b.guard.extend(b.limit)
	}
	return n, err
}

// over ends the wait: there is an answer, or there will be none.
func (b *progress) over() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled = true
	b.guard.timer.Stop()
}

// silence is an answer's body that may not pause for longer than idle. Only the vendor is timed: how
// fast the client reads is its own affair.
type silence struct {
	io.ReadCloser
	guard *guard
	idle  time.Duration // 0 = any
}

func (b *silence) Read(p []byte) (int, error) {
	if b.idle > 0 {
		b.guard.extend(b.idle)
		defer b.guard.timer.Stop()
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = b.guard.cause(err)
	}
	return n, err
}
