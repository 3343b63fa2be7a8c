package proxy

import (
	"math"
	"net/http"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/route"
)

type statusJSON struct {
	Listen    string     `json:"listen"`
	Paused    bool       `json:"paused"`
	Demo      bool       `json:"demo"`
	Problem   string     `json:"problem,omitempty"`
	Reordered bool       `json:"reordered"`
	Ledger    ledgerJSON `json:"ledger"`
	Tiers     []tierJSON `json:"tiers"`
}

// ledgerJSON is the state of the call history.
type ledgerJSON struct {
	Enabled bool   `json:"enabled"`
	Written int64  `json:"written"`           // rows since the start
	Waiting int    `json:"waiting"`           // in memory, to be written
	Dropped int64  `json:"dropped"`           // rows since the start that were lost
	Held    int64  `json:"held"`              // rows that are too old by a clock that is not believed yet
	Problem string `json:"problem,omitempty"` // in words
}

type tierJSON struct {
	Name        string          `json:"name"`
	Pool        int             `json:"pool,omitempty"` // members of a pool share it
	State       TierState       `json:"state"`
	Reason      string          `json:"reason,omitempty"` // in words
	Key         string          `json:"key"`              // where it is, as in /api/vendors
	KeyVar      string          `json:"key_variable,omitempty"`
	Until       *time.Time      `json:"until,omitempty"`
	Breaker     breakerJSON     `json:"circuit_breaker"`
	Quota       *quotaJSON      `json:"quota_guard,omitempty"`
	WeeklyQuota *quotaJSON      `json:"weekly_quota_guard,omitempty"`
	RateLimit   rateLimitJSON   `json:"rate_limit"`
	Models      []modelOutJSON  `json:"models_out"`
	Diagnostics diagnosticsJSON `json:"diagnostics"`
}

type breakerJSON struct {
	State           string     `json:"state"`
	FailureCount    int        `json:"failure_count"`
	SuccessCount    int        `json:"success_count"`
	RecoverySeconds float64    `json:"current_recovery_seconds"`
	LastFailure     *time.Time `json:"last_failure_time"`
	OpensUntil      *time.Time `json:"opens_until"`
}

type quotaJSON struct {
	State     string     `json:"state"`
	Tokens    int64      `json:"window_usage_tokens"`
	Budget    int64      `json:"budget_tokens"`
	Percent   float64    `json:"usage_percent"`
	Threshold float64    `json:"threshold_percent"`
	Hours     float64    `json:"window_hours"`
	Resets    *time.Time `json:"resets,omitempty"` // as the vendor says
}

type rateLimitJSON struct {
	Limited   bool    `json:"is_rate_limited"`
	Remaining float64 `json:"remaining_seconds"`
}

type modelOutJSON struct {
	Model  string     `json:"model"`
	Reason string     `json:"reason"`
	Until  *time.Time `json:"until,omitempty"`
}

// diagnosticsJSON has its key only when the vendor was called.
type diagnosticsJSON struct {
	Concurrency map[string]gaugeJSON `json:"concurrency,omitempty"`
	Account     *accountJSON         `json:"account,omitempty"`
}

// getStatus serves GET /api/status.
func (s *Server) getStatus(w http.ResponseWriter, _ *http.Request) {
	st := s.Status()
	j := statusJSON{Listen: st.Addr, Paused: st.Paused, Demo: st.Demo, Problem: st.Problem, Reordered: st.Reordered, Tiers: []tierJSON{}, Ledger: s.ledgerState()}
	for _, t := range st.Tiers {
		h := s.memory.Health.Standing(t.Vendor)
		tier := tierJSON{
			Name: t.Vendor, Pool: t.Pool, State: t.State, Reason: t.Reason, Key: keyPlaces[t.Key], KeyVar: t.KeyVar, Until: stamp(t.Until),
			Breaker:     breakerOf(h.Breaker),
			Models:      []modelOutJSON{},
			Diagnostics: diagnosticsJSON{gaugesOf(st.Concurrency, t.Vendor), accountNamed(st.Concurrency, t.Vendor)},
		}
		if left := time.Until(h.Deadline); left > 0 {
			tier.RateLimit = rateLimitJSON{true, tenth(left.Seconds())}
		}
		for _, m := range t.Models {
			tier.Models = append(tier.Models, modelOutJSON{m.Model, m.Reason, stamp(m.Until)})
		}
		for _, q := range h.Quotas {
			if q.Week {
				tier.WeeklyQuota = quotaOf(q)
			} else {
				tier.Quota = quotaOf(q)
			}
		}
		j.Tiers = append(j.Tiers, tier)
	}
	writeJSON(w, http.StatusOK, j)
}

func (s *Server) ledgerState() ledgerJSON {
	if s.ledger == nil {
		return ledgerJSON{}
	}
	l := s.ledger.Stats()
	return ledgerJSON{true, l.Written, l.Waiting, l.Dropped, l.Held, l.Problem}
}

func breakerOf(b route.BreakerInfo) breakerJSON {
	return breakerJSON{b.State, b.Failures, b.Successes, tenth(b.Recovery.Seconds()), stamp(b.Last), stamp(b.Until)}
}

func quotaOf(q route.QuotaUse) *quotaJSON {
	state := "within_quota"
	if q.Exceeded {
		state = "quota_exceeded"
	}
	return &quotaJSON{state, q.Tokens, q.Conf.Tokens, tenth(q.Percent), q.Conf.Threshold, q.Conf.Window.Hours(), stamp(q.Begins)}
}

// stamp is a time for JSON (RFC 3339, UTC), null for none.
func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

// tenth rounds to one decimal.
func tenth(x float64) float64 { return math.Round(x*10) / 10 }

func accountNamed(snap limiter.Snapshot, vendorName string) *accountJSON {
	for _, a := range snap.Accounts {
		if a.Vendor == vendorName {
			j := accountOf(a)
			return &j
		}
	}
	return nil
}
