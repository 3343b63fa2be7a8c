package proxy

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// While two hundred streams run, /metrics and /api/concurrency say the same of every gauge.
func TestMetricsAgreeWithConcurrency(t *testing.T) {
	const streams, queue = 200, 64 // as long as limited makes it
	vendor := newGatedVendor(t, streams, 0)
	s, base := serve(t, row("zhipu", vendor.URL(), limited(3)), row("kimi", vendor.URL()))
	var clients sync.WaitGroup
	for n := 1; n <= streams; n++ {
		clients.Go(func() { post(t, base, numbered(n)) })
	}
	await(t, s, "a full queue, and the rest in flight", counts(streams-queue, queue))

	resp, err := http.Get(base + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	scraped := read(t, resp)
	_, concurrency := control(t, "GET", base+"/api/concurrency", "")
	gauges := concurrency.Get("gauges").Array()
	for _, g := range gauges {
		labels := fmt.Sprintf(`{model=%q,vendor=%q} `, g.Get("model").Str, g.Get("vendor").Str)
		for metric, key := range map[string]string{"afterglow_in_flight_calls": "in_use", "afterglow_pending_calls": "pending", "afterglow_peak_pending_calls": "peak_pending_recent", "afterglow_limit_calls": "limit"} {
			if line := metric + labels + g.Get(key).Raw + "\n"; g.Get(key).Type.String() == "Number" && !strings.Contains(scraped, line) {
				t.Errorf("no %s", line)
			}
		}
	}
	if got := strings.Count(scraped, "\nafterglow_in_flight_calls{"); got != len(gauges) || got != 2 || concurrency.Get("total.in_use").Int() != streams-queue {
		t.Errorf("%d gauges of %d: %s", got, len(gauges), concurrency.Raw)
	}
	for _, gate := range vendor.gates {
		close(gate)
	}
	clients.Wait()
}
