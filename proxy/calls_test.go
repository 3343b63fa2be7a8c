package proxy

import (
	"strings"
	"testing"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

func TestModelsOfTheChain(t *testing.T) {
	_, base := serve(t, row("a", "http://127.0.0.1:1", func(v *config.Vendor) {
		v.DefaultModel, v.Models = "glm-5.1", []config.Rule{{Match: "claude-*", To: "glm-4.5-air"}, {Match: "exact", To: "glm-5.1"}}
	}))
	_, answer := control(t, "GET", base+"/v1/models", "")
	if got := answer.Get("data.#.id").Raw; got != `["glm-4.5-air","exact","glm-5.1"]` || answer.Get("data.0.type").Str != "model" || answer.Get("first_id").Str != "glm-4.5-air" {
		t.Error(answer.Raw)
	}
}

func TestRecordsTellEveryTry(t *testing.T) {
	a := simulated(t, fakevendor.Always(fakevendor.ZhipuError(429, "1113", "no balance")))
	b := simulated(t, text("b"))
	_, base := serve(t, row("zhipu", a.URL(), zhipu), row("b", b.URL(), func(v *config.Vendor) { v.Accepts.ContextManagement = false }))
	body := strings.Replace(streamBody, "{", `{"context_management":{"edits":[]},`, 1)
	post(t, base, body, "X-Claude-Code-Session-Id", "s-1")
	post(t, base, "garbage")
	_, answer := control(t, "GET", base+"/api/calls", "")
	if answer.Get("calls.#").Int() != 2 || answer.Get("calls.0.status").Int() != 400 {
		t.Fatal(answer.Raw)
	}
	call := answer.Get("calls.1")
	for path, want := range map[string]string{
		"vendor": "b", "session": "s-1", "outcome": "ok", "status": "200", "adaptations": `["context_management"]`, "model": "claude-opus-5-5",
		"tries.0.vendor": "zhipu", "tries.0.verdict": "next_tier", "tries.0.status": "429", "tries.0.reason": "429 [1113] no balance", "tries.1.verdict": "commit",
	} {
		if got := call.Get(path).String(); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if call.Get("usage.output_tokens").Int() == 0 || call.Get("first_event_ms").Exists() == false {
		t.Error(call.Raw)
	}
}

// A vendor that writes at length fills neither the records nor the window.
func TestALongRefusalIsCut(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	a := simulated(t, fakevendor.Always(fakevendor.Refuse(503, `{"error":{"message":"`+long+`"}}`)))
	s, base := serve(t, row("a", a.URL(), breaks))
	for range 3 {
		post(t, base, plainBody)
	}
	rec := last(s)
	if n := len(rec.outcome); n > 600 {
		t.Errorf("the outcome has %d bytes", n)
	}
	if n := len(rec.trail[0].Reason) + len(s.Status().Tiers[0].Reason); n > 1000 {
		t.Errorf("the reasons have %d bytes", n)
	}
}

// The latest records stay, and their numbers go on.
func TestRecordsAreARing(t *testing.T) {
	var c calls
	for range keptCalls + 7 {
		rec := &record{}
		c.add(rec)
		c.end(rec)
	}
	running := &record{}
	c.add(running)
	list, live := c.all()
	if live != 1 || list[0] != running || c.find(keptCalls+8) != running || c.find(7) != nil || c.find(8) != list[keptCalls] {
		t.Errorf("%d calls under way", live)
	}
	if list = list[live:]; len(list) != keptCalls || list[0].number != keptCalls+7 || list[keptCalls-1].number != 8 {
		t.Errorf("%d records, the latest %d, the oldest %d", len(list), list[0].number, list[len(list)-1].number)
	}
}

// RC-73, RC-74: a count goes where a call would, and is adapted as a call is.
func TestCountsGoWhereCallsGo(t *testing.T) {
	a := simulated(t, fakevendor.Always(fakevendor.Refuse(429, `{"error":{"message":"slow down"}}`).With("Retry-After", "60")))
	b := simulated(t, text("b"))
	_, base := serve(t, row("zhipu", a.URL(), zhipu), row("b", b.URL()))
	answeredBy(t, base) // zhipu is out from now on
	body := `{"model":"claude-opus-5-5","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[` +
		`{"type":"server_tool_use","id":"srvtoolu_A","name":"Bash","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"srvtoolu_A","content":"ok"}]}]}`
	status, answer := control(t, "POST", base+"/v1/messages/count_tokens", body)
	if status != 200 || answer.Get("input_tokens").Int() == 0 {
		t.Fatalf("%d %s", status, answer.Raw)
	}
	calls := b.Calls()
	sent := string(calls[len(calls)-1].Body)
	if strings.Contains(sent, "srvtoolu_") || !strings.Contains(sent, `"tool_use"`) || a.Load().Arrived != 1 {
		t.Errorf("sent %s; zhipu was called %d times", sent, a.Load().Arrived)
	}
}
