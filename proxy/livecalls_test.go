package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// held is a vendor that answers the first half of a stream, and the rest once it is let go.
func held(t testing.TB) (*vendorGate, http.HandlerFunc) {
	gate := &vendorGate{begin: make(chan struct{}), rest: make(chan struct{})}
	t.Cleanup(gate.open)
	return gate, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if !wait(r.Context(), gate.begin) {
			return
		}
		events := strings.SplitAfter(message("hello"), "\n\n")
		sendEvents(w, strings.Join(events[:4], ""))
		if wait(r.Context(), gate.rest) {
			sendEvents(w, strings.Join(events[4:], ""))
		}
	}
}

type vendorGate struct{ begin, rest chan struct{} }

func (g *vendorGate) open() {
	for _, c := range []chan struct{}{g.begin, g.rest} {
		select {
		case <-c:
		default:
			close(c)
		}
	}
}

func wait(ctx context.Context, c chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-ctx.Done():
		return false
	}
}

// askLater sends a call in the background; its answer comes on the channel.
func askLater(t *testing.T, base, body string, header ...string) <-chan string {
	t.Helper()
	answer := make(chan string, 1)
	req := request(t, context.Background(), base, body, header...)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		answer <- resp.Status + " " + resp.Header.Get("X-Should-Retry") + " " + string(text)
	}()
	return answer
}

func inPhase(s *Server, p Phase) (found []Call) {
	for _, c := range s.Calls() {
		if c.Phase == p {
			found = append(found, c)
		}
	}
	return found
}

// A call is seen on its way: where it is, in which phase, whose it is.
func TestACallIsSeenOnItsWay(t *testing.T) {
	gate, handle := held(t)
	s, base := serve(t, row("a", vendorServer(t, handle).URL, limited(1)))
	first := askLater(t, base, streamBody, "X-Claude-Code-Session-Id", "s-1", "X-Claude-Code-Agent-Id", "agent-7")
	eventually(t, "the first call at the vendor", func() bool { return len(inPhase(s, Connecting)) == 1 && s.Calls()[0].Vendor == "a" })
	second := askLater(t, base, streamBody)
	eventually(t, "the second in the queue", func() bool { return len(inPhase(s, Queued)) == 1 })
	close(gate.begin)
	eventually(t, "the first streaming", func() bool { return len(inPhase(s, Streaming)) == 1 })
	eventually(t, "its usage so far", func() bool { return inPhase(s, Streaming)[0].Usage.Input == 3 })
	calls := s.Calls()
	if c := calls[1]; c.Number != 1 || c.Session != "s-1" || c.Agent != "agent-7" || c.Took == 0 || c.First == 0 || c.Outcome != "" || c.VendorModel != "claude-opus-5-5" || c.Status != 200 {
		t.Errorf("%+v", c)
	}
	if c := calls[0]; c.Number != 2 || c.Queued == 0 || c.First != 0 || c.Status != 0 {
		t.Errorf("%+v", c)
	}
	close(gate.rest)
	if a := <-first; !strings.Contains(a, "message_stop") {
		t.Error(a)
	}
	<-second
	eventually(t, "both at their end", func() bool { return len(inPhase(s, Ended)) == 2 })
	if c := s.Calls()[0]; c.Outcome != "ok" || c.Class != ledger.OK || c.Usage.Output != 9 {
		t.Errorf("%+v", c)
	}
}

// The user cancels a call wherever it is: the client is told so that it does not ask again, the slot is free, and
// the vendor is left at once and not blamed.
func TestACallIsCancelledInEveryPhase(t *testing.T) {
	session := []string{"X-Claude-Code-Session-Id", "s-1"}
	for _, phase := range []Phase{Queued, Connecting, Streaming} {
		t.Run(string(phase), func(t *testing.T) {
			gate, handle := held(t)
			s, base := serve(t, row("a", vendorServer(t, handle).URL, limited(1), breaks))
			if phase == Queued {
				askLater(t, base, streamBody)
				eventually(t, "a call before it", func() bool { c := inPhase(s, Connecting); return len(c) == 1 && c[0].Vendor == "a" })
			}
			if phase == Streaming {
				close(gate.begin)
			}
			answer := askLater(t, base, streamBody, session...)
			eventually(t, "the phase", func() bool { c := s.Calls(); return len(c) > 0 && c[0].Phase == phase && c[0].Vendor == "a" })
			number := s.Calls()[0].Number
			if err := s.Cancel(number); err != nil {
				t.Fatal(err)
			}
			got := <-answer
			want := "403 Forbidden false {"
			if phase == Streaming {
				want = "200 OK"
			}
			if !strings.HasPrefix(got, want) || strings.Count(got, "cancelled in Afterglow") != 1 || strings.Contains(got, "message_stop") {
				t.Error(got)
			}
			eventually(t, "its end", func() bool { return ended(s) == 1 })
			if c := s.Calls(); c[len(c)-1].Class != ledger.Cancelled || c[len(c)-1].Outcome != "cancelled" {
				t.Errorf("%+v", c[len(c)-1])
			}
			if b := s.memory.Health.Standing("a").Breaker; b.Failures != 0 {
				t.Errorf("the vendor is blamed: %+v", b)
			}
			if err := s.Cancel(number); !errors.Is(err, ErrNoCall) {
				t.Errorf("cancelled twice: %v", err)
			}
			plain := strings.Replace(streamBody, `"stream":true`, `"stream":false`, 1)
			if again := <-askLater(t, base, plain, session...); !strings.HasPrefix(again, "403 Forbidden false {") {
				t.Errorf("sent again, without a stream: %s", again) // as Claude Code does
			}
			gate.open()
			other := strings.Replace(streamBody, `"hi"`, `"hi, go on"`, 1)
			if next := <-askLater(t, base, other, session...); !strings.HasPrefix(next, "200 OK") {
				t.Errorf("the conversation cannot go on: %s", next)
			}
			await(t, s, "all slots free", idle)
		})
	}
}

