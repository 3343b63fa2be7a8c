package proxy

import (
	"net/http"

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
	known(e)
	sendError(w, e, "X-Request-Id", func() []byte { return errorBody(dialect, e) })
}

// known gives an error a status that the other dialects know.
func known(e *anthropic.Error) {
	if e.Status == anthropic.StatusOverloaded {
		e.Status = http.StatusServiceUnavailable
	}
}

// errorBody is an error's envelope in a dialect other than the Messages API's.
func errorBody(dialect string, e *anthropic.Error) []byte {
	if dialect == "gemini" {
		return gemini.ErrorBody(e)
	}
	return openai.ErrorBody(e)
}
