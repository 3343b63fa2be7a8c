package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing/synctest"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// stage is a virtual proxy whose vendors answer a call when they are told to.
type stage struct {
	*virtual
	calls map[int]*stageCall // by the number of the proxy's record
	done  sync.WaitGroup

	mu    sync.Mutex
	asked []visit                 // those that newlyAsked has not given yet
	held  map[visit]chan struct{} // the calls that are with a vendor
}

// stageCall is one call.
type stageCall struct {
	model   string
	session string
	agent   bool
	fate    [3]int // the status that each vendor answers
	cancel  context.CancelFunc
	status  int // that the client got, once stage.done; 0 = none
}

// visit is a call at a vendor, both by number.
type visit struct{ vendor, call int }

// newStage begins a proxy, of whose configuration the nth vendor has to be at virtualURL(n).
func newStage(t fataler, conf config.Config) *stage {
	t.Helper()
	s := &stage{calls: map[int]*stageCall{}, held: map[visit]chan struct{}{}}
	var scripts []fakevendor.Script
	for i := range conf.Vendors {
		scripts = append(scripts, func(c fakevendor.Call) fakevendor.Answer { return s.script(i, c) })
	}
	s.virtual = newVirtual(t, Options{Config: conf}, scripts...)
	synctest.Wait()
	return s
}

// script holds a call at a vendor until let.
func (s *stage) script(vendor int, c fakevendor.Call) (a fakevendor.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := visit{vendor, numberOf(string(c.Body))}
	gate := make(chan struct{})
	s.asked, s.held[at] = append(s.asked, at), gate
	if status := s.calls[at.call].fate[vendor]; status == http.StatusOK {
		a = fakevendor.Text("fine")
	} else {
		a = fakevendor.AnthropicError(status, "api_error", "not now").With("Retry-After", "5")
	}
	a.Gate = gate
	return a
}

// send begins the next call, and gives its number.
func (s *stage) send(c stageCall) int {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	s.mu.Lock()
	n := len(s.calls) + 1
	s.calls[n] = &c
	s.mu.Unlock()
	body := fmt.Sprintf(`{"model":%q,"max_tokens":9,"messages":[{"role":"user","content":"call %d"}]}`, c.model, n)
	req, err := http.NewRequestWithContext(ctx, "POST", "http://127.0.0.1/v1/messages", strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Claude-Code-Session-Id", c.session)
	if c.agent {
		req.Header.Set("X-Claude-Code-Agent-Id", "agent")
	}
	s.done.Go(func() {
		resp, err := s.client.Do(req)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.calls[n].status = resp.StatusCode
		}
	})
	return n
}

// let lets a vendor answer a call.
func (s *stage) let(at visit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.held[at])
	delete(s.held, at)
}

// newlyAsked are the calls that came to vendors since it was asked last, in their order.
func (s *stage) newlyAsked() []visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// abandon ends whatever is left after a check that failed: a bubble must be empty at its end.
func (s *stage) abandon() {
	for _, c := range s.calls {
		c.cancel()
	}
	s.http.Close()
	s.virtual.close()
	s.done.Wait()
}
