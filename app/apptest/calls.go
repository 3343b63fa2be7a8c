package apptest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"afterglow/proxy"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
	"afterglow/proxy/reason"
)

var callsBegan = time.Date(2026, 11, 23, 9, 14, 3, 0, time.UTC)

// CallScene are n calls, the latest first: seven under way, one of each kind of failure among those that ended.
func CallScene(n int) []proxy.Call {
	models := [][2]string{{"claude-opus-4-6", "glm-5.1"}, {"claude-haiku-4-5-20251001", "glm-4.5-air"}, {"claude-sonnet-4-6", "kimi-k2.5"},
		{"claude-sonnet-4-6", "accounts/fireworks/models/kimi-k2-thinking-turbo-0905-preview"}, {"claude-opus-4-6", "claude-opus-4-6"}}
	vendors := []string{"zhipu", "zhipu", "kimi", "kimi", "anthropic"}
	sessions := []string{"4f2a91c4-77b0-4a1e-9d52-0c5f1d2e3a4b", "b81d03ee-1c1f-4f6e-8a2b-5f0e9c7d6b5a"}
	var calls []proxy.Call
	for i := range n {
		k := i * 3 % len(models)
		c := proxy.Call{
			Number: n - i, Started: callsBegan.Add(-time.Duration(i) * 7 * time.Second), Kind: "messages", Operation: "messages",
			Session: sessions[i%2], Model: models[k][0], Vendor: vendors[k], VendorModel: models[k][1], Stream: true,
			Phase: proxy.Ended, Status: 200, Outcome: "ok",
			Queued: time.Duration(i%4) * 700 * time.Millisecond, First: time.Duration(600+i*90%1700) * time.Millisecond,
			Took:  time.Duration(3200+i*4100%42000) * time.Millisecond,
			Usage: anthropic.Usage{Input: int64(900 + i*531%4000), CacheRead: int64(i * 7919 % 60000), Output: int64(40 + i*211%1900)},
		}
		c.Cost = price.Cost{Yuan: float64(c.Usage.Input+c.Usage.Output) / 9000, Priced: 1}
		if vendors[k] == "anthropic" {
			c.Cost = price.Cost{Dollars: float64(c.Usage.Output) / 4000, Priced: 1}
		}
		if i%3 == 1 {
			c.Agent = "agent-7"
		}
		calls = append(calls, c)
	}
	for i, phase := range []proxy.Phase{proxy.Queued, proxy.Queued, proxy.Streaming, proxy.Streaming, proxy.Connecting, proxy.Waiting, proxy.Streaming}[:min(7, n)] {
		underWay(&calls[i], phase)
		if phase == proxy.Queued {
			calls[i].Place = 2 - i%2 // who came first is the next
		}
	}
	for i, class := range []ledger.Class{ledger.Overloaded, ledger.Cancelled, ledger.Network, ledger.Gone, ledger.RateLimit} {
		if at := 8 + 2*i; at < n {
			fail(&calls[at], class, []int{529, 499, 502, 499, 429}[i])
		}
	}
	return calls
}

// LineScene is a fair queue of twelve behind two calls, the latest first: session 4f2a91c4 with its sub-agents, and
// then its main conversation and another session came.
func LineScene() []proxy.Call {
	calls := CallScene(14)
	places := []int{4, 2, 1, 12, 11, 10, 9, 8, 7, 6, 5, 3}
	for i := range calls {
		c := &calls[i]
		c.Class, c.Agent = ledger.OK, ""
		if i >= len(places) {
			underWay(c, proxy.Streaming)
			continue
		}
		c.Until = time.Time{}
		c.Model, c.Session, c.Took = "claude-opus-4-6", CallScene(1)[0].Session, time.Duration(i+2)*time.Second
		underWay(c, proxy.Queued)
		c.Place = places[i]
		if i < 2 {
			c.Session = CallScene(2)[1].Session
		}
		if i > 2 {
			c.Agent = "agent-7"
		}
	}
	return calls
}

