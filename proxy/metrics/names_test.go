package metrics

import (
	"fmt"
	"strings"
	"testing"

	"afterglow/limiter"
	"afterglow/proxy/ledger"
)

// Clients choose models' names: ten thousand of them make no ten thousand series, and what they cost is counted.
func TestManyNamesMakeFewSeries(t *testing.T) {
	var gauges []limiter.Gauge
	m := New(Source{Snapshot: func() limiter.Snapshot { return limiter.Snapshot{Gauges: gauges} }})
	for i := range 10_000 {
		c := call()
		c.VendorModel = fmt.Sprintf("model-%d", i)
		m.Record(c, twice)
		gauges = append(gauges, limiter.Gauge{Key: limiter.Key{Vendor: "zhipu", Model: c.VendorModel}, InFlight: 1})
	}
	families := scraped(t, m)
	for _, name := range []string{"afterglow_calls_total", "afterglow_retries_total", "afterglow_call_duration_seconds", "afterglow_in_flight_calls"} {
		all, sum := series(families[name]), 0.0
		for _, n := range all {
			sum += n
		}
		want := 10_000.0
		if name == "afterglow_retries_total" {
			want *= 2
		}
		if len(all) != maxPairs+1 || sum != want {
			t.Errorf("%s: %d series that add up to %v, want %d and %v", name, len(all), sum, maxPairs+1, want)
		}
	}
}

func TestNamesAreFitForLabels(t *testing.T) {
	for name, want := range map[string]string{
		"glm-5.1": "glm-5.1", "": "none", "a\nb\x00\u202ec": "abc", "\xff\xfe": "none", "模型": "模型",
		strings.Repeat("x", 1000): strings.Repeat("x", maxLength), strings.Repeat("模", 100): strings.Repeat("模", maxLength/3),
		`<img onerror="x">`: `<img onerror="x">`, // the exposition escapes it
	} {
		if got := clean(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	m := New(Source{})
	for _, name := range []string{"a\nb", "ab", "\xffab"} {
		m.Record(ledger.Call{Vendor: "v", VendorModel: name}, nil)
	}
	if got := series(scraped(t, m)["afterglow_calls_total"]); len(got) != 1 || got["class=ok model=ab vendor=v"] != 3 {
		t.Error(got)
	}
}
