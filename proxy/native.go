package proxy

import (
	"cmp"
	"net/http"
	"strings"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/redact"
	"afterglow/proxy/upstream"
	"afterglow/proxy/usage"
)

// nativeAPIs are those with a native path: /api/{name}/.
var nativeAPIs = []string{"openai", "gemini", "anthropic"}

// native is where a native path leads.
type native struct {
	conf    config.Native
	passage *upstream.Passage
}

// natives makes the native paths of a configuration. One whose table did not change keeps its
// connections.
func natives(old *generation, conf map[string]config.Native, hidden *redact.Redactor) (map[string]*native, error) {
	made := map[string]*native{}
	for api, table := range conf {
		if old != nil && old.natives[api] != nil && old.natives[api].conf == table {
			made[api] = old.natives[api]
			continue
		}
		passage, err := upstream.NewPassage(table.BaseURL, table.Connect, hidden)
		if err != nil {
			return nil, err
		}
		made[api] = &native{table, passage}
	}
	return made, nil
}

// native serves /api/{api}/: the API itself, byte for byte, with the client's own credentials. It
// takes no slot, because the client's account is none of ours.
func (s *Server) native(w http.ResponseWriter, r *http.Request, api string) {
	path, climbing := pathBelow(r, "/api/"+api)
	op := usage.OperationOf(api, r.Method, path)
	p, r := s.pass(w, r, kindNative, api, op)
	p.rec.set(func() { p.rec.vendor, p.rec.model = api, modelIn(path) })
	defer s.end(p.rec)
	defer p.finish(r.Context())
	header, query, refused := s.withoutToken(r)
	if refused = cmp.Or(climbing, refused); refused != nil {
		p.refuse(refused)
		return
	}
	to := s.current().natives[api]
	if to == nil || !to.conf.Enabled {
		p.refuse(anthropic.Errorf(http.StatusNotFound, "native.%s is not enabled in the configuration", api))
		return
	}
	m := upstream.Passing{
		Path: path, Query: query, Header: header, First: to.conf.Timeout,
		Answered: p.answered, Failed: p.failed,
	}
	if embeds := op.Name == "embedding" || op.Name == "embedding.batch"; api == "gemini" && embeds && !to.passage.LeadsTo(googleHost) {
		s.vertex(p, r, to, m)
		return
	}
	to.passage.Send(p.w, p.watched(r), m)
}

// modelIn is the model that a path calls, if its name can be kept.
func modelIn(path string) string {
	if model := usage.ModelIn(path); !badModel(model) {
		return strings.Clone(model)
	}
	return ""
}
