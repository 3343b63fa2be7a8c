package metrics

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"afterglow/limiter"
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	inFlight    = desc("afterglow_in_flight_calls", "Calls in flight.", "vendor", "model")
	pending     = desc("afterglow_pending_calls", "Queued calls.", "vendor", "model")
	peakPending = desc("afterglow_peak_pending_calls", "Longest queue of the last 10 seconds.", "vendor", "model")
	limit       = desc("afterglow_limit_calls", "Highest number of calls in flight. Absent for models without a limit.", "vendor", "model")

	limitCeiling = desc("afterglow_limit_ceiling_calls", "Maximum of the limit, as configured or set by slider. Higher than afterglow_limit_calls only if the limit is adaptive.", "vendor", "model")

	accountInFlight = desc("afterglow_account_in_flight_calls", "Calls in flight, of all models of the vendor.", "vendor")
	accountPending  = desc("afterglow_account_pending_calls", "Queued calls, of all models of the vendor.", "vendor")
	accountLimit    = desc("afterglow_account_limit_calls", "Highest number of calls in flight, across all models of the vendor.", "vendor")
	accountCeiling  = desc("afterglow_account_limit_ceiling_calls", "Maximum of the account limit, as configured or set by slider. Higher than afterglow_account_limit_calls only if the limit is adaptive.", "vendor")

	breakerState = desc("afterglow_breaker_state", "1 for the current state of the vendor's breaker, 0 for the other states.", "vendor", "state")
	rowsWritten  = desc("afterglow_ledger_rows_written_total", "Calls that were written to the call history.")
	rowsDropped  = desc("afterglow_ledger_rows_dropped_total", "Calls that could not be written to the call history.")
	rowsWaiting  = desc("afterglow_ledger_rows_waiting", "Calls in memory that are not written to the call history yet.")
	rowsHeld     = desc("afterglow_ledger_rows_held", "Calls older than the retention that are kept until the clock can be trusted.")
	ledgerSize   = desc("afterglow_ledger_size_bytes", "Size of the call history on disk, with its journal.")
	buildInfo    = desc("afterglow_build_info", "1, with the program's version as a label.", "version", "goversion")
)

// states are those of a breaker.
var states = []string{"closed", "half_open", "open"}

// scrape reads what is a state at the moment of a scrape.
type scrape struct {
	source Source
	names  *names
}

// Describe implements prometheus.Collector.
func (s *scrape) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{inFlight, pending, peakPending, limit, limitCeiling, accountInFlight, accountPending, accountLimit, accountCeiling,
		breakerState, rowsWritten, rowsDropped, rowsWaiting, rowsHeld, ledgerSize, buildInfo} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s *scrape) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, n float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n, labels...)
	}
	gauge(buildInfo, 1, s.source.Version, runtime.Version())
	if s.source.Snapshot != nil {
		snap := s.source.Snapshot()
		for p, g := range s.gauges(snap) {
			gauge(inFlight, float64(g.InFlight), p.vendor, p.model)
			gauge(pending, float64(g.Pending), p.vendor, p.model)
			gauge(peakPending, float64(g.PeakPending), p.vendor, p.model)
			if g.Mode == limiter.Limited {
				gauge(limit, float64(g.Limit), p.vendor, p.model)
				gauge(limitCeiling, float64(g.Ceiling), p.vendor, p.model)
			}
		}
		for _, a := range snap.Accounts {
			vendor := clean(a.Vendor)
			gauge(accountInFlight, float64(a.InFlight), vendor)
			gauge(accountPending, float64(a.Pending), vendor)
			gauge(accountLimit, float64(a.Limit), vendor)
			gauge(accountCeiling, float64(a.Ceiling), vendor)
		}
	}
	if s.source.Breakers != nil {
		for _, b := range s.source.Breakers() {
			for _, state := range states {
				n := 0.0
				if b.State == state {
					n = 1
				}
				gauge(breakerState, n, clean(b.Vendor), state)
			}
		}
	}
	if s.source.Ledger != nil {
		stats := s.source.Ledger()
		to <- prometheus.MustNewConstMetric(rowsWritten, prometheus.CounterValue, float64(stats.Written))
		to <- prometheus.MustNewConstMetric(rowsDropped, prometheus.CounterValue, float64(stats.Dropped))
		gauge(rowsWaiting, float64(stats.Waiting))
		gauge(rowsHeld, float64(stats.Held))
		gauge(ledgerSize, float64(stats.Bytes))
	}
}

// gauges are a snapshot's by their labels. Those that share labels, because there are too many names, are added
// up: the sum over all is that of the snapshot.
func (s *scrape) gauges(snap limiter.Snapshot) map[pair]limiter.Gauge {
	all := make(map[pair]limiter.Gauge, len(snap.Gauges))
	for _, g := range snap.Gauges {
		p := s.names.label(g.Vendor, g.Model)
		sum := all[p]
		sum.InFlight += g.InFlight
		sum.Pending += g.Pending
		sum.PeakPending = max(sum.PeakPending, g.PeakPending)
		sum.Limit += g.Limit
		sum.Ceiling += g.Ceiling
		sum.Mode = max(sum.Mode, g.Mode)
		all[p] = sum
	}
	return all
}
