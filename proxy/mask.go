package proxy

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"afterglow/proxy/logging"
)

// mask stands for a value that nobody may read.
const mask = "•••"

// secretParts are what the names of headers, and of a query's fields, have in them whose values are secrets. It is
// better to mask one too many.
var secretParts = []string{"auth", "key", "token", "secret", "cookie", "passw", "signature", "credential"}

const (
	// mostHeaders and longestHeader, in bytes, bound what is kept of a header: records outlive their calls.
	mostHeaders   = 100
	longestHeader = 1000
)

// masked is a copy of a header that can be shown.
func masked(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	shown := make(http.Header, min(len(h), mostHeaders))
	for name, values := range h {
		if len(shown) == mostHeaders {
			break
		}
		if secret(name) {
			shown[name] = []string{mask}
			continue
		}
		for _, v := range values[:min(len(values), mostHeaders)] {
			shown.Add(name, shortened(v, longestHeader))
		}
	}
	return shown
}

// shortened is a text of at most n bytes, and what it was cut from is not kept for it.
func shortened(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:n]), "") + "…"
}

// scrubbed is what may be shown of a vendor's words, or of an error with them: a vendor may repeat the credentials of
// a request in its refusal.
func (s *Server) scrubbed(text string, asked http.Header, query string) string {
	if text == "" {
		return ""
	}
	text = logging.Without(text, mask, slices.Concat(s.conf().Secrets(), s.keeper.Secrets(), secretsIn(asked, query))...)
	return strings.Clone(shortened(text, longestOutcome)) // a vendor's whole answer is not kept for its words
}

// secretsIn are the credentials of a request, in all the ways in which an error may have them.
func secretsIn(asked http.Header, query string) (list []string) {
	for name, values := range asked {
		if !secret(name) {
			continue
		}
		for _, v := range values {
			list = append(list, v)
			if _, credential, ok := strings.Cut(v, " "); ok { // after its scheme
				list = append(list, strings.TrimSpace(credential))
			}
		}
	}
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if !secret(name) {
			continue
		}
		list = append(list, value)
		if plain, err := url.QueryUnescape(value); err == nil {
			list = append(list, plain)
		}
	}
	return list
}

// secret reports whether the value of a header, or of a query's field, is one.
func secret(name string) bool {
	lower := strings.ToLower(name)
	for _, part := range secretParts {
		// Counts of tokens are no secret: anthropic-ratelimit-tokens-remaining.
		if strings.Contains(lower, part) && !strings.Contains(lower, "ratelimit") {
			return true
		}
	}
	return false
}
