package proxy

import (
	"net/http"

	"afterglow/proxy/anthropic"
)

// routes are all that the server answers.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/messages", s.messages)
	mux.HandleFunc("POST /v1/messages/count_tokens", s.countTokens)
	mux.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /api/hello", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /api/status", s.getStatus)
	mux.HandleFunc("GET /api/concurrency", s.getConcurrency)
	mux.HandleFunc("PUT /api/concurrency", s.putConcurrency)
	mux.HandleFunc("DELETE /api/concurrency", s.deleteConcurrency)
	mux.HandleFunc("GET /api/events", s.events)
	mux.HandleFunc("GET /api/calls", s.getCalls)
	mux.HandleFunc("GET /api/calls/{number}", s.getCall)
	mux.HandleFunc("DELETE /api/calls/{number}", s.deleteCall)
	mux.HandleFunc("PUT /api/capture", s.putCapture)
	mux.Handle("GET /metrics", s.metrics.Handler())
	mux.HandleFunc("GET /api/clients", s.getClients)
	mux.HandleFunc("GET /api/settings", s.getSettings)
	mux.HandleFunc("PUT /api/settings", s.putSettings)
	mux.HandleFunc("GET /api/vendors", s.getVendors)
	mux.HandleFunc("PUT /api/vendors/{name}", s.putVendor)
	mux.HandleFunc("DELETE /api/vendors/{name}", s.deleteVendor)
	mux.HandleFunc("POST /api/vendors/{name}/test", s.postVendorTest)
	mux.HandleFunc("PUT /api/vendors/{name}/key", s.putVendorKey)
	mux.HandleFunc("GET /api/history", s.getHistory)
	mux.HandleFunc("GET /api/dashboard/summary", s.getSummary)
	mux.HandleFunc("GET /api/dashboard/timeline", s.getTimeline)
	mux.HandleFunc("GET /api/dashboard/sessions", s.getSessions)
	mux.HandleFunc("POST /api/reset", s.postReset)
	mux.HandleFunc("PUT /api/tier-order", s.putTierOrder)
	mux.HandleFunc("DELETE /api/tier-order", s.deleteTierOrder)
	mux.HandleFunc("GET /api/session-vendor", s.getBindings)
	mux.HandleFunc("PUT /api/session-vendor", s.putBinding)
	mux.HandleFunc("DELETE /api/session-vendor/{key...}", s.deleteBinding)
	mux.HandleFunc("GET /api/reauth/status", s.getReauthStatus)
	mux.HandleFunc("POST /api/reauth/{provider}", s.postReauth)
	mux.HandleFunc("DELETE /api/reauth/{provider}", s.deleteReauth)
	mux.HandleFunc("GET /api/copilot/diagnostics", s.getCopilotDiagnostics)
	mux.HandleFunc("GET /api/copilot/models", s.getCopilotModels)
	mux.HandleFunc("GET /v1/models", s.getModels)
	for _, api := range nativeAPIs {
		mux.HandleFunc("/api/"+api+"/", func(w http.ResponseWriter, r *http.Request) { s.native(w, r, api) })
	}
	mux.HandleFunc("/v/{vendor}/", s.vendorRoute)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, anthropic.Errorf(http.StatusNotFound, "%s %s: no such endpoint", r.Method, r.URL.Path))
	})
	return mux
}
