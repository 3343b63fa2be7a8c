package proxy

import (
	"net/http"
	"net/url"
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

// shortestSecret is how long, in bytes, what is taken for a secret in a text is at least.
const shortestSecret = 8

// scrubbed is a text without the credentials of a request, which a vendor may repeat in its refusal.
func scrubbed(text string, asked http.Header, query string) string {
	var secrets []string
	for name, values := range asked {
		if secret(name) {
			for _, v := range values {
				secrets = append(secrets, strings.TrimPrefix(v, "Bearer "))
			}
		}
	}
	if values, err := url.ParseQuery(query); err == nil {
		secrets = append(secrets, values["key"]...)
	}
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			text = strings.ReplaceAll(text, s, mask)
		}
	}
	return text
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
