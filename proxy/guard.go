package proxy

import (
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"afterglow/proxy/anthropic"
)

// guard refuses what a client of ours would not send: a web page that found its way to a local
// port by DNS rebinding or a form, and, where a token is set, whoever does not have it.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused := s.check(r); refused != nil {
			writeErrorIn(w, s.spoken(r), refused)
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
	if refused := browsed(r); refused != nil {
		return refused
	}
	if token != "" && !hasToken(r.Header, token) {
		// After 401 Claude Code renews a login of its own and sends again for minutes. After 403 agents end the turn.
		status := http.StatusForbidden
		if ownPath(r.URL.Path) {
			status = http.StatusUnauthorized
		}
		// Claude Code shows "Not logged in" in place of any message that names x-api-key.
		return anthropic.Errorf(status, "missing or wrong Afterglow token. Connect the client again, or send the token in %s or authorization", tokenHeader)
	}
	if controls(r.URL.Path) && r.Method != http.MethodGet && r.Method != http.MethodHead {
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
			return anthropic.Errorf(http.StatusUnsupportedMediaType, "content-type %q: expected application/json", r.Header.Get("Content-Type"))
		}
	}
	return nil
}

// browsed refuses what a browser sends for somebody else's page. A browser names the page in Origin, but not for an image
// or a link; there it says in Sec-Fetch-Site who asks, and in Sec-Fetch-Mode how (W3C, Fetch Metadata Request Headers).
func browsed(r *http.Request) *anthropic.Error {
	for _, origin := range r.Header.Values("Origin") {
		if !sameOrigin(origin, r.Host) {
			return anthropic.Errorf(http.StatusForbidden, "origin %q: requests from web pages are rejected", origin)
		}
	}
	// Of no-cors a page sees no answer: nothing of ours asks so.
	for _, mode := range r.Header.Values("Sec-Fetch-Mode") {
		if !slices.Contains([]string{"", "cors", "same-origin", "navigate", "websocket"}, mode) {
			return anthropic.Errorf(http.StatusForbidden, "sec-fetch-mode %q: requests from web pages are rejected", mode)
		}
	}
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if !slices.Contains([]string{"", "none", "same-origin"}, site) && !visitsPage(r) {
			return anthropic.Errorf(http.StatusForbidden, "sec-fetch-site %q: requests from web pages are rejected", site)
		}
	}
	return nil
}

// pages are the paths at which a person may look, also by a link on somebody else's page: they answer with nothing that is
// anybody's.
var pages = []string{"/"}

// visitsPage reports whether a browser goes to one of the pages, in a window of its own.
func visitsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && slices.Contains(pages, r.URL.Path) &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// ownPath reports whether a path is one of Afterglow itself, at which no agent calls a model.
func ownPath(path string) bool {
	return controls(path) || slices.Contains([]string{"/", "/health", "/metrics"}, path)
}

// spoken is the dialect of the client that calls a path, in which it expects errors.
func (s *Server) spoken(r *http.Request) string {
	root, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	name, rest, _ := strings.Cut(rest, "/")
	switch {
	case root == "api" && slices.Contains(nativeAPIs, name):
		return name
	case root == "v":
		if v := s.current().vendor(name); v != nil {
			to, _ := endpoint(v.Conf(), "/"+rest)
			return to.Dialect
		}
	}
	return "anthropic"
}

// controls reports whether a path is of the control API, and not a native path, which takes what the
// API behind it takes.
func controls(path string) bool {
	rest, below := strings.CutPrefix(path, "/api/")
	api, _, _ := strings.Cut(rest, "/")
	return below && !slices.Contains(nativeAPIs, api)
}

// loopbackName reports whether a Host header names this machine and nothing else: localhost, an address of 127.0.0.0/8,
// or [::1], with a port or without. Other spellings of these no client sends.
func loopbackName(host string) bool {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		if n, err := strconv.ParseUint(host[i+1:], 10, 16); err != nil || n == 0 || host[i+1] == '+' {
			return false
		}
		host = host[:i]
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	inner, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		inner, bracketed = strings.CutSuffix(inner, "]")
	}
	ip, err := netip.ParseAddr(inner)
	return err == nil && ip.IsLoopback() && ip.Zone() == "" && ip.Is4() != bracketed && !ip.Is4In6() && len(inner) == len(ip.String())
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && strings.EqualFold(u.Host, host)
}
