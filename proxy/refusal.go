package proxy

import (
	"crypto/rand"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"afterglow/proxy/anthropic"
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
	var detail any = struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    *string `json:"code"`
	}{Message: e.Message, Type: e.Type}
	if dialect == "gemini" {
		detail = struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Status  string `json:"status"`
		}{e.Status, e.Message, googleStatus(e.Status)}
	}
	body, err := json.Marshal(map[string]any{"error": detail})
	if err != nil { // strings and numbers always marshal
		panic(err)
	}
	return body
}

// googleStatus is the name of a status in Google's APIs (google.rpc.Code).
func googleStatus(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusGatewayTimeout:
		return "DEADLINE_EXCEEDED"
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	}
	if status >= 500 {
		return "INTERNAL"
	}
	return "INVALID_ARGUMENT"
}
