package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
)

// The soak sends calls of every kind, good and bad, to a proxy whose limits move, whose configuration is exchanged and whose
// vendors are switched off and on, and then compares what the vendors and the clients saw with what the proxy says of it.
//
// It is not part of make test but for a short run. make soak runs it in virtual time and in real time.
const (
	soakAtOnce  = 48
	soakShort   = 4_000 // calls of the short run
	soakHighest = 6     // the highest limit that is ever set; the first vendor's is always soakFixed
	soakFixed   = 3
	soakCut     = "cut-by-the-vendor"
)

// TestSoakInVirtualTime runs as many calls as AFTERGLOW_SOAK_CALLS says.
func TestSoakInVirtualTime(t *testing.T) {
	calls := soakShort
	if n, err := strconv.Atoi(os.Getenv("AFTERGLOW_SOAK_CALLS")); err == nil {
		calls = n
	}
	before := memoryInUse()
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	began := time.Now()
	dir := t.TempDir()
	var k *soak
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		k = newSoak(t, dir)
		scripts := []fakevendor.Script{k.script(0), k.script(1), k.script(2)}
		v := newVirtual(t, Options{Config: k.conf, Ledger: k.book}, scripts...)
		for i := range scripts {
			k.vendors[i] = v.vendors[virtualURL(i)]
		}
		k.settle = time.Nanosecond // time goes on when everything else stands still
		k.server, k.dial = v.Server, v.front.dial
		k.run(t, func(sent int64) bool { return sent <= int64(calls) })
		if err := v.close(); err != nil {
			t.Error("drain:", err)
		}
		k.compare(t)
	})
	k.report(t, "virtual time", time.Since(began), before, goroutines, files)
}

// TestSoakInRealTime runs for as long as AFTERGLOW_SOAK_TIME says, on real sockets.
func TestSoakInRealTime(t *testing.T) {
	span, err := time.ParseDuration(os.Getenv("AFTERGLOW_SOAK_TIME"))
	if err != nil {
		t.Skip("AFTERGLOW_SOAK_TIME says no time: see make soak")
	}
	before := memoryInUse()
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	began := time.Now()
	k := newSoak(t, t.TempDir())
	t.Run("calls", func(t *testing.T) {
		for i := range k.conf.Vendors {
			v, err := fakevendor.Start(fakevendor.Options{Script: k.script(i), Quiet: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(v.Close)
			k.vendors[i], k.conf.Vendors[i].BaseURL = v, v.URL()
		}
		k.settle = 20 * time.Millisecond
		s, base := serveWith(t, Options{Config: k.conf, Ledger: k.book})
		k.server = s
		k.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(base, "http://"))
		}
		k.run(t, func(int64) bool { return time.Since(began) < span })
	})
	k.compare(t)
	k.report(t, "real time", time.Since(began), before, goroutines, files)
}

// soak is the proxy under test, and what was seen of it from outside.
type soak struct {
	server  *Server
	book    *ledger.Ledger
	conf    config.Config
	vendors [3]*fakevendor.Vendor
	dial    func(ctx context.Context, network, addr string) (net.Conn, error)
	client  *http.Client
	settle  time.Duration // after which a vendor knows that a client has left

	sent     atomic.Int64
	changes  atomic.Int64
	overruns atomic.Int64
	peaks    [3]atomic.Int64

	mu   sync.Mutex
	seen map[string]soakOutcome // what each client saw, by the call's agent id
}

// soakOutcome is how a call ended for its client.
type soakOutcome byte

const (
	soakLeft     soakOutcome = iota // it left, or did not read: anything may be on record
	soakWhole                       // a whole answer
	soakBroken                      // an answer that broke off, with an error
	soakRefused                     // an error
	soakRejected                    // an error before the call was a call: it may have no agent on record
)

