package proxy

import (
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
)

// tokenHeader carries the token of clients that use their Authorization header for a vendor.
const tokenHeader = "X-Afterglow-Token"

// guard refuses what a client of ours would not send: a web page that found its way to a local
// port by DNS rebinding or a form, and, where a token is set, whoever does not have it.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused := s.check(r); refused != nil {
			writeError(w, refused)
			return
		}
		s.wake()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) check(r *http.Request) *anthropic.Error {
	token := s.conf().Token.Reveal()
	// Beyond loopback any name may be ours, and the token is what protects.
	if !loopbackName(r.Host) && token == "" {
		return anthropic.Errorf(http.StatusForbidden, "host %q: expected 127.0.0.1, [::1] or localhost", r.Host)
	}
	if origin := r.Header.Get("Origin"); origin != "" && !sameOrigin(origin, r.Host) {
		return anthropic.Errorf(http.StatusForbidden, "origin %q: requests of web pages are refused", origin)
	}
	if token != "" && tokenOf(r.Header, token) == "" {
		return anthropic.Errorf(http.StatusUnauthorized, "expected the configured token in %s, x-api-key, x-goog-api-key or authorization", tokenHeader)
	}
	if controls(r.URL.Path) && r.Method != http.MethodGet && r.Method != http.MethodHead {
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
			return anthropic.Errorf(http.StatusUnsupportedMediaType, "content-type %q: expected application/json", r.Header.Get("Content-Type"))
		}
	}
	return nil
}

// controls reports whether a path is of the control API, and not a native path, which takes what the
// API behind it takes.
func controls(path string) bool {
	rest, below := strings.CutPrefix(path, "/api/")
	api, _, _ := strings.Cut(rest, "/")
	return below && !slices.Contains(nativeAPIs, api)
}

// loopbackName reports whether a Host header names this machine and nothing else.
func loopbackName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && strings.EqualFold(u.Host, host)
}

// keyHeaders are those in which clients send a key.
var keyHeaders = []string{tokenHeader, "X-Api-Key", "X-Goog-Api-Key", "Authorization"}

// tokenOf names the header that carries the token, "" if none does.
func tokenOf(h http.Header, token string) string {
	for _, name := range keyHeaders {
		given := strings.TrimPrefix(h.Get(name), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 {
			return name
		}
	}
	return ""
}

// withoutToken is the client's header without what was for Afterglow alone: its token, and the placeholder that stands
// for a key. No vendor gets them.
func (s *Server) withoutToken(h http.Header) http.Header {
	h = h.Clone()
	h.Del(tokenHeader)
	if token := s.conf().Token.Reveal(); token != "" {
		for name := tokenOf(h, token); name != ""; name = tokenOf(h, token) {
			h.Del(name)
		}
	}
	for _, name := range keyHeaders {
		if slices.ContainsFunc(h[name], isPlaceholder) {
			h.Del(name)
		}
	}
	return h
}

// isPlaceholder reports whether a header's value is the placeholder, alone or as a bearer token.
func isPlaceholder(value string) bool {
	if scheme, token, found := strings.Cut(strings.TrimSpace(value), " "); found && strings.EqualFold(scheme, "bearer") {
		value = token
	}
	return strings.TrimSpace(value) == config.Placeholder
}
