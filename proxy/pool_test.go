package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// pool serves three simulated vendors side by side, with limits of 5, 10 and 5.
func pool(t *testing.T, script fakevendor.Script) (s *Server, base string, members []*fakevendor.Vendor) {
	t.Helper()
	var rows []config.Vendor
	var names []string
	for i, limit := range []int{5, 10, 5} {
		name := fmt.Sprintf("v%d", i)
		v, err := fakevendor.Start(fakevendor.Options{Script: script, Limit: fakevendor.Limit{Total: limit}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(v.Close)
		rows = append(rows, row(name, v.URL(), limited(limit), breaks))
		names, members = append(names, name), append(members, v)
	}
	conf := config.Config{Vendors: rows, Tiers: [][]string{names}, Affinity: 5 * time.Minute}
	s, base = serveConfig(t, conf)
	return s, base, members
}

// each sends n calls at once, each in a session of its own, and returns how many did not end well.
func each(t *testing.T, base string, n int) int {
	t.Helper()
	var failed sync.Map
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			resp, err := http.DefaultClient.Do(request(t, context.Background(), base, streamBody, "X-Claude-Code-Session-Id", fmt.Sprint("agent-", i)))
			if err != nil {
				failed.Store(i, err)
				return
			}
			defer resp.Body.Close()
			answer, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != 200 || !strings.Contains(string(answer), "message_stop") {
				failed.Store(i, resp.Status)
			}
		})
	}
	wg.Wait()
	count := 0
	failed.Range(func(i, why any) bool { count++; t.Logf("call %v: %v", i, why); return true })
	return count
}

func TestAPoolRunsTwentyCallsAtOnce(t *testing.T) {
	gate := make(chan struct{})
	s, base, members := pool(t, fakevendor.Always(fakevendor.Text("hello there").Held(1, gate)))
	done := make(chan int)
	go func() { done <- each(t, base, 20) }()
	await(t, s, "all at once", counts(20, 0))
	for i, limit := range []int{5, 10, 5} {
		if err := members[i].Await(t.Context(), fakevendor.InFlight(limit)); err != nil {
			t.Fatalf("member %d: %+v", i, members[i].Load())
		}
	}
	close(gate)
	if failed := <-done; failed > 0 {
		t.Errorf("%d calls failed", failed)
	}
	for i, v := range members {
		if load := v.Load(); load.Refused > 0 {
			t.Errorf("member %d had to refuse %d calls", i, load.Refused)
		}
	}
}

func TestAPoolLosesAMemberAndNoCall(t *testing.T) {
	_, base, members := pool(t, fakevendor.Always(fakevendor.Text("hello").Paced(5*time.Millisecond, time.Millisecond)))
	var wg sync.WaitGroup
	var mu sync.Mutex
	failed := 0
	for round := range 6 {
		if round == 2 {
			members[1].SetScript(fakevendor.Always(fakevendor.Refuse(503, "dying")))
		}
		wg.Go(func() {
			n := each(t, base, 20)
			mu.Lock()
			failed += n
			mu.Unlock()
		})
		wg.Wait()
	}
	if failed > 0 {
		t.Errorf("%d calls failed", failed)
	}
}

// A session's calls stay on one member whenever that has a free slot, and its prompt cache with them.
func TestASessionStaysOnItsMemberOfAPool(t *testing.T) {
	s, base, _ := pool(t, fakevendor.Always(fakevendor.Text("hi").Paced(time.Millisecond, time.Millisecond)))
	var wg sync.WaitGroup
	for session := range 8 {
		wg.Go(func() {
			for range 25 {
				post(t, base, streamBody, "X-Claude-Code-Session-Id", fmt.Sprint("session-", session))
			}
		})
	}
	wg.Wait()
	last, stayed, moved := map[string]string{}, 0, 0
	records := endedCalls(s)
	for i := len(records) - 1; i >= 0; i-- {
		rec := records[i]
		switch last[rec.session] {
		case rec.vendor:
			stayed++
		case "":
		default:
			moved++
		}
		last[rec.session] = rec.vendor
	}
	share := float64(stayed) / float64(stayed+moved)
	t.Logf("%d of %d consecutive calls stayed: %.1f %%", stayed, stayed+moved, 100*share)
	if share < 1 {
		t.Errorf("sessions moved although their members had free slots: %d times", moved)
	}
}

// Members that are only counted have room, but those with free slots come first; with none free, the
// shorter wait.
func TestAPoolPrefersFreeSlotsToCountedMembers(t *testing.T) {
	gate := make(chan struct{})
	held := simulated(t, fakevendor.Always(fakevendor.Text("a").Held(1, gate)))
	open := simulated(t, fakevendor.Always(fakevendor.Text("b").Held(1, gate)))
	conf := config.Config{Vendors: []config.Vendor{row("counted", open.URL()), row("limited", held.URL(), limited(2))}, Tiers: [][]string{{"counted", "limited"}}}
	s, base := serveConfig(t, conf)
	done := make(chan int)
	go func() { done <- each(t, base, 5) }()
	await(t, s, "five in flight", counts(5, 0))
	for _, g := range s.limiter.Snapshot().Gauges {
		if want := map[string]int{"limited": 2, "counted": 3}[g.Vendor]; g.InFlight != want {
			t.Errorf("%s: %d in flight, want %d", g.Vendor, g.InFlight, want)
		}
	}
	close(gate)
	if failed := <-done; failed > 0 {
		t.Error(failed, "failed")
	}
}

// overflow = "next": a call that would wait too long goes on at once.
func TestOverflowGoesOnAtOnce(t *testing.T) {
	gate := make(chan struct{})
	slow := simulated(t, fakevendor.InTurn(fakevendor.Text("warm").Paced(300*time.Millisecond, 0), fakevendor.Text("a").Held(1, gate)))
	next := simulated(t, fakevendor.Always(fakevendor.Text("from b")))
	over := func(v *config.Vendor) {
		v.Limit = config.Limit{Default: 1, Max: 20, MaxPending: 64, MaxWait: 10 * time.Millisecond, Overflow: true}
	}
	s, base := serve(t, row("a", slow.URL(), over), row("b", next.URL()))
	post(t, base, streamBody) // teaches how long a call takes
	go each(t, base, 1)
	if err := slow.Await(t.Context(), fakevendor.Arrived(2)); err != nil {
		t.Fatal(err)
	}
	if resp, _ := post(t, base, streamBody); resp.Header.Get("Afterglow-Vendor") != "b" || slow.Load().Arrived != 2 {
		t.Errorf("answered by %q", resp.Header.Get("Afterglow-Vendor"))
	}
	if wait := s.current().chain.Wait(limiter.Key{Vendor: "a", Model: "claude-opus-5-5"}); wait < 100*time.Millisecond {
		t.Errorf("estimated wait %v", wait)
	}
	records := endedCalls(s)
	if tries := records[0].trail; len(tries) != 2 || tries[0].Verdict != "skipped" || !strings.Contains(tries[0].Reason, "max_wait") {
		t.Errorf("trail %+v", tries)
	}
	close(gate)
	await(t, s, "permits back", idle)
}
