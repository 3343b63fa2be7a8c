package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// The experiment of docs/adaptive-limits.md: an hour of a vendor whose true limit moves, in virtual time through
// all of the proxy: its HTTP server, the chain, the limiter, HTTP to a simulated vendor; only the network is in memory.

const (
	experimentHour    = time.Hour
	experimentClients = 20
	experimentSample  = time.Second
)

// moves are when the vendor's true limit goes from 5 to 2 and from 2 to 8.
type moves [2]time.Duration

var everyTwentyMinutes = moves{20 * time.Minute, 40 * time.Minute}

// truth is the true limit at a time of the hour.
func (m moves) truth(at time.Duration) int {
	switch {
	case at < m[0]:
		return 5
	case at < m[1]:
		return 2
	}
	return 8
}

// variant is one of the runs that are compared.
type variant struct {
	name  string
	limit string // of the configuration
}

var variants = []variant{
	{"adaptive, at most 10", "{ default = 10, adaptive = true }"},
	{"fixed at 3", "{ default = 3 }"},
	{"no limit", "{}"},
}

// lengths draws how long a call takes.
type lengths struct {
	name string
	draw func(*rand.Rand) time.Duration
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

var evenly = lengths{"5 to 30 s, evenly", func(r *rand.Rand) time.Duration { return seconds(5 + 25*r.Float64()) }}

// sample is what a second of the hour looked like.
type sample struct{ truth, limit, inFlight, refused int }

// result is one run.
type result struct {
	variant
	answered, failed int // clients' calls
	calls            int // that reached the vendor, and again each time that they were sent again
	refused          int // of them, with 429
	samples          []sample
}

// share is how many of the calls were refused.
func (r result) share() float64 { return float64(r.refused) / float64(r.calls) }

// use is calls in flight by the true limit, on average; calls that are above it count for nothing.
func (r result) use() float64 {
	held, true_ := 0, 0
	for _, s := range r.samples {
		held += min(s.inFlight, s.truth)
		true_ += s.truth
	}
	return float64(held) / float64(true_)
}

// runExperiment is one hour.
func runExperiment(t *testing.T, v variant, l lengths, m moves, seed uint64) result {
	t.Helper()
	r := result{variant: v}
	synctest.Test(t, func(t *testing.T) {
		x := newExperiment(t, v, l, seed)
		start := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		for i := range experimentClients {
			clients.Go(func() { x.client(ctx, rand.New(rand.NewPCG(seed, uint64(i)))) })
		}
		for time.Since(start) < experimentHour {
			now := m.truth(time.Since(start))
			x.vendor.SetLimit(now, 0)
			synctest.Wait()
			load := x.vendor.Load()
			s := sample{truth: now, inFlight: load.InFlight, refused: load.Refused - r.refused}
			r.refused = load.Refused
			if g := x.proxy.limiter.Snapshot().Gauges; len(g) > 0 {
				s.limit = g[0].Limit
			}
			r.samples = append(r.samples, s)
			time.Sleep(experimentSample)
		}
		load := x.vendor.Load()
		r.calls, r.refused = load.Arrived, load.Refused
		x.mu.Lock()
		r.answered, r.failed = x.answered, x.failed
		x.mu.Unlock()
		cancel()
		clients.Wait()
		x.close()
	})
	return r
}

// experiment is what one hour needs.
type experiment struct {
	vendor   *fakevendor.Vendor
	proxy    *Server
	http     *http.Client // the clients'
	close    func()
	mu       sync.Mutex
	answered int
	failed   int
}

func newExperiment(t *testing.T, v variant, l lengths, seed uint64) *experiment {
	t.Helper()
	x := &experiment{}
	upstream, front := newMemory(), newMemory()
	random := rand.New(rand.NewPCG(seed, math.MaxUint64))
	var mu sync.Mutex
	script := func(c fakevendor.Call) fakevendor.Answer {
		mu.Lock()
		defer mu.Unlock()
		return paced(seconds(0.3+0.9*random.Float64()), l.draw(random))
	}
	over := fakevendor.ZhipuError(http.StatusTooManyRequests, "1302", "too many requests at once")
	over.After = 300 * time.Millisecond // to and fro
	var err error
	x.vendor, err = fakevendor.Start(fakevendor.Options{Script: script, Quiet: true, Listener: upstream, Limit: fakevendor.Limit{Over: over}})
	if err != nil {
		t.Fatal(err)
	}
	text := "tiers = [\"zhipu\"]\n[[vendors]]\nname = \"zhipu\"\nkey = \"k\"\nbase_url = \"http://vendor\"\nlimit = " + v.limit + "\n"
	conf, err := config.Parse("experiment", text, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	if x.proxy, err = New(Options{Config: conf}); err != nil {
		t.Fatal(err)
	}
	network := upstream.transport()
	for _, v := range x.proxy.current().vendors {
		v.Via(network)
	}
	served := make(chan error)
	go func() { served <- x.proxy.http.Serve(front) }()
	x.http = &http.Client{Transport: front.transport()}
	x.close = func() {
		x.http.CloseIdleConnections()
		x.proxy.http.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		network.CloseIdleConnections()
		x.vendor.Close()
	}
	return x
}

// paced is a message that begins after first and takes so long in all.
func paced(first, whole time.Duration) fakevendor.Answer {
	const words = 20
	a := fakevendor.Text(strings.Repeat("word ", words))
	return a.Paced(first, max(whole-first, 0)/time.Duration(len(a.Chunks)-1))
}

// client asks one thing after the other, and again after what official clients wait when it is refused.
func (x *experiment) client(ctx context.Context, random *rand.Rand) {
	for failures := 0; ctx.Err() == nil; {
		ok := x.ask(ctx)
		if ctx.Err() != nil {
			return
		}
		x.mu.Lock()
		if ok {
			x.answered++
		} else {
			x.failed++
		}
		x.mu.Unlock()
		if ok {
			failures = 0
			continue
		}
		wait := min(seconds(0.5*math.Pow(2, float64(failures))), 8*time.Second)
		failures++
		pause(ctx, time.Duration(float64(wait)*(0.75+0.25*random.Float64())))
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// ask reports whether a call got its answer.
func (x *experiment) ask(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, "POST", "http://127.0.0.1/v1/messages", strings.NewReader(streamBody))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := x.http.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK && strings.Contains(string(body), "message_stop")
}

// What docs/adaptive-limits.md promises, with its table and its figure. With
// -update they are written anew.
func TestAdaptiveLimitsFollowAVendorWhoseLimitMoves(t *testing.T) {
	results := make([]result, len(variants))
	for i, v := range variants {
		results[i] = runExperiment(t, v, evenly, everyTwentyMinutes, 1)
		t.Log(results[i].row())
	}
	adaptive, fixed, free := results[0], results[1], results[2]
	expectPromise(t, "5 to 30 s", adaptive)
	if adaptive.failed > 0 {
		t.Errorf("%d calls failed", adaptive.failed)
	}
	if fixed.use() > 0.6 || fixed.share() < 0.1 || free.share() < 0.5 {
		t.Errorf("the others do as well: %s; %s", fixed.row(), free.row())
	}
	if adaptive.answered < fixed.answered*3/2 {
		t.Errorf("%d calls were answered, %d with a fixed limit", adaptive.answered, fixed.answered)
	}
	checkFigure(t, results)
}

// expectPromise is at most 2 % of calls refused, and at least 85 % of the true limit in flight.
func expectPromise(t *testing.T, name string, r result) {
	t.Helper()
	if r.share() > 0.02 || float64(r.refused) > 0.02*float64(r.answered) {
		t.Errorf("%s: %d of %d calls were refused, %d answered: more than 2 %%", name, r.refused, r.calls, r.answered)
	}
	if r.use() < 0.85 {
		t.Errorf("%s: %.1f %% of the true limit in flight, less than 85 %%", name, 100*r.use())
	}
}

// row is a run's line in the documentation's table.
func (r result) row() string {
	return fmt.Sprintf("| %s | %d | %d | %.1f %% | %.1f %% | %d | %d |", r.name, r.calls, r.refused, 100*r.share(), 100*r.use(), r.answered, r.failed)
}
