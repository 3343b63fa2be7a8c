package proxy

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"afterglow/proxy/bounds"
	"afterglow/proxy/config"
	"afterglow/proxy/redact"
)

// mask stands for a value that nobody may read.
const mask = "•••"

const (
	// mostHeaders and longestHeader, in bytes, bound what is kept of a header: records outlive their calls.
	mostHeaders   = bounds.Headers
	longestHeader = bounds.HeaderRow
)

// masked is a copy of a header that can be shown.
func masked(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	shown := make(http.Header, min(len(h), mostHeaders))
	lines, room := 0, bounds.Header
	for _, name := range slices.Sorted(maps.Keys(h)) {
		values := h[name]
		if redact.Named(name) {
			values = values[:min(len(values), 1)]
		}
		for _, v := range values {
			if redact.Named(name) {
				v = mask
			}
			v = shortened(v, longestHeader)
			lines, room = lines+1, room-len(name)-len(v)
			if lines > mostHeaders || room < 0 {
				return shown
			}
			shown[name] = append(shown[name], v)
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
	// The placeholder is no secret, and part of the command's name.
	sent := slices.DeleteFunc(redact.Credentials(asked, query), func(one string) bool { return one == config.Placeholder })
	secrets := s.hidden.Now().With(slices.Concat(s.keeper.Secrets(), sent)...)
	return strings.Clone(shortened(secrets.Text(text, mask), longestOutcome)) // a vendor's whole answer is not kept for its words
}