func newSoak(t *testing.T, dir string) *soak {
	t.Helper()
	book, err := ledger.Open(ledger.Options{Path: filepath.Join(dir, "ledger.db")})
	if err != nil {
		t.Fatal(err)
	}
	k := &soak{book: book, seen: map[string]soakOutcome{}}
	for i := range k.vendors {
		k.conf.Vendors = append(k.conf.Vendors, row(fmt.Sprintf("v%d", i), virtualURL(i), zhipu, func(v *config.Vendor) {
			v.FirstEvent, v.Idle, v.Message = 400*time.Millisecond, 400*time.Millisecond, 800*time.Millisecond
			v.Retry = config.Retry{Attempts: 2, Initial: 5 * time.Millisecond, Max: 10 * time.Millisecond}
			v.Limit = config.Limit{Default: soakFixed, Max: soakHighest, MaxPending: 32, MaxWait: 2 * time.Second}
		}))
	}
	k.conf.Tiers = [][]string{{"v0", "v1"}, {"v2"}}
	k.conf.Affinity, k.conf.MaxBody, k.conf.MaxBodies = time.Minute, 1<<20, 8<<20
	k.conf.SlowClient, k.conf.SlowClientQueued, k.conf.Drain = 2*time.Second, time.Second, longest
	k.conf.Listen = "127.0.0.1:0"
	return k
}

// script is a vendor on a bad day, which watches that it is never called too often at once.
func (k *soak) script(vendor int) fakevendor.Script {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(uint64(vendor), 15))
	roll := func(n int) int { mu.Lock(); defer mu.Unlock(); return dice.IntN(n) }
	most := soakHighest
	if vendor == 0 {
		most = soakFixed
	}
	good := fakevendor.Text("all is well today, and here are some words more")
	cut := fakevendor.Text(soakCut + " one two three four")
	return func(fakevendor.Call) fakevendor.Answer {
		k.watch(vendor, most)
		switch roll(24) {
		case 0:
			return fakevendor.ZhipuError(429, "1302", "too many at once")
		case 1:
			return fakevendor.Refuse([]int{500, 502, 503, 529}[roll(4)], "<html>bad day</html>")
		case 2:
			return good.CutAfter(0, fakevendor.Reset)
		case 3:
			return cut.CutAfter(3+roll(3), []fakevendor.End{fakevendor.Reset, fakevendor.Close}[roll(2)])
		case 4:
			return cut.CutAfter(4, fakevendor.Stall)
		case 5:
			if roll(8) == 0 {
				return fakevendor.Silence()
			}
			return fakevendor.ZhipuError(429, "1305", "busy")
		case 6:
			return fakevendor.Events("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n")
		case 7:
			return good.Paced(time.Duration(roll(100))*time.Millisecond, time.Duration(roll(20))*time.Millisecond)
		}
		return good.Paced(time.Duration(roll(20))*time.Millisecond, time.Duration(roll(2))*time.Millisecond)
	}
}

// watch counts an overrun if a vendor has more calls than any limit allowed. A call whose client has left counts until the
// vendor has heard of that.
func (k *soak) watch(vendor, most int) {
	n := k.vendors[vendor].Load().InFlight
	for try := 0; n > most && try < 5; try++ {
		time.Sleep(k.settle)
		n = k.vendors[vendor].Load().InFlight
	}
	if n > most {
		k.overruns.Add(1)
	}
	for {
		peak := k.peaks[vendor].Load()
		if int64(n) <= peak || k.peaks[vendor].CompareAndSwap(peak, int64(n)) {
			return
		}
	}
}

// run sends calls for as long as more says so, and returns when all have ended.
func (k *soak) run(t *testing.T, more func(sent int64) bool) {
	k.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: soakAtOnce, DialContext: k.dial}}
	defer k.client.CloseIdleConnections()
	stop := make(chan struct{})
	var operator, clients sync.WaitGroup
	operator.Go(func() { k.operate(t, stop) })
	for worker := range soakAtOnce {
		clients.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(worker), 16))
			for n := k.sent.Add(1); more(n); n = k.sent.Add(1) {
				k.call(t, n, dice)
			}
			k.sent.Add(-1)
		})
	}
	clients.Wait()
	close(stop)
	operator.Wait()
	await(t, k.server, "every permit back", idle)
}

