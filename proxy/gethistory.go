package proxy

import (
	"net/http"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
)

type pointJSON struct {
	Time     time.Time `json:"time"`
	InFlight int       `json:"in_use"`
	Pending  int       `json:"pending"`
	Limit    *int      `json:"limit"`
	Refused  int       `json:"refused"`
}

// longestHistory is how far back minutes are kept.
const longestHistory = 30 * 24 * time.Hour

// getHistory serves GET /api/history?vendor=V&model=M&span=1h: what a gauge stood at. span is at most 720h.
func (s *Server) getHistory(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	span := time.Hour
	if text := q.Get("span"); text != "" {
		var err error
		if span, err = time.ParseDuration(text); err != nil || span <= 0 || span > longestHistory {
			writeError(w, anthropic.Errorf(http.StatusBadRequest, "span: expected a duration such as 1h, at most 720h"))
			return
		}
	}
	if q.Get("vendor") == "" || q.Get("model") == "" {
		writeError(w, anthropic.Errorf(http.StatusBadRequest, "vendor, model: expected the name of a vendor and of one of its models"))
		return
	}
	points, err := s.History(r.Context(), limiter.Key{Vendor: q.Get("vendor"), Model: q.Get("model")}, span)
	if err != nil {
		refuseLedger(w, r.Context(), err)
		return
	}
	list := make([]pointJSON, 0, len(points))
	for _, p := range points {
		j := pointJSON{Time: p.Time.UTC(), InFlight: p.InFlight, Pending: p.Pending, Refused: p.Refused}
		if p.Limit > 0 {
			j.Limit = &p.Limit
		}
		list = append(list, j)
	}
	writeJSON(w, http.StatusOK, map[string]any{"step_seconds": HistoryStep(span).Seconds(), "points": list})
}
