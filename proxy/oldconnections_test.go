package proxy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"afterglow/proxy/config"
)

// countedVendor is a vendor on a real socket that holds calls until they are let go, and knows how many connections it has.
type countedVendor struct {
	*httptest.Server
	asked chan struct{} // one for each call that is there
	let   chan struct{}

	mu   sync.Mutex
	open map[net.Conn]bool
}

func newCountedVendor(t *testing.T) *countedVendor {
	v := &countedVendor{asked: make(chan struct{}), let: make(chan struct{}), open: map[net.Conn]bool{}}
	v.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		v.asked <- struct{}{}
		<-v.let
		sendEvents(w, message("fine"))
	}))
	v.Config.ConnState = func(c net.Conn, state http.ConnState) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.open[c] = true; state == http.StateClosed {
			delete(v.open, c)
		}
	}
	v.Start()
	t.Cleanup(v.Close)
	return v
}

func (v *countedVendor) connections() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.open)
}

// The configuration is saved again and again while calls run and wait: each generation that was replaced loses its idle
// connections at once, and the others when its calls end, also those that got their slot only after it was replaced.
func TestGenerationsThatWereReplacedKeepNoConnections(t *testing.T) {
	const limit, calls, saved = 4, 12, 5
	v := newCountedVendor(t)
	conf := func(n int) config.Config {
		return config.Config{Drain: longest, MaxBody: 1 << 20, Listen: "127.0.0.1:0", Vendors: []config.Vendor{row("v", v.URL, limited(limit), func(v *config.Vendor) {
			v.Message = longest + time.Duration(n)
		})}}
	}
	s, base := serveConfig(t, conf(0))
	for n := range saved {
		var sent sync.WaitGroup
		for range calls {
			sent.Go(func() {
				if resp, answer := post(t, base, streamBody); resp.StatusCode != 200 {
					t.Error(resp.StatusCode, answer)
				}
			})
		}
		for range limit {
			<-v.asked
		}
		await(t, s, "calls wait", counts(limit, calls-limit))
		if err := s.Reload(conf(n + 1)); err != nil {
			t.Fatal(err)
		}
		for range calls - limit {
			v.let <- struct{}{}
			<-v.asked
		}
		for range limit {
			v.let <- struct{}{}
		}
		sent.Wait()
		eventually(t, fmt.Sprintf("no connection after configuration %d", n+1), func() bool { return v.connections() == 0 })
	}
}

// Connections that are idle when their generation is replaced are closed at once, and those of a vendor that did not change stay.
func TestOnlyWhatChangedLosesItsIdleConnections(t *testing.T) {
	changes, stays := newCountedVendor(t), newCountedVendor(t)
	conf := func(n int) config.Config {
		return config.Config{Drain: longest, MaxBody: 1 << 20, Listen: "127.0.0.1:0", Vendors: []config.Vendor{
			row("changes", changes.URL, func(v *config.Vendor) { v.Message = longest + time.Duration(n) }), row("stays", stays.URL),
		}}
	}
	s, base := serveConfig(t, conf(0))
	for _, v := range []struct {
		*countedVendor
		name string
	}{{changes, "changes"}, {stays, "stays"}} {
		s.memory.Sessions.Bind(config.Session{Match: "of", Vendors: []string{v.name}, Strict: true})
		var sent sync.WaitGroup
		for range 8 {
			sent.Go(func() { post(t, base, streamBody, "X-Claude-Code-Session-Id", "of") })
		}
		for range 8 {
			<-v.asked
		}
		close(v.let)
		sent.Wait()
	}
	if err := s.Reload(conf(1)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the vendor that changed has no connection", func() bool { return changes.connections() == 0 })
	if got := stays.connections(); got != 8 {
		t.Errorf("the other one has %d connections, want 8", got)
	}
}
