package proxy

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/proxy/fakevendor"
)

// kinds are the proxies that are compared, all before the same vendor, in the same run. "ledger" is Afterglow with
// its ledger.
var kinds = []string{"reverseproxy", "afterglow", "ledger"}

const (
	streamEvents = 200
	pace         = 250 * time.Millisecond
	clients      = 16 // calls at once where throughput is measured
)

// benchVendor answers a call without streaming at once, and streams as fast as it can, or paced for
// clients that send "pace: slow". Every event is a chunk and a write of its own.
func benchVendor(b *testing.B) string {
	words := strings.Repeat("word ", streamEvents)
	fast := fakevendor.Text(words)
	slow := fakevendor.Text(words[:30*5]).Paced(0, pace)
	v, err := fakevendor.Start(fakevendor.Options{Quiet: true, Script: func(c fakevendor.Call) fakevendor.Answer {
		if c.Header.Get("Pace") == "slow" {
			return slow
		}
		return fast
	}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(v.Close)
	return v.URL()
}

func benchClient(b *testing.B) *http.Client {
	t := &http.Transport{MaxIdleConnsPerHost: 2000, DisableCompression: true}
	b.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

// benchBody is a real client's request of 51 kB, asking for a stream or not.
func benchBody(b *testing.B, stream bool) string {
	body := capture(b, "01-plain.json")
	if stream {
		return body
	}
	plain := strings.Replace(body, `"stream":true`, `"stream":false`, 1)
	if plain == body {
		b.Fatal("the capture asks for no stream")
	}
	return plain
}

// begin sends one call and returns its answer, of which nothing has been read.
func begin(client *http.Client, base, body string, header ...string) (io.ReadCloser, error) {
	req, err := http.NewRequest("POST", base+"/v1/messages?beta=true", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	return resp.Body, nil
}

func call(client *http.Client, base, body string) error {
	answer, err := begin(client, base, body)
	if err != nil {
		return err
	}
	defer answer.Close()
	_, err = io.Copy(io.Discard, answer)
	return err
}

// BenchmarkThroughput keeps 16 calls in flight. cpu-µs/op is the CPU time of the proxy's process alone.
func BenchmarkThroughput(b *testing.B) {
	vendorURL := benchVendor(b)
	for _, shape := range []string{"message", "stream"} {
		body := benchBody(b, shape == "stream")
		for _, kind := range kinds {
			b.Run(shape+"/"+kind, func(b *testing.B) {
				proxy, client := startChild(b, kind, vendorURL), benchClient(b)
				load(b, client, proxy.url, body, 20*clients) // warm up
				from := proxy.spent(b)
				b.ResetTimer()
				load(b, client, proxy.url, body, b.N)
				b.StopTimer()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
				to := proxy.spent(b)
				b.ReportMetric(float64((to.Before-from.After).Microseconds())/float64(b.N), "cpu-µs/op")
				b.ReportMetric(float64(to.Allocated-from.Allocated)/1000/float64(b.N), "kB-allocated/op")
			})
		}
	}
}

// load sends n calls, clients at once.
func load(b *testing.B, client *http.Client, base, body string, n int) {
	b.Helper()
	todo := make(chan struct{})
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for range todo {
				if err := call(client, base, body); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for range n {
		todo <- struct{}{}
	}
	close(todo)
	wg.Wait()
}

// BenchmarkLatency sends one call at a time, in turn straight to the vendor and through the proxy, and
// reports how much later the median and the slowest of a hundred are: a whole message, and the first
// bytes of a stream.
func BenchmarkLatency(b *testing.B) {
	vendorURL := benchVendor(b)
	for _, shape := range []string{"message", "first-event"} {
		body := benchBody(b, shape == "first-event")
		for _, kind := range kinds {
			b.Run(shape+"/"+kind, func(b *testing.B) {
				proxy, client := startChild(b, kind, vendorURL), benchClient(b)
				took := map[string][]time.Duration{}
				for b.Loop() {
					for _, base := range []string{vendorURL, proxy.url} {
						start := time.Now()
						answer, err := begin(client, base, body)
						if err != nil {
							b.Fatal(err)
						}
						if _, err := bufio.NewReader(answer).ReadByte(); err != nil {
							b.Fatal(err)
						}
						took[base] = append(took[base], time.Since(start))
						io.Copy(io.Discard, answer)
						answer.Close()
					}
				}
				for _, q := range []struct {
					at   float64
					unit string
				}{{0.5, "p50-added-µs"}, {0.99, "p99-added-µs"}} {
					added := quantile(took[proxy.url], q.at) - quantile(took[vendorURL], q.at)
					b.ReportMetric(float64(added.Microseconds()), q.unit)
				}
			})
		}
	}
}

func quantile(of []time.Duration, at float64) time.Duration {
	slices.Sort(of)
	return of[int(at*float64(len(of)-1))]
}

// BenchmarkThousandStreams opens 1 000 streams at once, each with four events a second, and asks for
// the proxy's memory when every one has begun: kB/stream is what a stream holds while it runs.
func BenchmarkThousandStreams(b *testing.B) {
	const streams = 1000
	vendorURL := benchVendor(b)
	body := benchBody(b, true)
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			proxy, client := startChild(b, kind, vendorURL), benchClient(b)
			var held uint64
			var cpu time.Duration
			for b.Loop() {
				from := proxy.spent(b)
				var begun, ended sync.WaitGroup
				begun.Add(streams)
				for range streams {
					ended.Go(func() {
						answer, err := begin(client, proxy.url, body, "Pace", "slow")
						if err != nil {
							b.Error(err)
							begun.Done()
							return
						}
						defer answer.Close()
						read := bufio.NewReaderSize(answer, 512)
						_, err = read.ReadByte()
						begun.Done()
						if err == nil {
							_, err = io.Copy(io.Discard, read)
						}
						if err != nil {
							b.Error(err)
						}
					})
				}
				begun.Wait()
				running := proxy.spent(b)
				held += running.Memory - min(from.Memory, running.Memory)
				ended.Wait()
				cpu += proxy.spent(b).Before - running.After + running.Before - from.After
			}
			calls := float64(b.N * streams)
			b.ReportMetric(float64(held)/1000/calls, "kB/stream")
			b.ReportMetric(float64(cpu.Microseconds())/calls, "cpu-µs/stream")
		})
	}
}
