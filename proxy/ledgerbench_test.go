package proxy

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkLedger tells what the ledger costs a call: the same calls go in turn to a proxy without one and to one with
// it, in rounds, because a machine's pace changes more within a minute than the ledger costs. The figures are medians
// of rounds. A round's CPU time includes the writing of its rows.
func BenchmarkLedger(b *testing.B) {
	const calls = 2000 // in a round
	vendorURL := benchVendor(b)
	for _, shape := range []string{"message", "stream"} {
		body := benchBody(b, shape == "stream")
		b.Run(shape, func(b *testing.B) {
			client, kinds := benchClient(b), []string{"afterglow", "ledger"}
			proxies := map[string]*child{}
			for _, kind := range kinds {
				proxies[kind] = startChild(b, kind, vendorURL)
				load(b, client, proxies[kind].url, body, calls) // warm up
			}
			cpu, took := map[string][]float64{}, map[string][]float64{}
			var moreCPU, moreTime []float64
			for b.Loop() {
				slices.Reverse(kinds)
				for _, kind := range kinds {
					p := proxies[kind]
					from, start := p.spent(b), time.Now()
					load(b, client, p.url, body, calls)
					took[kind] = append(took[kind], time.Since(start).Seconds())
					time.Sleep(time.Second) // the last rows are written half a second after their calls
					cpu[kind] = append(cpu[kind], float64((p.spent(b).Before-from.After).Microseconds())/calls)
				}
				last := len(cpu["ledger"]) - 1
				moreCPU = append(moreCPU, 100*(cpu["ledger"][last]/cpu["afterglow"][last]-1))
				moreTime = append(moreTime, 100*(took["ledger"][last]/took["afterglow"][last]-1))
			}
			for _, kind := range kinds {
				b.ReportMetric(median(cpu[kind]), fmt.Sprintf("cpu-µs/call-%s", kind))
			}
			b.ReportMetric(median(moreCPU), "more-cpu-%")
			b.ReportMetric(median(moreTime), "more-time-%")
		})
	}
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
