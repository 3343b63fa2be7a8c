package metrics

import (
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/ledger"
)

// sample is a source in which everything has a value.
func sample() Source {
	return Source{
		Version: "1.2.3",
		Snapshot: func() limiter.Snapshot {
			return limiter.Snapshot{
				Gauges: []limiter.Gauge{
					{Key: limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}, Mode: limiter.Limited, Limit: 3, Ceiling: 5, InFlight: 3, Pending: 2, PeakPending: 4},
					{Key: limiter.Key{Vendor: "kimi", Model: "kimi-k2.5"}, InFlight: 7},
				},
				Accounts: []limiter.Account{{Vendor: "zhipu", Limit: 10, Ceiling: 12, InFlight: 3, Pending: 2}},
			}
		},
		Breakers: func() []Breaker { return []Breaker{{"zhipu", "half_open"}, {"kimi", "closed"}} },
		Ledger:   func() ledger.Stats { return ledger.Stats{Bytes: 4096, Written: 12, Waiting: 3, Held: 2, Dropped: 1} },
	}
}

// call is one that has everything.
func call() ledger.Call {
	return ledger.Call{
		Vendor: "zhipu", VendorModel: "glm-5.1", Usage: anthropic.Usage{Input: 1, Output: 2, CacheCreation: 3, CacheRead: 4},
		Retries: 2, Queued: 30 * time.Millisecond, First: 700 * time.Millisecond, Took: 20 * time.Second,
	}
}

var twice = []Verdict{{"kimi", "next_tier"}, {"zhipu", "commit"}}

// scraped is what Prometheus would read over HTTP, by the metric's name.
func scraped(t testing.TB, m *Metrics) map[string]*dto.MetricFamily {
	t.Helper()
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return families
}

