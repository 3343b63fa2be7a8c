package proxy

import (
	"net/http"
	"strings"
)

// mask stands for a value that nobody may read.
const mask = "•••"

// secretParts are what the names of headers have in them whose values are secrets. It is better to mask one too
// many.
var secretParts = []string{"auth", "key", "token", "secret", "cookie", "passw", "signature", "credential"}

// masked is a copy of a header that can be shown.
func masked(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	shown := make(http.Header, len(h))
	for name, values := range h {
		if secret(name) {
			values = []string{mask}
		}
		shown[name] = values
	}
	return shown
}

func secret(header string) bool {
	lower := strings.ToLower(header)
	for _, part := range secretParts {
		// Counts of tokens are no secret: anthropic-ratelimit-tokens-remaining.
		if strings.Contains(lower, part) && !strings.Contains(lower, "ratelimit") {
			return true
		}
	}
	return false
}
