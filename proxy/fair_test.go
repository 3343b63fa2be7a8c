package proxy

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// sender is whose a call is, as clients say it.
type sender struct{ session, agent string }

// headersOf are how each client says it.
var headersOf = map[string]func(sender) []string{
	"claude-code": func(c sender) []string {
		return []string{"X-Claude-Code-Session-Id", c.session, "x-claude-code-agent-id", c.agent}
	},
	"opencode": func(c sender) []string {
		if c.agent == "" {
			return []string{"x-session-id", c.session}
		}
		return []string{"x-session-id", c.agent, "x-parent-session-id", c.session}
	},
	"codex": func(c sender) []string {
		return []string{"session-id", c.session, "thread-id", cmp.Or(c.agent, c.session)}
	},
}

// post sends the n-th call as Claude Code would, to a path.
func (c sender) post(t testing.TB, url string, n int) { c.postAs(t, "claude-code", url, n) }

// postAs sends it as a client would.
func (c sender) postAs(t testing.TB, client, url string, n int) {
	req, err := http.NewRequest("POST", url, strings.NewReader(numbered(n)))
	if err != nil {
		t.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	for header := headersOf[client](c); len(header) > 0; header = header[2:] {
		if header[1] != "" {
			req.Header.Set(header[0], header[1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	if answer := read(t, resp); resp.StatusCode != 200 || !strings.Contains(answer, "message_stop") {
		t.Errorf("call %d: %d %s", n, resp.StatusCode, answer)
	}
}

// inLine are the numbers of the queued calls by their places as GET /api/calls tells them, the next first.
func inLine(t testing.TB, base string) []int {
	t.Helper()
	_, answer := ask(t, "GET", base+"/api/calls", "")
	order := map[int]int{}
	for _, c := range answer.Get("calls").Array() {
		place := int(c.Get("place").Int())
		if place == 0 {
			continue
		}
		if order[place] != 0 || c.Get("phase").Str != "queued" {
			t.Fatalf("a place twice, or of a call that is not queued: %s", answer.Raw)
		}
		order[place] = int(c.Get("number").Int())
	}
	list := []int{}
	for place := 1; place <= len(order); place++ {
		list = append(list, order[place])
	}
	return list
}

// A session with ten sub-agents, its main conversation, and another session, at a vendor that takes one call
// at a time: what the queue promises in GET /api/calls is what the vendor gets.
func TestTheOrderOfAQueueIsAsToldAndAsConfigured(t *testing.T) {
	senders := []sender{{"first", ""}} // holds the slot while the others come
	for n := range 10 {
		senders = append(senders, sender{"a", fmt.Sprint("agent-", n)}) // calls 2 to 11
	}
	senders = append(senders, sender{"a", ""}, sender{"b", ""}, sender{"b", ""}) // 12, 13 and 14
	arrival := []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}
	turns := []int{12, 13, 2, 14, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	for _, c := range []struct {
		name   string
		fair   bool
		client string
		path   string
		want   []int
	}{
		{"first in, first out", false, "claude-code", "/v1/messages", arrival},
		{"fair", true, "claude-code", "/v1/messages", turns},
		{"fair on a vendor route", true, "claude-code", "/v/zhipu/v1/messages", turns},
		{"fair to opencode", true, "opencode", "/v1/messages", turns},
		{"fair to opencode on a vendor route", true, "opencode", "/v/zhipu/v1/messages", turns},
		{"fair to Codex on a vendor route", true, "codex", "/v/zhipu/v1/messages", turns},
	} {
		t.Run(c.name, func(t *testing.T) {
			vendor := newGatedVendor(t, len(senders), 1)
			s, base := serve(t, row("zhipu", vendor.URL(), limited(1), func(v *config.Vendor) { v.Limit.Fair = c.fair }))
			var clients sync.WaitGroup
			for i, from := range senders {
				clients.Go(func() { from.postAs(t, c.client, base+c.path, i+1) })
				await(t, s, fmt.Sprint("call ", i+1, " arrived"), counts(1, i))
			}
			for n := range senders {
				vendor.received(t, n+1)
				await(t, s, "the slot is taken", counts(1, len(c.want)-n))
				eventually(t, fmt.Sprintf("%v are in line in this order", c.want[n:]), func() bool { return slices.Equal(inLine(t, base), c.want[n:]) })
				close(vendor.gates[n+1])
			}
			clients.Wait()
			var served []int
			for _, got := range vendor.Calls()[1:] {
				served = append(served, numberOf(string(got.Body)))
			}
			if !slices.Equal(served, c.want) {
				t.Fatalf("served %v, want %v", served, c.want)
			}
			if _, answer := ask(t, "GET", base+"/api/calls", ""); strings.Contains(answer.Raw, `"place"`) {
				t.Fatal("calls that have ended have places: ", answer.Raw)
			}
		})
	}
}

// A reload makes a queue fair, and not fair again, with calls in it.
func TestAReloadChangesTheOrderOfAQueue(t *testing.T) {
	vendor := newGatedVendor(t, 4, 1)
	s, base := serve(t, row("zhipu", vendor.URL(), limited(1)))
	var clients sync.WaitGroup
	for i, from := range []sender{{"a", ""}, {"a", ""}, {"a", ""}, {"b", ""}} {
		clients.Go(func() { from.post(t, base+"/v1/messages", i+1) })
		await(t, s, "arrived", counts(1, i))
	}
	for _, step := range []struct {
		fair bool
		want []int
	}{{false, []int{2, 3, 4}}, {true, []int{2, 4, 3}}, {false, []int{2, 3, 4}}} {
		conf := *s.conf()
		conf.Vendors = slices.Clone(conf.Vendors)
		conf.Vendors[0].Limit.Fair = step.fair
		if err := s.Reload(conf); err != nil {
			t.Fatal(err)
		}
		if got := inLine(t, base); !slices.Equal(got, step.want) {
			t.Fatalf("fair %v: %v, want %v", step.fair, got, step.want)
		}
	}
	_, one := ask(t, "GET", base+"/api/calls/4", "")
	if place := gjson.Get(one.Raw, "place").Int(); place != 3 {
		t.Fatal(one.Raw)
	}
	for n := 1; n <= 4; n++ {
		close(vendor.gates[n])
	}
	clients.Wait()
}

// The sessions of every client stand in Activity, and stay on the vendor that answered them.
func TestSessionsOfEveryClient(t *testing.T) {
	for client, headers := range headersOf {
		t.Run(client, func(t *testing.T) {
			// a is down at first, so that the session finds its home at b.
			a, b := simulated(t, fakevendor.InTurn(fakevendor.Refuse(500, "down"), fakevendor.Text("a"))), simulated(t, text("b"))
			s, base := serveConfig(t, config.Config{Affinity: time.Minute, Vendors: []config.Vendor{row("a", a.URL()), row("b", b.URL())}})
			main, sub := headers(sender{"s-1", ""}), headers(sender{"s-1", "agent-7"})
			if client == "claude-code" {
				main = main[:2]
			}
			for i, call := range []struct{ header, want []string }{
				{main, []string{"b", "s-1", ""}}, {sub, []string{"b", "s-1", "agent-7"}}, {headers(sender{"s-2", "x"}), []string{"a", "s-2", "x"}}, {main, []string{"b", "s-1", ""}},
			} {
				got := answeredBy(t, base, call.header...)
				if rec := lastRecord(t, s, i+1); got != call.want[0] || rec.Session != call.want[1] || rec.Agent != call.want[2] {
					t.Errorf("call %d: %s answered session %q, agent %q; want %v", i+1, got, rec.Session, rec.Agent, call.want)
				}
			}
			for i, path := range []string{"/v/b/v1/messages", "/v/b/v1/unknown"} {
				do(t, "POST", base+path, plainBody, append(sub, "Content-Type", "application/json")...)
				if rec := lastRecord(t, s, 5+i); rec.Session != "s-1" || rec.Agent != "agent-7" {
					t.Errorf("%s: session %q, agent %q", path, rec.Session, rec.Agent)
				}
			}
		})
	}
}
