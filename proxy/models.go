package proxy

import (
	"net/http"
	"slices"
	"strings"
)

// modelJSON is a model in the shape of Anthropic's list.
type modelJSON struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	DisplayName string `json:"display_name"`
	CreatedAt   string `json:"created_at"`
}

// getModels serves GET /v1/models: the names that the chain's usable vendors have in their model
// maps, those of clients without patterns and those of vendors. Vendors take other names too.
func (s *Server) getModels(w http.ResponseWriter, _ *http.Request) {
	list := []modelJSON{}
	add := func(id, title string) {
		known := slices.ContainsFunc(list, func(m modelJSON) bool { return m.ID == id })
		if id == "" || known || strings.ContainsAny(id, "*") || strings.HasPrefix(id, "/") {
			return
		}
		// The API wants a date, and nobody knows one; it means nothing.
		list = append(list, modelJSON{"model", id, id + " (" + title + ")", "1970-01-01T00:00:00Z"})
	}
	for _, v := range s.current().vendors {
		if !v.Usable() {
			continue
		}
		conf := v.Conf()
		for _, rule := range conf.Models {
			add(rule.Match, conf.Title)
			add(rule.To, conf.Title)
		}
		add(conf.DefaultModel, conf.Title)
	}
	answer := struct {
		Data    []modelJSON `json:"data"`
		HasMore bool        `json:"has_more"`
		FirstID *string     `json:"first_id"`
		LastID  *string     `json:"last_id"`
	}{Data: list}
	if len(list) > 0 {
		answer.FirstID, answer.LastID = &list[0].ID, &list[len(list)-1].ID
	}
	writeJSON(w, http.StatusOK, answer)
}
