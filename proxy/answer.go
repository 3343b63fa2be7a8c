package proxy

import (
	"crypto/rand"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/upstream"
)

// writeError answers with the Messages API's error envelope. Of a vendor's own header everything
// stays that is not about waiting: how long to wait is the chain's decision.
func writeError(w http.ResponseWriter, e *anthropic.Error) {
	h := w.Header()
	for name, values := range upstream.ResponseHeader(e.Header) {
		h[name] = values
	}
	h.Del("Retry-After")
	h.Del("Retry-After-Ms")
	sendError(w, e, "Request-Id", e.Envelope)
}

// sendError sends an error in any envelope. It gives one that has no id an id of ours, which stands in the
// header idName.
func sendError(w http.ResponseWriter, e *anthropic.Error, idName string, envelope func() []byte) {
	h := w.Header()
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	if e.RequestID == "" {
		e.RequestID = "req_" + rand.Text()
	}
	h.Set(idName, e.RequestID)
	asJSON(h)
	w.WriteHeader(e.Status)
	w.Write(envelope())
}

// writeJSON answers a control request. A client that is gone does not need the rest.
func writeJSON(w http.ResponseWriter, status int, v any) {
	asJSON(w.Header())
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// asJSON says that an answer is JSON and nothing else: names in it are of clients and vendors, and a browser
// that guessed would take some for a page.
func asJSON(h http.Header) {
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
}