// operate changes something each moment: limits, the order, the configuration, the vendors, pause.
func (k *soak) operate(t *testing.T, stop <-chan struct{}) {
	dice := rand.New(rand.NewPCG(1, 17))
	off := -1 // the vendor that is switched off
	for {
		select {
		case <-stop:
			k.server.Pause(false)
			return
		case <-time.After(time.Duration(20+dice.IntN(60)) * time.Millisecond):
		}
		k.changes.Add(1)
		vendor := fmt.Sprintf("v%d", 1+dice.IntN(2))
		switch dice.IntN(8) {
		case 0, 1, 2:
			for _, model := range []string{"claude-opus-5-5", "glm-5.1"} {
				err := k.server.SetLimit(vendor, model, 1+dice.IntN(soakHighest))
				if err != nil && !errors.Is(err, limiter.ErrUnknown) && !errors.Is(err, limiter.ErrMonitorOnly) {
					t.Error(err)
				}
			}
		case 3:
			conf := k.conf
			conf.Vendors = append([]config.Vendor(nil), k.conf.Vendors...)
			conf.Tiers = [][]string{{"v0", "v1"}, {"v2"}}
			if off = dice.IntN(4) - 1; off > 0 { // v0 stays
				conf.Vendors = append(conf.Vendors[:off:off], conf.Vendors[off+1:]...)
				conf.Tiers = [][]string{{"v0"}, {"v2"}}
				if off == 2 {
					conf.Tiers = [][]string{{"v0", "v1"}}
				}
			}
			if err := k.server.Reload(conf); err != nil {
				t.Error(err)
			}
		case 4:
			k.server.Pause(true)
			time.Sleep(5 * time.Millisecond)
			k.server.Pause(false)
		default: // the user presses Reset, or every vendor would be out for good
			k.server.ResetVendor("")
		}
	}
}

// call is one client's call, and what it saw.
func (k *soak) call(t *testing.T, n int64, dice *rand.Rand) {
	agent := fmt.Sprintf("a-%d", n)
	session := fmt.Sprintf("s-%d", dice.IntN(200))
	saw := k.send(t, agent, session, dice)
	k.mu.Lock()
	k.seen[agent] = saw
	k.mu.Unlock()
}

func (k *soak) send(t *testing.T, agent, session string, dice *rand.Rand) soakOutcome {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	body := []string{streamBody, plainBody}[dice.IntN(2)]
	path, pause := "/v1/messages", time.Duration(0)
	kind := dice.IntN(40)
	switch kind {
	case 0: // it leaves at some time
		var late context.CancelFunc
		ctx, late = context.WithTimeout(ctx, time.Duration(dice.IntN(300))*time.Millisecond)
		defer late()
	case 1:
		pause = time.Duration(dice.IntN(200)) * time.Millisecond
	case 2:
		return k.stalled(t, agent, session)
	case 3:
		body = `{"model":"claude-opus-5-5","messages":` + strings.Repeat("[", 500)
	case 4:
		body = strings.Replace(body, `"hi"`, `"`+strings.Repeat("x", 700<<10)+`"`, 1)
	case 5, 6:
		path = "/v/v0/v1/messages"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return soakLeft
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Claude-Code-Session-Id", session)
	req.Header.Set("X-Claude-Code-Agent-Id", agent)
	resp, err := k.client.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			t.Error(err)
		}
		return soakLeft
	}
	defer resp.Body.Close()
	time.Sleep(pause)
	answer, err := io.ReadAll(resp.Body)
	text := string(answer)
	switch {
	case ctx.Err() != nil:
		return soakLeft
	case kind == 3 && resp.StatusCode == http.StatusBadRequest:
		return soakRejected
	case resp.StatusCode != http.StatusOK:
		if !strings.Contains(text, `"error"`) && !strings.HasPrefix(text, "<html>") { // of a vendor route
			t.Errorf("%d without words: %q", resp.StatusCode, text)
		}
		return soakRefused
	}
	return judge(t, body, text, err, strings.HasPrefix(path, "/v/"))
}

