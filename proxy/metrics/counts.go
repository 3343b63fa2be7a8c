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
		calls:    counter("afterglow_calls_total", "Finished calls, by the last vendor and vendor model, and by the class of the failure (\"ok\" for success).", "vendor", "model", "class"),
		tokens:   counter("afterglow_tokens_total", "Tokens of finished calls. Input does not include cache reads and writes.", "vendor", "model", "kind"),
		retries:  counter("afterglow_retries_total", "Rejections by vendors after which a call was retried in its slot.", "vendor", "model"),
		verdicts: counter("afterglow_verdicts_total", "Results of attempts to call a vendor; \"skipped\" means that it was not called.", "vendor", "verdict"),
		queue:    histogram("afterglow_queue_wait_seconds", "Queue time of calls that were queued."),
		first:    histogram("afterglow_time_to_first_event_seconds", "Time from the arrival of a call to the first event of its response, or to the whole response if it is not a stream."),
		duration: histogram("afterglow_call_duration_seconds", "Time from the arrival of a call to its end, with or without success."),
	}
}

func (c *counts) all() []prometheus.Collector {
	return []prometheus.Collector{c.calls, c.tokens, c.retries, c.verdicts, c.queue, c.first, c.duration}
}
