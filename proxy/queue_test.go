package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// gatedVendor answers a call only when it is let, and tells the order of the calls.
type gatedVendor struct {
	*fakevendor.Vendor
	gates   []chan struct{} // by number of the call, from 1
	refused int             // the number of a call that is refused; 0 = none
}

func newGatedVendor(t testing.TB, calls, concurrency int) *gatedVendor {
	t.Helper()
	g := &gatedVendor{gates: make([]chan struct{}, calls+1)}
	for i := range g.gates {
		g.gates[i] = make(chan struct{})
	}
	v, err := fakevendor.Start(fakevendor.Options{Limit: fakevendor.Limit{Total: concurrency}, Script: func(c fakevendor.Call) fakevendor.Answer {
		if c.N == g.refused {
			return fakevendor.Refuse(503, "down")
		}
		return fakevendor.Text("done").Held(1, g.gates[c.N]) // the first event is sent at once
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	g.Vendor = v
	return g
}

// received waits until n calls have reached the vendor.
func (g *gatedVendor) received(t testing.TB, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	if err := g.Await(ctx, fakevendor.Arrived(n)); err != nil {
		t.Fatal(err)
	}
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(longest); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: ", what)
		}
	}
}

// numbered is a streaming call that can be told from the others.
func numbered(n int) string {
	return fmt.Sprintf(`{"model":"glm-5.1","max_tokens":9,"messages":[{"role":"user","content":"call %d"}],"stream":true}`, n)
}

func numberOf(body string) (n int) {
	fmt.Sscanf(gjson.Get(body, "messages.0.content").Str, "call %d", &n)
	return n
}

// Forty calls at once through a limit of three: never more at the vendor, served in the order of their
// arrival, and the queue glows for a while after it has drained: how long is tested of the limiter, in a bubble of time.
func TestFortyStreamsThroughALimitOfThree(t *testing.T) {
	const calls = 40
	vendor := newGatedVendor(t, calls, 3)
	s, base := serve(t, row("zhipu", vendor.URL(), limited(3)))
	var clients sync.WaitGroup
	for n := 1; n <= calls; n++ {
		clients.Go(func() {
			if resp, answer := post(t, base, numbered(n)); resp.StatusCode != 200 || !strings.Contains(answer, "message_stop") {
				t.Errorf("call %d: %d %s", n, resp.StatusCode, answer)
			}
		})
		await(t, s, fmt.Sprint("call ", n, " arrived"), counts(min(n, 3), max(0, n-3)))
		vendor.received(t, min(n, 3))
	}
	_, answer := ask(t, "GET", base+"/api/concurrency", "")
	if g := answer.Get("gauges.0"); g.Get("in_use").Int() != 3 || g.Get("limit").Int() != 3 || g.Get("pending").Int() != 37 {
		t.Fatal(answer.Raw)
	}
	var waited time.Time // when calls were last seen to wait
	for n := 1; n <= calls; n++ {
		if n <= calls-3 {
			waited = time.Now()
		}
		close(vendor.gates[n])
		await(t, s, fmt.Sprint("call ", n, " served"), counts(min(calls-n, 3), max(0, calls-n-3)))
		vendor.received(t, min(n+3, calls))
	}
	clients.Wait()
	for i, c := range vendor.Calls() {
		if numberOf(string(c.Body)) != i+1 {
			t.Fatalf("call %d was served as number %d", numberOf(string(c.Body)), i+1)
		}
	}
	if peak := vendor.Load().Peak; peak != 3 {
		t.Fatalf("the vendor saw %d calls at once", peak)
	}
	g := gaugeNamed(s, "zhipu")
	inTime := time.Since(waited) < limiter.PeakWindow // a very slow machine sees no glow
	if g.PeakPending == 0 && inTime || g.PeakPending > 37 || g.Pending != 0 {
		t.Fatalf("no afterglow: %+v", g)
	}
	await(t, s, "the afterglow ends", func(snap limiter.Snapshot) bool { return snap.Gauges[0].PeakPending == 0 })
}

// A limit that is raised while calls wait admits them at once; the vendor sees no more than it allows.
func TestLimitRaisedWhileCallsWait(t *testing.T) {
	const calls = 12
	vendor := newGatedVendor(t, calls, 8)
	s, base := serve(t, row("zhipu", vendor.URL(), limited(3)))
	var clients sync.WaitGroup
	for n := 1; n <= calls; n++ {
		clients.Go(func() { post(t, base, numbered(n)) })
	}
	await(t, s, "all arrived", counts(3, 9))
	if status, answer := ask(t, "PUT", base+"/api/concurrency", `{"vendor":"zhipu","model":"glm-5.1","limit":8}`); status != 200 ||
		answer.Get("in_use").Int() != 8 || answer.Get("pending").Int() != 4 {
		t.Fatal(status, answer.Raw)
	}
	vendor.received(t, 8)
	if err := s.SetLimit("zhipu", "glm-5.1", 1); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 7; n++ {
		close(vendor.gates[n])
	}
	await(t, s, "cut to one", counts(1, 4)) // nobody is evicted, nobody comes in
	for n := 8; n <= calls; n++ {
		close(vendor.gates[n])
	}
	clients.Wait()
	if peak := vendor.Load().Peak; peak != 8 {
		t.Fatalf("the vendor saw %d calls at once", peak)
	}
}

// Ten clients that are killed in the queue leave nothing behind: no place, permit, goroutine or descriptor.
func TestKilledClientsLeaveNothing(t *testing.T) {
	vendor := newGatedVendor(t, 40, 1)
	s, base := serve(t, row("zhipu", vendor.URL(), limited(1)))
	close(vendor.gates[1])
	post(t, base, numbered(1))
	http.DefaultClient.CloseIdleConnections()
	await(t, s, "idle", idle)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)

	transport := &http.Transport{}
	client := &http.Client{Transport: transport}
	ctx, kill := context.WithCancel(context.Background())
	var clients sync.WaitGroup
	for n := 2; n <= 12; n++ {
		clients.Go(func() {
			resp, err := client.Do(request(t, ctx, base, numbered(n)))
			if err == nil {
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("call %d: %v", n, err)
			}
		})
	}
	await(t, s, "queued", counts(1, 10))
	kill()
	clients.Wait()
	await(t, s, "everybody left", idle)
	transport.CloseIdleConnections()
	s.current().vendors[0].Close()
	eventually(t, fmt.Sprintf("back to %d goroutines and %d files", goroutines, files), func() bool {
		return vendor.Load().InFlight == 0 && runtime.NumGoroutine() <= goroutines && openFiles(t) <= files
	})
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // not this system's way
	}
	return len(entries)
}

