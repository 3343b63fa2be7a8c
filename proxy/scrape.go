package proxy

import (
	"afterglow/proxy/ledger"
	"afterglow/proxy/metrics"
)

// newMetrics are those of this server, which GET /metrics shows.
func (s *Server) newMetrics() *metrics.Metrics {
	source := metrics.Source{Version: s.version, Snapshot: s.limiter.Snapshot, Breakers: s.breakers}
	if s.ledger != nil {
		source.Ledger = s.ledger.Stats
	}
	return metrics.New(source)
}

func (s *Server) breakers() (list []metrics.Breaker) {
	for _, v := range s.current().vendors {
		list = append(list, metrics.Breaker{Vendor: v.Name(), State: s.memory.Health.Standing(v.Name()).Breaker.State})
	}
	return list
}

// count counts a call that has ended.
func (s *Server) count(rec *record, c ledger.Call) {
	verdicts := make([]metrics.Verdict, 0, len(rec.trail))
	for _, t := range rec.trail {
		verdicts = append(verdicts, metrics.Verdict{Vendor: t.Vendor, Verdict: t.Verdict})
	}
	s.metrics.Record(c, verdicts)
}
