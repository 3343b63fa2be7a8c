// Package metrics shows the proxy's calls to Prometheus. What is counted is counted when a call ends; what is a
// state, such as calls in flight, is read when Prometheus asks, from one snapshot.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"afterglow/limiter"
	"afterglow/proxy/ledger"
)

// Source is what a scrape reads. Its functions are called once a scrape, from any goroutine; one that is nil
// leaves its metrics out.
type Source struct {
	Version  string // of the program
	Snapshot func() limiter.Snapshot
	Breakers func() []Breaker // one a vendor
	Ledger   func() ledger.Stats
}

// Breaker is how a vendor's breaker stands.
type Breaker struct {
	Vendor string
	State  string // "closed", "open" or "half_open"
}

// Verdict is what a call's attempt at a vendor came to.
type Verdict struct {
	Vendor  string
	Verdict string // "commit", "next_tier", "client_fault", "client_gone" or "skipped"
}

// Metrics counts calls. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	names    *names
	counts   counts
	table    table
}

// New returns metrics on a registry of their own.
func New(source Source) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), names: newNames(), counts: newCounts()}
	m.table.rows = map[pair]*row{}
	m.table.verdicts = map[Verdict]prometheus.Counter{}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&scrape{source, m.names},
	)
	m.registry.MustRegister(m.counts.all()...)
	return m
}

// Handler serves the metrics in the format that the scraper asks for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
