package proxy

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// stopping is a server that a test stops itself.
type stopping struct {
	*Server
	base    string
	book    *ledger.Ledger
	stop    func()       // returns at once
	stopped func() error // waits for it
}

func serveUntilStopped(t *testing.T, conf config.Config) *stopping {
	t.Helper()
	book, err := ledger.Open(ledger.Options{Path: filepath.Join(t.TempDir(), "ledger.db")})
	if err != nil {
		t.Fatal(err)
	}
	conf.Listen, conf.MaxBody = "127.0.0.1:0", 1<<20
	s, err := New(Options{Config: conf, Ledger: book})
	if err == nil {
		err = s.Listen()
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(cancel)
	return &stopping{s, "http://" + s.Status().Addr, book, cancel, func() error { return <-done }}
}

// answers are what clients got, in any order.
type answers struct {
	sync.WaitGroup
	mu      sync.Mutex
	headers int // answers that have begun
	all     map[string]answered
}

func (a *answers) began() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.headers
}

type answered struct {
	status int
	header http.Header
	body   string
	err    error // that ended the body
}

// ask sends a request and keeps its answer under a name.
func (a *answers) ask(t *testing.T, name string, req *http.Request) {
	a.Go(func() {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		defer resp.Body.Close()
		a.mu.Lock()
		a.headers++
		a.mu.Unlock()
		body, err := io.ReadAll(resp.Body)
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.all == nil {
			a.all = map[string]answered{}
		}
		a.all[name] = answered{resp.StatusCode, resp.Header, string(body), err}
	})
}

// expect checks an answer: its status, whether it says when to come again, and a part of its body.
func (a *answers) expect(t *testing.T, name string, status int, again bool, part string) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	got := a.all[name]
	if got.err != nil || got.status != status || (got.header.Get("Retry-After") != "") != again || !strings.Contains(got.body, part) {
		t.Errorf("%s: %+v", name, got)
	}
}

