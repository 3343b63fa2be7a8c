package proxy

import (
	"errors"
	"net/http"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/upstream"
)

// countTokens serves POST /v1/messages/count_tokens. It takes no slot: no vendor counts it as a call
// to a model.
func (s *Server) countTokens(w http.ResponseWriter, r *http.Request) {
	room := room{of: &s.budget}
	defer room.free()
	call, refused := s.readCall(w, r, &room)
	if refused != nil {
		writeError(w, refused)
		return
	}
	answer, err := s.current().chain.Count(r.Context(), call)
	if r.Context().Err() != nil {
		return
	}
	if errors.As(err, &refused) {
		writeError(w, refused)
		return
	}
	if err != nil {
		writeError(w, anthropic.Errorf(http.StatusInternalServerError, "%v", err))
		return
	}
	h := w.Header()
	for name, values := range upstream.ResponseHeader(answer.Header) {
		h[name] = values
	}
	asJSON(h)
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
}