// judge says what a client has of an answer with status 200, and complains of one that is dressed up as whole.
func judge(t *testing.T, body, text string, err error, route bool) soakOutcome {
	stream := strings.Contains(body, `"stream":true`)
	whole := err == nil && (strings.Contains(text, "event: message_stop") || !stream && strings.Contains(text, `"stop_reason"`))
	switch {
	case whole && strings.Contains(text, soakCut):
		t.Errorf("an answer that was cut ended as success: %s", text)
	case !whole && !route && stream && strings.Count(text, "event: error") != 1:
		t.Errorf("a stream ended without a word: %q, %v", text, err)
	}
	if whole {
		return soakWhole
	}
	return soakBroken
}

// stalled is a client that does not read its answer until its connection is cut.
func (k *soak) stalled(t *testing.T, agent, session string) soakOutcome {
	conn, err := k.dial(context.Background(), "tcp", "")
	if err != nil {
		t.Error(err)
		return soakLeft
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Claude-Code-Session-Id: %s\r\nX-Claude-Code-Agent-Id: %s\r\nContent-Length: %d\r\n\r\n%s",
		session, agent, len(streamBody), streamBody)
	time.Sleep(3 * time.Second)
	return soakLeft
}

// compare asks that the ledger has one row for each call, which says what the client saw.
func (k *soak) compare(t *testing.T) {
	t.Helper()
	if err := k.book.Close(); err != nil {
		t.Error(err)
	}
	if s := k.book.Stats(); s.Dropped != 0 {
		t.Errorf("%d rows were dropped", s.Dropped)
	}
	book, err := ledger.OpenReadOnly(k.book.Stats().Path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, wrong := map[string]int{}, 0
	err = book.Each(context.Background(), ledger.Query{}, func(c ledger.Call) error {
		rows[c.Agent]++
		saw, known := k.seen[c.Agent]
		ok := known || c.Agent == ""
		switch saw {
		case soakWhole:
			ok = ok && c.Class == ledger.OK && c.Status == http.StatusOK
		case soakBroken:
			ok = ok && c.Class != ledger.OK && c.Status == http.StatusOK
		case soakRefused:
			ok = ok && c.Class != ledger.OK && c.Status != http.StatusOK
		}
		if !ok {
			if wrong++; wrong <= 10 {
				t.Errorf("call %s: the client saw outcome %d, the ledger says status %d, class %q, kind %s", c.Agent, saw, c.Status, c.Class, c.Kind)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	missing := 0
	for agent, saw := range k.seen {
		if n := rows[agent]; n > 1 || n == 0 && saw != soakLeft {
			if missing++; missing <= 10 {
				t.Errorf("call %s, outcome %d: %d rows", agent, saw, n)
			}
		}
	}
	if n := k.overruns.Load(); n > 0 {
		t.Errorf("%d times a vendor had more calls than its limit", n)
	}
}

// report prints a row of the table in docs/development.md, and asks that everything is as it was.
func (k *soak) report(t *testing.T, name string, took time.Duration, memory uint64, goroutines, files int) {
	t.Helper()
	var outcomes [soakRejected + 1]int
	for _, saw := range k.seen {
		outcomes[saw]++
	}
	calls := len(k.seen)
	peaks := fmt.Sprintf("%d, %d, %d", k.peaks[0].Load(), k.peaks[1].Load(), k.peaks[2].Load())
	changes, overruns := k.changes.Load(), k.overruns.Load()
	*k = soak{}
	eventually(t, "descriptors and goroutines to be as before", func() bool { return openFiles(t) <= files+2 && runtime.NumGoroutine() <= goroutines+2 })
	after := memoryInUse()
	if after > memory+32<<20 {
		t.Errorf("%d MiB of heap are in use, %d before", after>>20, memory>>20)
	}
	t.Logf("| run | calls | took | whole | broken off | refused | invalid | client left | changes | most at once (limits 3, 6, 6) | over the limit | heap before and after |")
	t.Logf("| %s | %d | %v | %d | %d | %d | %d | %d | %d | %s | %d | %.1f, %.1f MiB |", name, calls, took.Round(time.Second), outcomes[soakWhole], outcomes[soakBroken],
		outcomes[soakRefused], outcomes[soakRejected], outcomes[soakLeft], changes, peaks, overruns, float64(memory)/(1<<20), float64(after)/(1<<20))
}

// memoryInUse is the heap after two collections, in bytes.
func memoryInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