// A vendor that says 429 is waited for inside the slot, and that is seen.
func TestWaitingAfter429IsSeenAndCounted(t *testing.T) {
	refuse := make(chan struct{})
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-refuse:
			answering("at last")(w, r)
		default:
			refusing(429, `{"error":{"message":"slow down"}}`)(w, r)
		}
	})
	s, base := serve(t, row("a", v.URL, limited(2), func(v *config.Vendor) {
		v.Retry = config.Retry{Attempts: 100_000, Initial: 60 * time.Millisecond, Max: 60 * time.Millisecond}
	}))
	answer := askLater(t, base, streamBody)
	eventually(t, "a wait", func() bool { c := inPhase(s, Waiting); return len(c) == 1 && !c[0].Until.IsZero() })
	close(refuse)
	if a := <-answer; !strings.Contains(a, "at last") {
		t.Fatal(a)
	}
	d, _ := s.Call(last(s).number)
	points, err := s.History(t.Context(), limiter.Key{Vendor: "a", Model: "claude-opus-5-5"}, time.Hour)
	refused := 0
	for _, p := range points {
		refused += p.Refused
	}
	if err != nil || d.Retries == 0 || refused != d.Retries || d.Tries[0].Retries != d.Retries {
		t.Errorf("%d retries, %d refusals in the history, %v", d.Retries, refused, err)
	}
}

// What is shown of a call holds no secret of anybody.
func TestAnOpenedCallShowsNoSecret(t *testing.T) {
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "planted-cookie")
		w.Header().Set("Anthropic-Ratelimit-Tokens-Remaining", "77")
		answering("hello")(w, r)
	})
	_, base := serve(t, row("a", v.URL))
	post(t, base, plainBody, "Authorization", "Bearer planted-token", "X-Api-Key", "planted-key", "X-My-Secret", "planted-secret", "User-Agent", "claude-cli/2")
	_, answer := control(t, "GET", base+"/api/calls/1", "")
	if strings.Contains(answer.Raw, "planted") || strings.Contains(answer.Raw, "key-of-a") {
		t.Error(answer.Raw)
	}
	for path, want := range map[string]string{
		"request_header.User-Agent.0": "claude-cli/2", "request_header.Authorization.0": mask, "request_header.X-Api-Key.0": mask,
		"answer_header.Anthropic-Ratelimit-Tokens-Remaining.0": "77", "phase": "ended", "cost": "–", "bodies": "",
	} {
		if got := answer.Get(path).String(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if status, _ := control(t, "GET", base+"/api/calls/9", ""); status != 404 {
		t.Error("an unknown call:", status)
	}
	if status, _ := control(t, "DELETE", base+"/api/calls/1", ""); status != 404 {
		t.Error("cancelled after its end:", status)
	}
}

// Bodies are kept from when the user wants it until he does not, and of the last calls alone.
func TestBodiesAreKeptOnlyWhileTheUserWantsIt(t *testing.T) {
	s, base := serve(t, row("a", vendorServer(t, answering("the answer")).URL))
	post(t, base, streamBody)
	if status, _ := control(t, "PUT", base+"/api/capture", `{"on":"yes"}`); status != 400 {
		t.Error(status)
	}
	control(t, "PUT", base+"/api/capture", `{"on":true}`)
	for range capturedCalls + 1 {
		post(t, base, streamBody)
	}
	post(t, base+"/v/a", streamBody)
	bodies := func(number int) *Bodies {
		d, _ := s.Call(number)
		return d.Bodies
	}
	eventually(t, "all ended", func() bool { return ended(s) == capturedCalls+3 })
	n := capturedCalls + 3
	if bodies(1) != nil || bodies(2) != nil || bodies(3) != nil || bodies(4) == nil {
		t.Error("other bodies are kept than the last")
	}
	for _, b := range []*Bodies{bodies(n - 1), bodies(n)} {
		if b == nil || b.Request != streamBody || !strings.Contains(b.Answer, "the answer") {
			t.Errorf("%+v", b)
		}
	}
	if !s.Status().Capture {
		t.Error("nothing says that bodies are kept")
	}
	s.Capture(false)
	if bodies(n) != nil || s.Status().Capture {
		t.Error("bodies are kept after capture was turned off")
	}
}
