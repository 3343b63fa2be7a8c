package metrics

import "github.com/prometheus/client_golang/prometheus"

// counts are what Record adds to.
type counts struct {
	calls, tokens, retries, verdicts *prometheus.CounterVec
	queue, first, duration           *prometheus.HistogramVec
}

// bounds fit what a cached refusal takes, and what the longest answer does. They are few, because each is a
// series of every vendor and model.
var bounds = []float64{0.001, 0.01, 0.05, 0.2, 0.5, 1, 2, 5, 15, 60, 180, 600}

func newCounts() counts {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, []string{"vendor", "model"})
	}
	return counts{
		calls:    counter("afterglow_calls_total", "Calls that ended, by the vendor and vendor model that they ended with and by why they did not end well (\"ok\" if they did).", "vendor", "model", "class"),
		tokens:   counter("afterglow_tokens_total", "Tokens of calls that ended, each once: input is without what a cache served or took.", "vendor", "model", "kind"),
		retries:  counter("afterglow_retries_total", "Refusals of vendors that were waited out within a call.", "vendor", "model"),
		verdicts: counter("afterglow_verdicts_total", "What attempts at vendors came to; \"skipped\" ones were not called.", "vendor", "verdict"),
		queue:    histogram("afterglow_queue_wait_seconds", "Time in queues, of calls that had to queue."),
		first:    histogram("afterglow_time_to_first_event_seconds", "Time from a call's arrival to the first event of its answer, or to all of an answer that is no stream."),
		duration: histogram("afterglow_call_duration_seconds", "Time from a call's arrival to its end, well or not."),
	}
}

func (c *counts) all() []prometheus.Collector {
	return []prometheus.Collector{c.calls, c.tokens, c.retries, c.verdicts, c.queue, c.first, c.duration}
}
