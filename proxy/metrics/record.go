package metrics

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"afterglow/proxy/ledger"
)

// table keeps the series that Record has found once.
type table struct {
	mu       sync.Mutex
	rows     map[pair]*row
	verdicts map[Verdict]prometheus.Counter
}

// row is the series of one vendor's model.
type row struct {
	classes                                map[ledger.Class]prometheus.Counter
	input, output, cacheRead, cacheWritten prometheus.Counter
	retries                                prometheus.Counter
	queue, first, duration                 prometheus.Observer
}

// Record counts a call that has ended. It is called once for every call.
func (m *Metrics) Record(c ledger.Call, verdicts []Verdict) {
	p := m.names.label(c.Vendor, c.VendorModel)
	m.table.mu.Lock()
	r := m.row(p)
	class := m.class(r, p, c.Class)
	m.table.mu.Unlock()
	class.Inc()
	r.duration.Observe(c.Took.Seconds())
	if c.First > 0 {
		r.first.Observe(c.First.Seconds())
	}
	if c.Waited() {
		r.queue.Observe(c.Queued.Seconds())
	}
	add(r.input, c.Usage.Input)
	add(r.output, c.Usage.Output)
	add(r.cacheRead, c.Usage.CacheRead)
	add(r.cacheWritten, c.Usage.CacheCreation)
	add(r.retries, int64(c.Retries))
	for _, v := range verdicts {
		m.verdict(v).Inc()
	}
}

// add leaves out what a counter panics at: vendors write what they like.
func add(c prometheus.Counter, n int64) {
	if n > 0 {
		c.Add(float64(n))
	}
}

// row finds a pair's row or makes it. The caller holds the table's mutex.
func (m *Metrics) row(p pair) *row {
	r, ok := m.table.rows[p]
	if !ok {
		tokens := m.counts.tokens.MustCurryWith(prometheus.Labels{"vendor": p.vendor, "model": p.model})
		r = &row{
			classes:      map[ledger.Class]prometheus.Counter{},
			input:        tokens.WithLabelValues("input"),
			output:       tokens.WithLabelValues("output"),
			cacheRead:    tokens.WithLabelValues("cache_read"),
			cacheWritten: tokens.WithLabelValues("cache_creation"),
			retries:      m.counts.retries.WithLabelValues(p.vendor, p.model),
			queue:        m.counts.queue.WithLabelValues(p.vendor, p.model),
			first:        m.counts.first.WithLabelValues(p.vendor, p.model),
			duration:     m.counts.duration.WithLabelValues(p.vendor, p.model),
		}
		m.table.rows[p] = r
	}
	return r
}

// class finds a row's counter of a class or makes it. The caller holds the table's mutex.
func (m *Metrics) class(r *row, p pair, class ledger.Class) prometheus.Counter {
	c, ok := r.classes[class]
	if !ok {
		name := string(class)
		if class == ledger.OK {
			name = "ok"
		}
		c = m.counts.calls.WithLabelValues(p.vendor, p.model, name)
		r.classes[class] = c
	}
	return c
}

func (m *Metrics) verdict(v Verdict) prometheus.Counter {
	m.table.mu.Lock()
	defer m.table.mu.Unlock()
	c, ok := m.table.verdicts[v]
	if !ok {
		v.Vendor = strings.Clone(v.Vendor)
		c = m.counts.verdicts.WithLabelValues(clean(v.Vendor), clean(v.Verdict))
		m.table.verdicts[v] = c
	}
	return c
}
