package redact

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
)

// Transport hands on requests, and answers without secrets: those of Hidden, and those that the request itself carries, or
// that the client's did which it was made for. It
// is the one place where the text of a vendor enters. Headers, trailers, errors and the bodies of failures are rid of all;
// the body of a good answer, which may be a conversation about anything, of those that stand nowhere by chance.
type Transport struct {
	Next   http.RoundTripper
	Hidden *Redactor // nil = none

	last atomic.Pointer[sentSecrets]
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	secrets := t.secrets(r)
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.Got1xxResponse = nil // httputil.ReverseProxy would hand on such an answer's header
	}
	answer, err := t.Next.RoundTrip(r)
	if err != nil {
		return nil, secrets.Error(err)
	}
	answer.Status = secrets.Text(answer.Status, "")
	secrets.Header(answer.Header)
	if answer.Body == nil {
		answer.Body = http.NoBody
	}
	answer.Body = &trailed{secrets.Body(answer.Body, answer.StatusCode >= 300), answer, secrets}
	return answer, nil
}

// CloseIdleConnections closes those that no request uses.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.Next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Unpacked is the body of an answer that could not be read before it was unpacked, without secrets.
func (t *Transport) Unpacked(answer *http.Response, body io.ReadCloser) io.ReadCloser {
	return t.secrets(answer.Request).Body(body, answer.StatusCode >= 300)
}

// trailed is a body behind which trailers come.
type trailed struct {
	io.ReadCloser
	answer  *http.Response
	secrets *Secrets
}

func (b *trailed) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.secrets.Header(b.answer.Trailer)
	} else if err != nil {
		err = b.secrets.Error(err)
	}
	return n, err
}

// Error is an error whose words hold no secret. What it wraps stays.
func (s *Secrets) Error(err error) error {
	text := err.Error()
	if clean := s.Text(text, ""); clean != text {
		return &masked{clean, err}
	}
	return err
}

type masked struct {
	text string
	err  error
}

func (e *masked) Error() string { return e.text }

func (e *masked) Unwrap() error { return e.err }

// secrets are those that are known, and those of a request. Most requests of a vendor carry the same.
func (t *Transport) secrets(request *http.Request) *Secrets {
	sent, now := Credentials(request.Header, request.URL.RawQuery), t.Hidden.Now()
	if asked, ok := request.Context().Value(askedWith{}).([]string); ok {
		sent = append(sent, asked...)
	}
	if last := t.last.Load(); last != nil && last.known == now && slices.Equal(last.sent, sent) {
		return last.all
	}
	all := now.With(sent...)
	t.last.Store(&sentSecrets{now, sent, all})
	return all
}

// sentSecrets are those of one request with those that were known.
type sentSecrets struct {
	known *Secrets
	sent  []string
	all   *Secrets
}

// askedWith is the key of a context's value.
type askedWith struct{}

// AskedWith is a context for what is sent because of a client's request: no answer to it shows the client's credentials.
func AskedWith(ctx context.Context, client *http.Request) context.Context {
	if sent := Credentials(client.Header, client.URL.RawQuery); len(sent) > 0 {
		return context.WithValue(ctx, askedWith{}, sent)
	}
	return ctx
}

// secretParts are what the names of headers, and of a query's fields, have in them whose values are secrets. It is
// better to mask one too many.
var secretParts = []string{"auth", "key", "token", "secret", "cookie", "passw", "signature", "credential"}

// Named reports whether the value of a header, or of a query's field, is a secret.
func Named(name string) bool {
	lower := strings.ToLower(name)
	for _, part := range secretParts {
		// Counts of tokens are no secret: anthropic-ratelimit-tokens-remaining.
		if strings.Contains(lower, part) && !strings.Contains(lower, "ratelimit") {
			return true
		}
	}
	return false
}

// Credentials are the secrets of a request by the names that they stand under, in all the ways in which an error may
// have them, sorted.
func Credentials(h http.Header, query string) (list []string) {
	for name, values := range h {
		if !Named(name) {
			continue
		}
		for _, v := range values {
			list = append(list, credential(v)...)
		}
	}
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if !Named(name) {
			continue
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		list = append(list, value)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// credential is what is secret of a header's value: what stands behind its scheme. Of Basic it is the password.
func credential(value string) []string {
	scheme, secret, ok := strings.Cut(value, " ")
	if !ok {
		return []string{value}
	}
	secret = strings.TrimSpace(secret)
	if strings.EqualFold(scheme, "basic") {
		if pair, err := base64.StdEncoding.DecodeString(secret); err == nil {
			_, password, _ := strings.Cut(string(pair), ":")
			return []string{secret, password}
		}
	}
	return []string{secret}
}
