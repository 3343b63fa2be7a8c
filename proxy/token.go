package proxy

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/upstream"
)

// tokenHeader carries the token of clients that use their Authorization header for a vendor.
const tokenHeader = "X-Afterglow-Token"

// keyHeaders are those in which clients send a key.
var keyHeaders = []string{tokenHeader, "X-Api-Key", "X-Goog-Api-Key", "Authorization"}

// hasToken reports whether one of the headers in which clients send a key carries the token.
func hasToken(h http.Header, token string) bool {
	for _, name := range keyHeaders {
		for _, given := range h.Values(name) {
			if subtle.ConstantTimeCompare([]byte(withoutScheme(given)), []byte(token)) == 1 {
				return true
			}
		}
	}
	return false
}

// withoutScheme is a header's value without "Bearer", in whichever case.
func withoutScheme(value string) string {
	value = strings.TrimSpace(value)
	if scheme, credential, ok := strings.Cut(value, " "); ok && strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(credential)
	}
	return value
}

// isPlaceholder reports whether a header's value is the placeholder, alone or as a bearer token.
func isPlaceholder(value string) bool { return withoutScheme(value) == config.Placeholder }

// holdsPlaceholder reports whether a field of a query, in any spelling, has the placeholder where a key is expected. A field
// of another name may have the same word for a value of its own.
func holdsPlaceholder(field string) bool {
	name, value, _ := strings.Cut(field, "=")
	return upstream.CredentialField(plainField(name)) && isPlaceholder(plainField(value))
}

// plainField is a name or a value of a query without its escapes, or as it is if they are wrong.
func plainField(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// withoutToken takes out of what goes on to a vendor what is for Afterglow alone: our token and the placeholder that stands
// for a key. Of the token it takes each value of a header and each field of the query that holds it, in any spelling. Of the
// placeholder it takes the headers and the fields of the query in which a key is expected. The token has no place in a path,
// where it cannot be taken out: the error is for the client. A body is not looked at.
func (s *Server) withoutToken(r *http.Request) (h http.Header, query string, refused *anthropic.Error) {
	h, query = r.Header, r.URL.RawQuery
	if _, there := h[tokenHeader]; there {
		h = h.Clone()
		h.Del(tokenHeader)
	}
	for name, values := range h {
		if (name == tokenHeader || upstream.CredentialHeader(name)) && slices.ContainsFunc(values, isPlaceholder) {
			h = h.Clone()
			delete(h, name)
		}
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
	ours := func(field string) bool { return token.In(field) || holdsPlaceholder(field) }
	return h, upstream.WithoutFields(query, ours), nil
}