func TestFullQueueAndExpiredWaitGoToTheNextTier(t *testing.T) {
	for what, maxWait := range map[string]time.Duration{"full queue": longest, "expired wait": 100 * time.Millisecond} {
		t.Run(what, func(t *testing.T) {
			vendor := newGatedVendor(t, 10, 1)
			next := vendorServer(t, answering("from the next tier"))
			s, base := serve(t, row("zhipu", vendor.URL(), func(v *config.Vendor) {
				v.Limit = config.Limit{Default: 1, Max: 20, MaxPending: 1, MaxWait: maxWait}
			}), row("kimi", next.URL))
			var clients sync.WaitGroup
			clients.Go(func() { post(t, base, numbered(1)) })
			await(t, s, "in flight", counts(1, 0))
			if what == "full queue" {
				clients.Go(func() { post(t, base, numbered(2)) })
				await(t, s, "queued", counts(1, 1))
			}
			if _, answer := post(t, base, numbered(3)); !strings.Contains(answer, "from the next tier") {
				t.Error(answer)
			}
			close(vendor.gates[1])
			close(vendor.gates[2])
			clients.Wait()
			await(t, s, "idle", idle)
		})
	}
}

func TestFullQueueOfTheOnlyTier(t *testing.T) {
	vendor := newGatedVendor(t, 10, 1)
	s, base := serve(t, row("zhipu", vendor.URL(), func(v *config.Vendor) { v.Limit = config.Limit{Default: 1, Max: 20, MaxPending: 1} }))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for n := 1; n <= 2; n++ {
		go http.DefaultClient.Do(request(t, ctx, base, numbered(n)))
		await(t, s, "arrived", counts(1, n-1))
	}
	resp, answer := post(t, base, numbered(3))
	if resp.StatusCode != 529 || resp.Header.Get("Retry-After") != "10" || gjson.Get(answer, "error.type").Str != "overloaded_error" || !strings.Contains(answer, "queue full") {
		t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, answer)
	}
}

// A call that is parked gets its answer on the same stream, and an error of the last tier as an event.
func TestParkedCall(t *testing.T) {
	vendor := newGatedVendor(t, 10, 1)
	vendor.refused = 4
	conf := config.Config{ParkAfter: 10 * time.Millisecond, Vendors: []config.Vendor{row("zhipu", vendor.URL(), limited(1))}}
	s, base := serveConfig(t, conf)
	var clients sync.WaitGroup
	clients.Go(func() { post(t, base, numbered(1)) })
	await(t, s, "in flight", counts(1, 0))
	resp, err := http.DefaultClient.Do(request(t, context.Background(), base, numbered(2)))
	if err != nil || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(err, resp)
	}
	close(vendor.gates[1])
	close(vendor.gates[2])
	answer, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(answer), ": queued\n\n") || strings.Count(string(answer), "event: message_start") != 1 || !strings.HasSuffix(string(answer), "\"message_stop\"}\n\n") {
		t.Fatalf("%v %s", err, answer)
	}
	clients.Go(func() { post(t, base, numbered(3)) })
	await(t, s, "in flight", counts(1, 0))
	resp, err = http.DefaultClient.Do(request(t, context.Background(), base, numbered(4)))
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(err, resp)
	}
	close(vendor.gates[3])
	parked := strings.ReplaceAll(read(t, resp), ": queued\n\n", "")
	if !strings.HasPrefix(parked, "event: error\ndata: {") || strings.Count(parked, "event:") != 1 {
		t.Fatal(parked)
	}
	clients.Wait()
}

func TestMonitorCountsAHundred(t *testing.T) {
	vendor := newGatedVendor(t, 100, 0)
	s, base := serve(t, row("kimi", vendor.URL()))
	var clients sync.WaitGroup
	for n := 1; n <= 100; n++ {
		clients.Go(func() { post(t, base, numbered(n)) })
	}
	await(t, s, "all in flight", counts(100, 0))
	for _, gate := range vendor.gates {
		close(gate)
	}
	clients.Wait()
	await(t, s, "idle", idle)
}