// underWay puts a call back to a phase.
func underWay(c *proxy.Call, phase proxy.Phase) {
	c.Phase, c.Status, c.Outcome, c.Cost = phase, 0, "", price.Cost{}
	if phase == proxy.Streaming {
		return
	}
	c.First, c.Usage = 0, anthropic.Usage{}
	if phase == proxy.Waiting {
		c.Until = time.Now().Add(12 * time.Minute) // it stays "12 min" for a minute
	}
	if phase == proxy.Queued {
		c.Vendor, c.VendorModel = "zhipu", "glm-5.1"
		c.Queued = c.Took
	}
}

// sceneRefusal is what a vendor said.
const sceneRefusal = "529 [1305] the model is overloaded, try again in a while"

func fail(c *proxy.Call, class ledger.Class, status int) {
	c.Class, c.Status, c.Outcome, c.First, c.Usage, c.Cost = class, status, sceneRefusal, 0, anthropic.Usage{}, price.Cost{}
	c.Why = refusedWith(reason.Overloaded, sceneRefusal)
}

// CallDetail is all of a call: three vendors, and what the last one said.
func CallDetail(c proxy.Call) proxy.CallDetail {
	d := proxy.CallDetail{
		Call: c, RequestID: "req_011CSHoEeqs5C35K2UUqR7Fy", ModelServed: "glm-5.1-20260901", Retries: 4,
		Tries: []proxy.Try{
			{Vendor: "minimax", Verdict: "skipped", Reason: "no key: set MINIMAX_API_KEY", Why: reason.New(reason.NoKey, "MINIMAX_API_KEY", "no key")},
			{Vendor: "zhipu", Model: "glm-5.1", Verdict: "next_tier", Reason: sceneRefusal, Why: refusedWith(reason.Overloaded, sceneRefusal), Status: 529, Retries: 4, Queued: 2100 * time.Millisecond, Took: 9400 * time.Millisecond},
			{Vendor: "kimi", Model: "kimi-k2.5", Verdict: "commit", Status: 200, Took: 4300 * time.Millisecond},
		},
		Adaptations: []string{"stripped_3_thinking_blocks", "rewritten_2_tool_ids"},
		Request:     http.Header{"Anthropic-Version": {"2023-06-01"}, "Authorization": {"Bearer sk-…"}, "Content-Type": {"application/json"}, "User-Agent": {"claude-cli/2.1.44 (external, cli)"}},
		Answer:      http.Header{"Content-Type": {"text/event-stream"}},
		Bodies: &proxy.Bodies{
			Request: `{"model":"claude-opus-4-6","max_tokens":32000,"stream":true,"messages":[{"role":"user","content":"` + strings.Repeat("hello ", 1200) + `"}]}`,
			Answer:  "event: message_start\ndata: {\"type\":\"message_start\"}\n",
		},
	}
	if c.Class != ledger.OK {
		d.ModelServed = ""
		d.Tries[2] = proxy.Try{Vendor: c.Vendor, Model: c.VendorModel, Verdict: "next_tier", Reason: sceneRefusal, Why: refusedWith(reason.Overloaded, sceneRefusal), Status: c.Status, Took: 4300 * time.Millisecond}
	}
	return d
}

// Numbered finds a call of a scene.
func Numbered(t *testing.T, calls []proxy.Call, is func(c proxy.Call) bool) proxy.Call {
	t.Helper()
	for _, c := range calls {
		if is(c) {
			return c
		}
	}
	t.Fatal(fmt.Sprint("no such call among ", len(calls)))
	return proxy.Call{}
}

// ProxyWith is a proxy that knows some calls, and all of each.
func ProxyWith(calls []proxy.Call) *Proxy {
	svc := &Proxy{CallList: calls, Details: map[int]proxy.CallDetail{}}
	for _, c := range calls {
		svc.Details[c.Number] = CallDetail(c)
	}
	return svc
}
