package proxy

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"afterglow/proxy/anthropic"
)

// tokenHeader carries the token of clients that use their Authorization header for a vendor.
const tokenHeader = "X-Afterglow-Token"

// hasToken reports whether one of the headers in which clients send a key carries the token.
func hasToken(h http.Header, token string) bool {
	for _, name := range []string{tokenHeader, "X-Api-Key", "X-Goog-Api-Key", "Authorization"} {
		for _, given := range h.Values(name) {
			if scheme, credential, ok := strings.Cut(given, " "); ok && strings.EqualFold(scheme, "bearer") {
				given = strings.TrimLeft(credential, " ")
			}
			if subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 {
				return true
			}
		}
	}
	return false
}

// withoutToken takes our token out of what goes on to a vendor: each value of a header and each field of the query that
// holds it, in whichever spelling. It has no place in a path, where it cannot be taken out: the error is for the client. A
// body is not looked at.
func (s *Server) withoutToken(r *http.Request) (h http.Header, query string, refused *anthropic.Error) {
	h, query = r.Header, r.URL.RawQuery
	if _, there := h[tokenHeader]; there {
		h = h.Clone()
		h.Del(tokenHeader)
	}
	token := s.current().token
	if token.In(r.URL.EscapedPath()) {
		return nil, "", anthropic.Errorf(http.StatusBadRequest, "path: expected it without the token, which belongs into a header")
	}
	for name, values := range h {
		if slices.ContainsFunc(values, token.In) || token.In(name) {
			kept := slices.DeleteFunc(slices.Clone(values), token.In)
			if h = h.Clone(); len(kept) == 0 || token.In(name) {
				delete(h, name)
				continue
			}
			h[name] = kept
		}
	}
	if token.In(query) {
		kept := slices.DeleteFunc(strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }), token.In)
		query = strings.Join(kept, "&")
	}
	return h, query, nil
}
