package proxy

import (
	"crypto/rand"
	"math"
	"net/http"
	"strconv"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/gemini"
	"afterglow/proxy/openai"
)

// writeErrorIn answers with an error of ours in the words of a dialect. 529 is Anthropic's own: the
// clients of the others try again after 503.
func writeErrorIn(w http.ResponseWriter, dialect string, e *anthropic.Error) {
	if dialect == "anthropic" {
		writeError(w, e)
		return
	}
	if e.Status == anthropic.StatusOverloaded {
		e.Status = http.StatusServiceUnavailable
	}
	if e.RequestID == "" {
		e.RequestID = "req_" + rand.Text()
	}
	h := w.Header()
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	h.Set("X-Request-Id", e.RequestID)
	h.Set("Content-Type", "application/json")
	w.WriteHeader(e.Status)
	w.Write(errorBody(dialect, e))
}

// errorBody is an error's envelope in a dialect other than the Messages API's.
func errorBody(dialect string, e *anthropic.Error) []byte {
	if dialect == "gemini" {
		return gemini.ErrorBody(e)
	}
	return openai.ErrorBody(e)
}
