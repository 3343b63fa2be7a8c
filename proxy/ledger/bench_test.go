package ledger

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/calendar"
	"afterglow/proxy/price"
)

// someCall is one of many by people who work with sub-agents: five vendors, twelve models.
func someCall(r *rand.Rand, at time.Time) Call {
	vendor := r.IntN(5)
	model := fmt.Sprintf("model-%d", (vendor*3+r.IntN(3))%12)
	c := Call{
		Time: at, Kind: "messages", Operation: []string{"messages", "messages", "messages", "chat", "embedding"}[r.IntN(5)], Endpoint: "/v1/messages", RequestID: fmt.Sprintf("req_%016x", r.Uint64()),
		Session: fmt.Sprintf("2c4a7b5e-0000-4000-8000-%012d", at.Unix()/3600*2+int64(r.IntN(2))), Model: "claude-opus-5", Vendor: fmt.Sprintf("vendor-%d", vendor), VendorModel: model, Served: model,
		Usage:  anthropic.Usage{Input: r.Int64N(2000), Output: r.Int64N(3000), CacheCreation: r.Int64N(5000), CacheRead: r.Int64N(90000)},
		Stream: true, Status: 200, Tiers: 1, First: time.Duration(r.IntN(3000)) * time.Millisecond, Took: time.Duration(r.IntN(60000)) * time.Millisecond,
	}
	if r.IntN(20) == 0 {
		c.Class, c.FailedFrom, c.Status = RateLimit, "vendor-9", 429
	}
	if r.IntN(4) == 0 {
		c.Queued = time.Duration(r.IntN(20000)) * time.Millisecond
	}
	return c
}

// BenchmarkRecord is what a call costs in full batches, with all that the writer does: µs of CPU time a row.
func BenchmarkRecord(b *testing.B) {
	l := open(b, file(b))
	r := rand.New(rand.NewPCG(1, 2))
	calls := make([]Call, full)
	for i := range calls {
		calls[i] = someCall(r, calendar.Now())
	}
	from := cpu(b)
	n := 0
	for b.Loop() {
		if err := l.write(calls, nil); err != nil {
			b.Fatal(err)
		}
		n += len(calls)
	}
	b.ReportMetric(float64((cpu(b)-from).Microseconds())/float64(n), "cpu-µs/row")
}

func cpu(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkAMillionRows asks what the usage page asks of a ledger with half a year and 1 000 000 rows in it, and
// reports the slowest answer to each question.
func BenchmarkAMillionRows(b *testing.B) {
	const rows, days = 1_000_000, 180
	l := open(b, filepath.Join(b.TempDir(), "ledger.db"))
	r := rand.New(rand.NewPCG(1, 2))
	begin := calendar.Now().AddDate(0, 0, -days).Add(time.Hour)
	step := days * 24 * time.Hour / rows
	batch := make([]Call, 0, 20000)
	for i := range rows {
		if batch = append(batch, someCall(r, begin.Add(time.Duration(i)*step))); len(batch) == cap(batch) {
			if err := l.write(batch, nil); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	var minutes []Minute
	for i := range 30 * 24 * 60 {
		minutes = append(minutes, Minute{Time: calendar.Now().Add(-time.Duration(i) * time.Minute), Vendor: "vendor-1", Model: "model-1", InFlight: i % 5, Limit: 3})
	}
	if err := l.write(nil, minutes); err != nil {
		b.Fatal(err)
	}
	last := func(n int) Query {
		return Query{From: calendar.Now().AddDate(0, 0, 1-n).Format(time.DateOnly), To: calendar.Now().Format(time.DateOnly)}
	}
	prices := price.Table{}
	questions := map[string]func() error{
		"minutes-30-days": func() error {
			_, err := l.Minutes(b.Context(), "vendor-1", "model-1", begin, 10*time.Minute)
			return err
		},
		"sessions-24-hours": func() error {
			_, err := l.SessionsSince(b.Context(), calendar.Now().Add(-24*time.Hour), prices, 200)
			return err
		},
	}
	for _, n := range []int{1, 7, 30, 180} {
		questions[fmt.Sprintf("rows-%d-days", n)] = func() error { _, err := l.Rows(b.Context(), last(n), prices); return err }
		questions[fmt.Sprintf("sessions-%d-days", n)] = func() error { _, err := l.Sessions(b.Context(), last(n), prices, 200); return err }
	}
	names := make([]string, 0, len(questions))
	for name := range questions {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			slowest := time.Duration(0)
			for b.Loop() {
				start := time.Now()
				if err := questions[name](); err != nil {
					b.Fatal(err)
				}
				slowest = max(slowest, time.Since(start))
			}
			b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
		})
	}
	b.Logf("%d MB on disk", l.Stats().Bytes>>20)
}