// series are a family's values by their labels; a histogram's is its count.
func series(f *dto.MetricFamily) map[string]float64 {
	all := map[string]float64{}
	for _, m := range f.GetMetric() {
		var labels []string
		for _, l := range m.GetLabel() {
			labels = append(labels, l.GetName()+"="+l.GetValue())
		}
		all[strings.Join(labels, " ")] = m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	return all
}

func TestScrape(t *testing.T) {
	m := New(sample())
	m.Record(call(), twice)
	m.Record(ledger.Call{Class: ledger.NoVendor, Took: time.Millisecond}, []Verdict{{"kimi", "skipped"}})
	got := map[string]map[string]float64{}
	for name, f := range scraped(t, m) {
		if strings.HasPrefix(name, "afterglow_") && name != "afterglow_build_info" {
			got[name] = series(f)
		}
	}
	want := map[string]map[string]float64{
		"afterglow_in_flight_calls":             {"model=glm-5.1 vendor=zhipu": 3, "model=kimi-k2.5 vendor=kimi": 7},
		"afterglow_pending_calls":               {"model=glm-5.1 vendor=zhipu": 2, "model=kimi-k2.5 vendor=kimi": 0},
		"afterglow_peak_pending_calls":          {"model=glm-5.1 vendor=zhipu": 4, "model=kimi-k2.5 vendor=kimi": 0},
		"afterglow_limit_calls":                 {"model=glm-5.1 vendor=zhipu": 3},
		"afterglow_limit_ceiling_calls":         {"model=glm-5.1 vendor=zhipu": 5},
		"afterglow_account_in_flight_calls":     {"vendor=zhipu": 3},
		"afterglow_account_pending_calls":       {"vendor=zhipu": 2},
		"afterglow_account_limit_calls":         {"vendor=zhipu": 10},
		"afterglow_account_limit_ceiling_calls": {"vendor=zhipu": 12},
		"afterglow_ledger_rows_written_total":   {"": 12},
		"afterglow_ledger_rows_dropped_total":   {"": 1},
		"afterglow_ledger_rows_waiting":         {"": 3},
		"afterglow_ledger_rows_held":            {"": 2},
		"afterglow_ledger_size_bytes":           {"": 4096},
		"afterglow_calls_total":                 {"class=ok model=glm-5.1 vendor=zhipu": 1, "class=no_vendor model=none vendor=none": 1},
		"afterglow_retries_total":               {"model=glm-5.1 vendor=zhipu": 2, "model=none vendor=none": 0},
		"afterglow_verdicts_total":              {"vendor=kimi verdict=next_tier": 1, "vendor=zhipu verdict=commit": 1, "vendor=kimi verdict=skipped": 1},
		"afterglow_queue_wait_seconds":          {"model=glm-5.1 vendor=zhipu": 1, "model=none vendor=none": 0},
		"afterglow_time_to_first_event_seconds": {"model=glm-5.1 vendor=zhipu": 1, "model=none vendor=none": 0},
		"afterglow_call_duration_seconds":       {"model=glm-5.1 vendor=zhipu": 1, "model=none vendor=none": 1},
		"afterglow_tokens_total": {
			"kind=input model=glm-5.1 vendor=zhipu": 1, "kind=output model=glm-5.1 vendor=zhipu": 2,
			"kind=cache_creation model=glm-5.1 vendor=zhipu": 3, "kind=cache_read model=glm-5.1 vendor=zhipu": 4,
			"kind=input model=none vendor=none": 0, "kind=output model=none vendor=none": 0,
			"kind=cache_creation model=none vendor=none": 0, "kind=cache_read model=none vendor=none": 0,
		},
		"afterglow_breaker_state": {
			"state=closed vendor=zhipu": 0, "state=half_open vendor=zhipu": 1, "state=open vendor=zhipu": 0,
			"state=closed vendor=kimi": 1, "state=half_open vendor=kimi": 0, "state=open vendor=kimi": 0,
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestBuildAndProcessAreShown(t *testing.T) {
	families := scraped(t, New(sample()))
	build := series(families["afterglow_build_info"])
	for labels, n := range build {
		if n != 1 || !strings.Contains(labels, "version=1.2.3") || !strings.Contains(labels, "goversion=go") {
			t.Errorf("%s: %v", labels, n)
		}
	}
	if len(build) != 1 || families["go_goroutines"] == nil || families["process_start_time_seconds"] == nil {
		t.Errorf("build %v of %d families", build, len(families))
	}
}

// Times are told in seconds, and fall into buckets that tell 1 ms from 10 minutes.
func TestTimesAreInSeconds(t *testing.T) {
	m := New(Source{})
	m.Record(call(), nil)
	families := scraped(t, m)
	for name, want := range map[string]float64{"afterglow_queue_wait_seconds": 0.03, "afterglow_time_to_first_event_seconds": 0.7, "afterglow_call_duration_seconds": 20} {
		h := families[name].GetMetric()[0].GetHistogram()
		if math.Abs(h.GetSampleSum()-want) > 1e-9 {
			t.Errorf("%s: %v", name, h.GetSampleSum())
		}
		b := h.GetBucket()
		if b[0].GetUpperBound() != 0.001 || b[len(b)-2].GetUpperBound() != 600 {
			t.Errorf("%s: buckets %v", name, b)
		}
	}
}

func TestMetricsFollowTheConventions(t *testing.T) {
	m := New(sample())
	m.Record(call(), twice)
	problems, err := testutil.GatherAndLint(m.registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// Every scrape while calls come and go shows what one snapshot does: no more in flight than the limit, and all in
// flight before any is pending.
func TestScrapesAreConsistent(t *testing.T) {
	const most = 3
	control := limiter.New()
	control.Configure([]limiter.VendorPolicy{{Vendor: "v", Policy: limiter.Policy{Default: most, Max: most}}})
	m := New(Source{Snapshot: control.Snapshot})
	stop, calls := make(chan struct{}), sync.WaitGroup{}
	for range 12 {
		calls.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				permit, err := control.Acquire(t.Context(), limiter.Key{Vendor: "v", Model: "m"})
				if err != nil {
					t.Error(err)
					return
				}
				m.Record(call(), twice)
				permit.Release()
			}
		})
	}
	last := 0.0
	for range 200 {
		families := scraped(t, m)
		const key = "model=m vendor=v"
		in, queued := series(families["afterglow_in_flight_calls"])[key], series(families["afterglow_pending_calls"])[key]
		if in > most || in < most && queued > 0 {
			t.Fatalf("%v in flight, %v pending", in, queued)
		}
		ended := series(families["afterglow_calls_total"])["class=ok model=glm-5.1 vendor=zhipu"]
		if ended < last {
			t.Fatalf("%v calls after %v", ended, last)
		}
		last = ended
	}
	close(stop)
	calls.Wait()
	if families := scraped(t, m); last == 0 || series(families["afterglow_in_flight_calls"])["model=m vendor=v"] != 0 {
		t.Errorf("%v calls; %v", last, series(families["afterglow_in_flight_calls"]))
	}
}
