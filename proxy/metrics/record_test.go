package metrics

import (
	"testing"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/ledger"
)

// A counter that is given less than nothing panics.
func TestNegativeCountsAreNone(t *testing.T) {
	m := New(Source{})
	m.Record(ledger.Call{Vendor: "v", VendorModel: "m", Retries: -1, Usage: anthropic.Usage{Input: -5, Output: -5, CacheRead: -5, CacheCreation: -5}}, nil)
	if got := series(scraped(t, m)["afterglow_tokens_total"])["kind=input model=m vendor=v"]; got != 0 {
		t.Error(got)
	}
}

func BenchmarkRecord(b *testing.B) {
	m := New(Source{})
	c := call()
	b.ReportAllocs()
	for b.Loop() {
		m.Record(c, twice)
	}
}

func BenchmarkRecordParallel(b *testing.B) {
	m := New(Source{})
	c := call()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			m.Record(c, twice)
		}
	})
}
