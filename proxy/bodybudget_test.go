package proxy

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/boundtest"
	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// bulky is a call whose body has so many bytes.
func bulky(bytes int) string {
	body := numbered(1)
	return strings.Replace(body, "call 1", "call 1"+strings.Repeat("x", bytes-len(body)), 1)
}

// The bodies of all calls have a budget together. One for which there is no room is refused, without memory for it, and
// what others give back is there again: when their vendor answers, when their client leaves, and when they are refused.
func TestBodiesOfManyCallsTakeNoMoreThanTheirBudget(t *testing.T) {
	const size = 8 << 20
	begun, answer := make(chan struct{}, 99), make(chan struct{})
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-answer
		answering("fine")(w, r)
	})
	s, base := serveConfig(t, config.Config{MaxBody: size, MaxBodies: 3 * size, Vendors: []config.Vendor{row("v", v.URL, func(v *config.Vendor) { v.FirstEvent = time.Hour })}})
	var calls sync.WaitGroup
	for range 2 {
		calls.Go(func() {
			if resp, text := post(t, base, bulky(size)); resp.StatusCode != 200 {
				t.Errorf("%d %s", resp.StatusCode, text)
			}
		})
		<-begun
	}
	used := s.budget.used.Load()
	if used < 2*size || used > 2*size+2<<20 {
		t.Errorf("%d bytes are taken for two bodies of %d", used, size)
	}
	for name, send := range map[string]func(string) *http.Request{
		"to the chain":      func(body string) *http.Request { return pathRequest(t, base+"/v1/messages", body) },
		"to a vendor route": func(body string) *http.Request { return pathRequest(t, base+"/v/v/v1/messages", body) },
		"to count tokens":   func(body string) *http.Request { return pathRequest(t, base+"/v1/messages/count_tokens", body) },
		"of an unknown length": func(body string) *http.Request {
			r := pathRequest(t, base+"/v1/messages", body)
			r.ContentLength = -1
			return r
		},
	} {
		body := bulky(size)
		boundtest.Within(t, 4*size, func() { // a client's own copies are in it
			var got answers
			got.ask(t, name, send(body))
			got.Wait()
			got.expect(t, name, 529, true, `"type":"overloaded_error"`)
		})
	}
	if now := s.budget.used.Load(); now != used {
		t.Errorf("%d bytes are taken, %d before", now, used)
	}
	if rec := last(s); rec.class != ledger.Overloaded || !strings.Contains(rec.outcome, "max_bodies") {
		t.Errorf("%q %s", rec.class, rec.outcome)
	}
	close(answer)
	calls.Wait()
	eventually(t, "all is given back", func() bool { return s.budget.used.Load() == 0 })
	for range 4 {
		if resp, text := post(t, base, bulky(size)); resp.StatusCode != 200 {
			t.Fatalf("%d %s", resp.StatusCode, gjson.Get(text, "error.message"))
		}
	}
	post(t, base, `{"model":`)
	eventually(t, "all is given back", func() bool { return s.budget.used.Load() == 0 })
}

// A stream runs for minutes after its body was of use: it takes nothing of the budget any more.
func TestAStreamGivesTheMemoryOfItsBodyBackWhenItBegins(t *testing.T) {
	vendor := newGatedVendor(t, 3, 0)
	s, base := serveConfig(t, config.Config{MaxBody: 1 << 20, MaxBodies: 2 << 20, Vendors: []config.Vendor{row("v", vendor.URL())}})
	var calls sync.WaitGroup
	for _, path := range []string{"/v1/messages", "/v/v/v1/messages"} {
		var got answers
		calls.Go(func() {
			got.ask(t, path, pathRequest(t, base+path, numbered(1)))
			got.Wait()
		})
		eventually(t, path+" has begun", func() bool { return got.began() == 1 })
		eventually(t, "its body's room is given back", func() bool { return s.budget.used.Load() == 0 })
	}
	for _, gate := range vendor.gates {
		close(gate)
	}
	calls.Wait()
}
