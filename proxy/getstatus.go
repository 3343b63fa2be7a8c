package proxy

import (
	"net/http"

	"afterglow/limiter"
)

type statusJSON struct {
	Listen  string     `json:"listen"`
	Paused  bool       `json:"paused"`
	Demo    bool       `json:"demo"`
	Problem string     `json:"problem,omitempty"`
	Tiers   []tierJSON `json:"tiers"`
}

type tierJSON struct {
	Name        string          `json:"name"`
	State       TierState       `json:"state"`
	Reason      string          `json:"reason,omitempty"`
	Diagnostics diagnosticsJSON `json:"diagnostics"`
}

// diagnosticsJSON has its key only when the vendor was called.
type diagnosticsJSON struct {
	Concurrency map[string]gaugeJSON `json:"concurrency,omitempty"`
	Account     *accountJSON         `json:"account,omitempty"`
}

// getStatus serves GET /api/status.
func (s *Server) getStatus(w http.ResponseWriter, _ *http.Request) {
	st := s.Status()
	j := statusJSON{Listen: st.Addr, Paused: st.Paused, Demo: st.Demo, Problem: st.Problem, Tiers: []tierJSON{}}
	for _, t := range st.Tiers {
		j.Tiers = append(j.Tiers, tierJSON{
			Name: t.Vendor, State: t.State, Reason: t.Reason,
			Diagnostics: diagnosticsJSON{gaugesOf(st.Concurrency, t.Vendor), accountNamed(st.Concurrency, t.Vendor)},
		})
	}
	writeJSON(w, http.StatusOK, j)
}

func accountNamed(snap limiter.Snapshot, vendorName string) *accountJSON {
	for _, a := range snap.Accounts {
		if a.Vendor == vendorName {
			j := accountOf(a)
			return &j
		}
	}
	return nil
}
