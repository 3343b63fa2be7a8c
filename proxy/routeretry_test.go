package proxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
)

// unhurried is a vendor whose refusals are waited out, in a time that a test has.
func unhurried(attempts int) func(*config.Vendor) {
	return func(v *config.Vendor) {
		v.Codes, v.Retry = "zhipu", config.Retry{Attempts: attempts, Initial: time.Millisecond, Max: 2 * time.Millisecond}
	}
}

const busy1302 = `{"error":{"code":"1302","message":"您的账户已达到速率限制，请您控制请求频率"}}`

// refusingFirst refuses the first calls and then answers with fine.
func refusingFirst(n int, status int, body string, fine http.HandlerFunc) http.HandlerFunc {
	var calls atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) <= int64(n) {
			refusing(status, body, "Content-Type", "application/json")(w, r)
			return
		}
		fine(w, r)
	}
}

// Zhipu's 1302 passes within a second. opencode got it as it was, and waited for two.
func TestAVendorRouteWaitsRefusalsOutAsTheChainDoes(t *testing.T) {
	const stream = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"}}]}\n\ndata: [DONE]\n\n"
	up := newTestAPI(t, refusingFirst(2, 429, busy1302, func(w http.ResponseWriter, r *http.Request) { sendEvents(w, stream) }))
	s, base := serve(t, row("zhipu", up.URL, speaks("openai", up.URL+"/v4"), limited(1), unhurried(5)))
	resp, got := do(t, "POST", base+"/v/zhipu/openai/chat/completions", chatBody(7), "Content-Type", "application/json", "Authorization", "Bearer theirs")
	if resp.StatusCode != 200 || got != stream {
		t.Fatalf("%d %s", resp.StatusCode, got)
	}
	for i, c := range up.calls() {
		if c.body != chatBody(7) || c.header.Get("Authorization") != "Bearer key-of-zhipu" || c.uri != "/v4/chat/completions" {
			t.Errorf("call %d: %+v", i+1, c)
		}
	}
	rec := lastRecord(t, s, 1)
	if len(up.calls()) != 3 || rec.Retries != 2 || rec.Status != 200 || rec.Outcome != "ok" {
		t.Errorf("%d calls, %+v", len(up.calls()), rec)
	}
	await(t, s, "one slot for all of it", idle)
}

func TestARefusalThatIsNotWaitedOutPassesAsItCame(t *testing.T) {
	for name, tc := range map[string]struct {
		attempts, status int
		body             string
		path, method     string
		calls            int
	}{
		"the attempts are used up":        {3, 429, busy1302, "/openai/chat/completions", "POST", 3},
		"overloaded":                      {3, 529, `{"error":{"type":"overloaded_error","message":"Overloaded"}}`, "/v1/messages", "POST", 3},
		"an overloaded model":             {5, 429, `{"error":{"code":"1305","message":"overloaded"}}`, "/openai/chat/completions", "POST", 2},
		"a limit of hours":                {5, 429, `{"error":{"code":"1308","message":"used up"}}`, "/openai/chat/completions", "POST", 1},
		"no balance":                      {5, 429, `{"error":{"code":"1113","message":"no balance"}}`, "/openai/chat/completions", "POST", 1},
		"a broken vendor":                 {5, 503, "down", "/openai/chat/completions", "POST", 1},
		"a vendor that is not retried":    {1, 429, busy1302, "/openai/chat/completions", "POST", 1},
		"what is no call to a model":      {5, 429, busy1302, "/openai/models", "GET", 1},
		"an upload, whose body is passed": {5, 429, busy1302, "/openai/files", "POST", 1},
	} {
		t.Run(name, func(t *testing.T) {
			up := newTestAPI(t, refusing(tc.status, tc.body, "X-Request-Id", "theirs", "Retry-After", "0"))
			s, base := serve(t, row("zhipu", up.URL, speaks("openai", up.URL), limited(1), unhurried(tc.attempts)))
			resp, got := do(t, tc.method, base+"/v/zhipu"+tc.path, chatBody(1), "Content-Type", "application/json")
			if resp.StatusCode != tc.status || got != tc.body || resp.Header.Get("X-Request-Id") != "theirs" || len(up.calls()) != tc.calls {
				t.Errorf("%d %v %s after %d calls", resp.StatusCode, resp.Header, got, len(up.calls()))
			}
			if rec := lastRecord(t, s, 1); rec.Retries != tc.calls-1 {
				t.Errorf("%+v", rec)
			}
			await(t, s, "permits back", idle)
		})
	}
}

// While a refusal is waited out the call keeps its slot, the record says until when, and a client that leaves ends the wait.
func TestAWaitOnAVendorRouteIsSeenAndCanBeLeft(t *testing.T) {
	up := newTestAPI(t, refusing(429, busy1302))
	s, base := serve(t, row("zhipu", up.URL, speaks("openai", up.URL), limited(1), func(v *config.Vendor) {
		v.Codes, v.Retry = "zhipu", config.Retry{Attempts: 5, Initial: time.Hour, Max: 2 * time.Hour}
	}))
	req, _ := http.NewRequest("POST", base+"/v/zhipu/openai/chat/completions", strings.NewReader(chatBody(1)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Session-Id", "codex-1")
	ctx, leave := newContext(t)
	go func() {
		if resp, err := http.DefaultClient.Do(req.WithContext(ctx)); err == nil {
			resp.Body.Close()
		}
	}()
	eventually(t, "the call waits", func() bool {
		c := s.Calls()
		return len(c) == 1 && c[0].Phase == Waiting && time.Until(c[0].Until) > 25*time.Minute && c[0].Session == "codex-1"
	})
	if f, p := s.limiter.Snapshot().Totals(); f != 1 || p != 0 {
		t.Errorf("%d in flight, %d pending", f, p)
	}
	leave()
	await(t, s, "the slot is back", idle)
	if rec := lastRecord(t, s, 1); rec.Status != 499 || len(up.calls()) != 1 {
		t.Errorf("%+v after %d calls", rec, len(up.calls()))
	}
}

// A body that the vendor has not read when it refuses is sent whole again.
func TestALongBodyIsSentWholeAgain(t *testing.T) {
	var calls atomic.Int64
	lengths := make(chan int, 2)
	up := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(429) // without reading
			return
		}
		body, _ := io.ReadAll(r.Body)
		lengths <- len(body)
		io.WriteString(w, `{}`)
	})
	_, base := serve(t, row("lab", up.URL, limited(1), unhurried(3)))
	body := fmt.Sprintf(`{"model":"m","text":%q}`, strings.Repeat("x", 3<<20))
	resp, got := do(t, "POST", base+"/v/lab/v1/messages", body, "Content-Type", "application/json")
	if resp.StatusCode != 200 || <-lengths != len(body) {
		t.Errorf("%d %s", resp.StatusCode, gjson.Get(got, "error").Raw)
	}
}