// A program that stops tells the clients whose calls only wait to come again, at once, and lets the others finish; those
// that do not, it cuts with an error that says so. None of them is said to have left.
func TestCallsThatAreCutBecauseTheProgramStopsAreToldSo(t *testing.T) {
	vendor := newGatedVendor(t, 9, 0)
	silent := vendorServer(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	lab := row("lab", vendor.URL(), limited(2), func(v *config.Vendor) { v.FirstEvent, v.Idle = time.Hour, time.Hour })
	slow := row("slow", silent.URL, func(v *config.Vendor) { v.Message = time.Hour })
	s := serveUntilStopped(t, config.Config{Drain: 700 * time.Millisecond, ParkAfter: 50 * time.Millisecond, Vendors: []config.Vendor{lab, slow}})
	var got answers
	send := func(name, path, body string, inFlight, pending int) {
		got.ask(t, name, pathRequest(t, s.base+path, body))
		await(t, s.Server, name, counts(inFlight, pending))
	}
	plain := strings.Replace(numbered(3), `,"stream":true`, "", 1)
	send("cut in its stream", "/v1/messages", numbered(1), 1, 0)
	vendor.received(t, 1)
	send("finishes", "/v1/messages", numbered(2), 2, 0)
	vendor.received(t, 2)
	send("queued", "/v1/messages", plain, 2, 1)
	send("queued and parked", "/v1/messages", numbered(4), 2, 2)
	send("queued on a vendor route", "/v/lab/v1/messages", plain, 2, 3)
	send("parked on a vendor route", "/v/lab/v1/messages", numbered(5), 2, 4)
	send("not answered yet", "/v/slow/v1/messages", plain, 3, 4)
	eventually(t, "both streams have begun, two calls are parked", func() bool { return got.began() == 4 })
	s.stop()
	await(t, s.Server, "those that waited are gone", counts(3, 0))
	for _, name := range []string{"queued", "queued on a vendor route", "queued and parked", "parked on a vendor route"} {
		got.expectSoon(t, name)
	}
	got.expect(t, "queued", 529, true, `"type":"overloaded_error"`)
	got.expect(t, "queued on a vendor route", 529, true, "Afterglow is shutting down")
	got.expect(t, "queued and parked", 200, false, ": queued\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"")
	got.expect(t, "parked on a vendor route", 200, false, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"")
	for n := 2; n < len(vendor.gates); n++ {
		close(vendor.gates[n])
	}
	if err := s.stopped(); err == nil || !strings.Contains(err.Error(), "calls were interrupted after 700ms") {
		t.Error(err)
	}
	got.Wait()
	got.expect(t, "finishes", 200, false, "event: message_stop")
	got.expect(t, "cut in its stream", 200, false, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"")
	got.expect(t, "not answered yet", 529, true, "Afterglow is shutting down")
	classes := map[ledger.Class]int{}
	for _, rec := range endedCalls(s.Server) {
		classes[rec.class]++
	}
	if classes[ledger.Stopped] != 6 || classes[ledger.OK] != 1 || len(endedCalls(s.Server)) != 7 {
		t.Errorf("booked as %v", classes)
	}
	if written := s.book.Stats().Written; written != 7 {
		t.Errorf("%d rows of 7", written)
	}
}

// expectSoon waits until an answer is there.
func (a *answers) expectSoon(t *testing.T, name string) {
	t.Helper()
	eventually(t, name, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		_, there := a.all[name]
		return there
	})
}

func pathRequest(t *testing.T, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

// A stream that only passes ends with an error in the words of its own protocol.
func TestPassingStreamsThatAreCutEndWithAnErrorOfTheirProtocol(t *testing.T) {
	for _, tt := range []struct{ dialect, path, part string }{
		{"openai", "/v/lab/v1/chat/completions", "data: {\"error\":"},
		{"gemini", "/v/lab/v1beta/models/m:streamGenerateContent", "data: {\"error\":"},
		{"anthropic", "/v/lab/v1/messages", "event: error\ndata: {\"type\":\"error\""},
	} {
		t.Run(tt.dialect, func(t *testing.T) {
			begun := make(chan struct{})
			v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "text/event-stream")
				io.WriteString(w, "data: {\"half\":")
				w.(http.Flusher).Flush()
				close(begun)
				<-r.Context().Done()
			})
			s := serveUntilStopped(t, config.Config{Drain: time.Millisecond, Vendors: []config.Vendor{row("lab", v.URL, func(v *config.Vendor) {
				v.Dialect, v.Auth, v.FirstEvent, v.Idle = tt.dialect, config.AuthBearer, time.Hour, time.Hour
			})}})
			var got answers
			got.ask(t, "stream", pathRequest(t, s.base+tt.path, `{"model":"m","stream":true}`))
			<-begun
			eventually(t, "the answer begins", func() bool { c := s.Calls(); return len(c) == 1 && c[0].Phase == Streaming })
			s.stop()
			s.stopped()
			got.Wait()
			got.expect(t, "stream", 200, false, "data: {\"half\":\n\n"+tt.part)
			if rec := last(s.Server); rec.class != ledger.Stopped || !idle(s.limiter.Snapshot()) {
				t.Errorf("booked as %q, %s", rec.class, rec.outcome)
			}
			body := got.all["stream"].body
			if data := strings.TrimSpace(body[strings.LastIndex(body, "data: ")+len("data: "):]); !gjson.Valid(data) || strings.Contains(data, "529") {
				t.Errorf("%q", data)
			}
		})
	}
}

// A call that would have to wait while the program stops is told to come again, and takes no place.
func TestNoCallJoinsAQueueWhileTheProgramStops(t *testing.T) {
	vendor := newGatedVendor(t, 3, 0)
	slow := make(chan struct{})
	first := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		<-slow
		refusing(500, "no")(w, r)
	})
	s := serveUntilStopped(t, config.Config{Drain: time.Minute, Vendors: []config.Vendor{row("first", first.URL), row("lab", vendor.URL(), limited(1))}, Tiers: [][]string{{"first"}, {"lab"}}})
	var got answers
	got.ask(t, "holder", pathRequest(t, s.base+"/v/lab/v1/messages", numbered(1)))
	await(t, s.Server, "the slot is taken", func(snap limiter.Snapshot) bool { return counts(1, 0)(snap) })
	got.ask(t, "moves on", pathRequest(t, s.base+"/v1/messages", numbered(2)))
	await(t, s.Server, "at the first vendor", counts(2, 0))
	s.stop()
	<-s.draining
	close(slow)
	got.expectSoon(t, "moves on")
	got.expect(t, "moves on", 529, true, "Afterglow is shutting down")
	close(vendor.gates[1])
	if err := s.stopped(); err != nil {
		t.Error(err)
	}
	got.Wait()
}
