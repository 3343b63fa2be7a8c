package fakevendor

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"afterglow/proxy/nesting"
)

func newPlayer(t *testing.T, baseURL string) *player {
	return &player{baseURL: baseURL, client: *client(t), open: make(chan struct{}, maxOpen)}
}

func TestTrafficLooksLikeTheClients(t *testing.T) {
	v := start(t, Options{Script: func(c Call) Answer { return speech(c, 0) }})
	p := newPlayer(t, v.URL())
	p.play(t.Context(), []step{{model: opus, takes: 3 * time.Second}, {at: time.Millisecond, model: haiku, takes: time.Second, down: 2}}, 0)
	p.calls.Wait()
	calls := v.Calls()
	if len(calls) != 2 {
		t.Fatal(len(calls))
	}
	slices.SortFunc(calls, func(a, b Call) int { return strings.Compare(b.Model, a.Model) })
	for i, want := range []struct {
		model string
		cue   cue
	}{{opus, cue{"demo-1", 3000, 0}}, {haiku, cue{"demo-2", 1000, 2}}} {
		c := calls[i]
		if c.Model != want.model || cueOf(c.Body) != want.cue || !c.Stream || c.Query != "beta=true" || c.Gone {
			t.Errorf("%+v", c)
		}
		if !nesting.ValidBytes(c.Body) || gjson.GetBytes(c.Body, "messages.1.role").Str != "system" || len(c.Body) > 4096 {
			t.Errorf("%s", c.Body)
		}
	}
}

func TestTrafficGivesUp(t *testing.T) {
	v := start(t, Options{Script: Always(Silence())})
	p := newPlayer(t, v.URL())
	for giveUp := 20 * time.Millisecond; v.Load().Arrived == 0; giveUp *= 2 { // a slow machine may give up before it was heard
		p.play(t.Context(), []step{{model: opus, giveUp: giveUp}}, 0)
		p.calls.Wait()
	}
	await(t, v, Ended(1))
	if load := v.Load(); load.Gone != load.Arrived {
		t.Errorf("%+v", load)
	}
}

// A proxy that answers nothing, or a limit that was turned down, must not pile up calls.
func TestTrafficIsBounded(t *testing.T) {
	v := start(t, Options{Script: Always(Silence())})
	p := newPlayer(t, v.URL())
	ctx, cancel := context.WithCancel(t.Context())
	p.play(ctx, slices.Repeat([]step{{model: opus}}, 3*maxOpen), 0)
	await(t, v, InFlight(maxOpen))
	cancel()
	p.calls.Wait()
	if load := v.Load(); load.Arrived != maxOpen {
		t.Errorf("%+v", load)
	}
}

func TestTrafficEndsAndLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	v, err := Start(Options{Script: Always(Silence()), Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Traffic(ctx, v.URL(), 1)
	}()
	await(t, v, InFlight(1))
	cancel()
	<-ended
}

func TestTrafficOutlivesARefusedConnection(t *testing.T) {
	v := start(t, Options{})
	v.Close()
	p := newPlayer(t, v.URL())
	p.play(t.Context(), []step{{model: opus}}, 0)
	p.calls.Wait()
	if len(p.open) != 0 {
		t.Error("its place is not given back")
	}
}

func TestDemo(t *testing.T) {
	defer goleak.VerifyNone(t)
	d, err := StartDemo()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	conf := d.Config
	if conf.Listen != "127.0.0.1:3392" || conf.Path != "" || len(conf.Vendors) != 4 {
		t.Fatalf("%+v", conf)
	}
	wantModel := map[string][3]string{
		"zhipu": {"glm-5.1", "glm-5v-turbo", "glm-4.5-air"}, "kimi": {"kimi-k2.5", "kimi-k2.5", "kimi-k2.5"},
		"minimax": {"minimax-m2.7", "minimax-m2.7", "minimax-m2.7"}, "anthropic": {opus, sonnet, haiku},
	}
	for _, v := range conf.Vendors {
		if got := [3]string{v.Model(opus), v.Model(sonnet), v.Model(haiku)}; got != wantModel[v.Name] {
			t.Errorf("%s: %v", v.Name, got)
		}
		if !strings.HasPrefix(v.BaseURL, "http://127.0.0.1:") || v.FirstEvent == 0 || v.Name != "anthropic" && v.Key != demoKey {
			t.Errorf("%+v", v)
		}
	}
	if z := conf.Vendors[0].Limit; z.Default != 3 || z.Total != 5 || z.Models["glm-5v-turbo"] != 2 || z.Max != 20 {
		t.Errorf("%+v", z)
	}
	if conf.Vendors[1].Limit.Default != 0 || conf.Vendors[2].Limit.Default != 4 || conf.Vendors[3].Auth != "client" {
		t.Errorf("%+v", conf.Vendors[1:])
	}
}

func TestDemoVendorsFollowTheCue(t *testing.T) {
	d, err := StartDemo()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for tier, v := range d.vendors {
		for down, status := range map[int]int{tier: 200, tier + 1: 529} {
			began := time.Now()
			resp, answer, err := send(t, v, requestBody(opus, cue{"demo", 60, down}), "Authorization", "Bearer "+demoKey)
			if err != nil || resp.StatusCode != status {
				t.Errorf("tier %d, %d down: %d %v", tier, down, resp.StatusCode, err)
			}
			if took := time.Since(began); status == 200 && (took < 50*time.Millisecond || !strings.Contains(answer, "event: message_stop")) {
				t.Errorf("tier %d: %s after %v", tier, answer, took)
			}
		}
	}
	if resp, _, err := send(t, d.vendors[0], requestBody(opus, cue{"demo", 60, 0})); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Error("no key:", resp.StatusCode, err)
	}
}

func TestCueOfAForeignCall(t *testing.T) {
	for _, id := range []string{``, `x`, `{}`, `{"millis":-1}`, `{"millis":"x"}`, `user_1_account__session_2`} {
		if c := cueOf([]byte(`{"metadata":{"user_id":` + quote(id) + `}}`)); c != unasked {
			t.Errorf("%s: %+v", id, c)
		}
	}
	want := cue{Session: `a"b`, Millis: 10, Overloaded: 1}
	if c := cueOf([]byte(requestBody(opus, want))); c != want {
		t.Errorf("%+v", c)
	}
}

func TestSpeechTakesItsTime(t *testing.T) {
	for _, takes := range []time.Duration{0, time.Second, 7 * time.Second} {
		a := speech(Call{}, takes)
		total := a.After
		for _, c := range a.Chunks {
			total += c.After
		}
		if total > takes || total < takes-time.Millisecond {
			t.Errorf("%v, want %v", total, takes)
		}
	}
}
