package proxy

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/nesting"
)

func TestEveryCaptureGoesThroughWithOnlyItsModelChanged(t *testing.T) {
	entries, err := os.ReadDir("testdata/captures")
	if err != nil {
		t.Fatal(err)
	}
	var got, query string
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, query = string(body), r.URL.RequestURI()
		if r.URL.Path == "/v1/messages/count_tokens" {
			io.WriteString(w, `{"input_tokens":42}`)
			return
		}
		sendEvents(w, message("hello"))
	})
	_, base := serve(t, row("zhipu", v.URL, func(v *config.Vendor) { v.DefaultModel = "glm-5.1" }))
	seen := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		seen++
		body, path := capture(t, e.Name()), "/v1/messages?beta=true"
		if strings.Contains(e.Name(), "count") {
			path = "/v1/messages/count_tokens?beta=true"
		}
		resp, err := http.Post(base+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Fatalf("%s: %d %s", e.Name(), resp.StatusCode, answer)
		}
		model := gjson.Get(body, "model").Str
		if d := cmp.Diff(strings.Replace(body, `"model":"`+model+`"`, `"model":"glm-5.1"`, 1), got); d != "" {
			t.Errorf("%s: %s", e.Name(), d)
		}
		if query != path {
			t.Errorf("%s: the vendor was asked for %s, want %s", e.Name(), query, path)
		}
		if !strings.Contains(path, "count") && string(answer) != message("hello") {
			t.Errorf("%s: events changed: %s", e.Name(), answer)
		}
	}
	if seen != 8 {
		t.Fatalf("%d captures, want 8", seen)
	}
}

// Each event must reach the client before the vendor sends the next one.
func TestEventsAreFlushedAsTheyArrive(t *testing.T) {
	next := make(chan struct{})
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range strings.SplitAfter(message("hi"), "\n\n") {
			io.WriteString(w, e)
			w.(http.Flusher).Flush()
			<-next
		}
	})
	_, base := serve(t, row("v", v.URL))
	resp, err := http.DefaultClient.Do(request(t, context.Background(), base, streamBody))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	r := bufio.NewReader(resp.Body)
	for _, want := range strings.SplitAfter(strings.TrimSuffix(message("hi"), "\n\n"), "\n\n") {
		for _, line := range strings.SplitAfter(strings.TrimSuffix(want, "\n\n"), "\n") {
			got, err := r.ReadString('\n')
			if err != nil || strings.TrimSpace(got) != strings.TrimSpace(line) {
				t.Fatalf("got %q, %v; want %q", got, err, line)
			}
		}
		r.ReadString('\n')
		next <- struct{}{}
	}
	close(next)
}

// RC-56e among them.
func TestFailoverBeforeTheFirstEvent(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"429":                        refusing(429, `{"error":{"code":"1302","message":"too many"}}`),
		"429 with a null message":    refusing(429, `{"error":{"message":null}}`),
		"500 in HTML":                refusing(500, "<html>oops</html>"),
		"502 empty":                  refusing(502, ""),
		"503":                        refusing(503, "down"),
		"504":                        refusing(504, "down"),
		"529":                        refusing(529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`),
		"our key is refused":         refusing(401, "unauthorized"),
		"a redirect":                 refusing(302, "", "Location", "http://127.0.0.1:1/"),
		"200 in HTML":                refusing(200, "<html>login</html>", "Content-Type", "text/html"),
		"200 with an error body":     refusing(200, `{"error":{"code":"1305","message":"busy"}}`, "Content-Type", "application/json"),
		"200 empty":                  refusing(200, ""),
		"reset before the headers":   func(w http.ResponseWriter, r *http.Request) { cut(w) },
		"silence before the headers": func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() },
		"silence after a ping": func(w http.ResponseWriter, r *http.Request) {
			sendEvents(w, "event: ping\ndata: {\"type\": \"ping\"}\n\n")
			<-r.Context().Done()
		},
		"an error event first": func(w http.ResponseWriter, r *http.Request) {
			sendEvents(w, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n")
		},
		"a bare error after a ping": func(w http.ResponseWriter, r *http.Request) {
			sendEvents(w, ": hi\n\nevent: ping\ndata: {}\n\ndata: {\"error\":{\"code\":\"1305\",\"message\":\"busy\"}}\n\n")
		},
		"an end before anything": func(w http.ResponseWriter, r *http.Request) { sendEvents(w, ": hello\n\n") },
		"reset within the first event": func(w http.ResponseWriter, r *http.Request) {
			sendEvents(w, "event: message_start\ndata: {\"type\":")
			cut(w)
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := vendorServer(t, first), vendorServer(t, answering("from b"))
			short := func(v *config.Vendor) { v.FirstEvent, v.Message = 200*time.Millisecond, 200*time.Millisecond }
			s, base := serve(t, row("a", a.URL, short, limited(1)), row("b", b.URL))
			for _, body := range []string{streamBody, plainBody} {
				if body == plainBody && strings.Contains(name, "event") || body == plainBody && strings.Contains(name, "ping") || body == plainBody && strings.Contains(name, "an end") {
					continue // a message has no events
				}
				resp, answer := post(t, base, body)
				if resp.StatusCode != 200 || !strings.Contains(answer, "from b") || resp.Header.Get("Afterglow-Vendor") != "b" {
					t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, answer)
				}
				if strings.Count(answer, "message_start") > 2 { // the name and the type of one event
					t.Fatalf("two messages: %s", answer)
				}
			}
			await(t, s, "permits back", idle)
		})
	}
}

// RC-47: what every vendor would refuse is asked of one, and comes back as it is.
func TestAStructuralRefusalComesBackOnceAndUnchanged(t *testing.T) {
	body := `{"type":"error", "error":{"type":"invalid_request_error","message":"messages.3: tool_result blocks can only be in user messages"}}`
	a := simulated(t, fakevendor.Always(fakevendor.Refuse(400, body).With("Content-Type", "application/json").With("Request-Id", "req_vendor")))
	b := simulated(t, fakevendor.Always(fakevendor.Text("from b")))
	s, base := serve(t, row("a", a.URL(), breaks), row("b", b.URL()))
	for _, request := range []string{streamBody, plainBody} {
		resp, answer := post(t, base, request)
		if resp.StatusCode != 400 || resp.Header.Get("Request-Id") != "req_vendor" || answer != body {
			t.Errorf("got %d %v %s", resp.StatusCode, resp.Header, answer)
		}
	}
	if a.Load().Arrived != 2 || b.Load().Arrived != 0 {
		t.Errorf("a was called %d times, b %d times", a.Load().Arrived, b.Load().Arrived)
	}
	if got := s.memory.Health.Standing("a").Breaker; got.Failures != 0 {
		t.Errorf("the vendor was blamed: %+v", got)
	}
}

// What one vendor cannot take another may; if none can, the client hears the last one's own words.
func TestASemanticRefusalGoesOnAndIsNotCounted(t *testing.T) {
	for _, status := range []int{400, 404, 413, 422} {
		body := `{"type":"error", "error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}`
		a := simulated(t, fakevendor.Always(fakevendor.Refuse(status, body)))
		b := simulated(t, fakevendor.InTurn(fakevendor.Text("from b"), fakevendor.Refuse(status, body)))
		s, base := serve(t, row("a", a.URL(), breaks), row("b", b.URL(), breaks))
		if _, answer := post(t, base, plainBody); !strings.Contains(answer, "from b") {
			t.Errorf("%d: got %s", status, answer)
		}
		if resp, answer := post(t, base, plainBody); resp.StatusCode != status || answer != body {
			t.Errorf("%d: got %d %s", status, resp.StatusCode, answer)
		}
		for _, name := range []string{"a", "b"} {
			if got := s.memory.Health.Standing(name).Breaker; got.Failures != 0 {
				t.Errorf("%d: %s was blamed: %+v", status, name, got)
			}
		}
	}
}

func TestAStreamThatBreaksAfterItBeganEndsInOneError(t *testing.T) {
	head := strings.Join(strings.SplitAfter(message("part"), "\n\n")[:4], "")
	for name, tail := range map[string]func(http.ResponseWriter, *http.Request){
		"reset":         func(w http.ResponseWriter, _ *http.Request) { cut(w) },
		"a clean end":   func(http.ResponseWriter, *http.Request) {},
		"half an event": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "event: message_stop\ndata: {\"ty") },
		"silence":       func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"its own error": func(w http.ResponseWriter, _ *http.Request) {
			sendEvents(w, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n")
		},
		"[DONE] and a end": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "data: [DONE]") },
	} {
		t.Run(name, func(t *testing.T) {
			a := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "text/event-stream")
				io.WriteString(w, head) // at once: idle_timeout begins when all of it is there
				w.(http.Flusher).Flush()
				tail(w, r)
			})
			var second atomic.Int32
			b := vendorServer(t, func(w http.ResponseWriter, r *http.Request) { second.Add(1) })
			s, base := serve(t, row("a", a.URL, limited(1), func(v *config.Vendor) { v.Idle = 200 * time.Millisecond }), row("b", b.URL))
			resp, answer := post(t, base, streamBody)
			if resp.StatusCode != 200 || !strings.HasPrefix(answer, head) || strings.Count(answer, "event: error") != 1 {
				t.Fatalf("%d %s", resp.StatusCode, answer)
			}
			if strings.Contains(answer, "message_stop") || second.Load() != 0 {
				t.Fatalf("dressed up or sent on: %s", answer)
			}
			last := answer[strings.LastIndex(answer, "data: ")+len("data: "):]
			if !nesting.Valid(last) || gjson.Get(last, "type").Str != "error" || gjson.Get(last, "error.message").Str == "" {
				t.Fatalf("no envelope: %s", last)
			}
			await(t, s, "permit back", idle)
		})
	}
}

func TestACompleteMessageWithoutItsLastBlankLine(t *testing.T) {
	whole := message("hi")
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) { sendEvents(w, strings.TrimSuffix(whole, "\n\n")) })
	_, base := serve(t, row("v", v.URL))
	if _, answer := post(t, base, streamBody); answer != whole {
		t.Fatalf("got %q", answer)
	}
}

// RC-56d.
func TestAllTiersDown(t *testing.T) {
	a := vendorServer(t, refusing(503, "down"))
	b := vendorServer(t, refusing(429, `{"error":{"code":"1302","message":"too many"}}`, "Retry-After", "7"))
	for _, body := range []string{streamBody, plainBody} {
		_, base := serve(t, row("a", a.URL), row("b", b.URL), row("c", b.URL, func(v *config.Vendor) { v.Key = "" }))
		resp, answer := post(t, base, body)
		if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "7" {
			t.Fatalf("%d %v", resp.StatusCode, resp.Header)
		}
		j := gjson.Parse(answer)
		if j.Get("type").Str != "error" || j.Get("error.type").Str != "rate_limit_error" || j.Get("request_id").Str == "" ||
			j.Get("error.message").Str != "a: 503 down; b: 429 [1302] too many; c: no key" {
			t.Fatal(answer)
		}
	}
}

func TestClientGoneEndsTheVendorsCall(t *testing.T) {
	began, ended := make(chan struct{}), make(chan struct{})
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		sendEvents(w, strings.Join(strings.SplitAfter(message("part"), "\n\n")[:4], ""))
		close(began)
		<-r.Context().Done()
		close(ended)
	})
	s, base := serve(t, row("v", v.URL, limited(1)))
	ctx, cancel := context.WithCancel(context.Background())
	resp, err := http.DefaultClient.Do(request(t, ctx, base, streamBody))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-began
	cancel()
	<-ended
	await(t, s, "permit back", idle)
}

// RC-94.
func TestRetriesOf429KeepThePermit(t *testing.T) {
	var calls atomic.Int32
	var server *Server
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		if n := calls.Add(1); n < 3 {
			if f, _ := server.limiter.Snapshot().Totals(); f != 1 {
				t.Errorf("call %d: %d in flight, want 1", n, f)
			}
			refusing(429, `{"error":{"code":"1302","message":"m"}}`)(w, r)
			return
		}
		answering("third")(w, r)
	})
	s, base := serve(t, row("v", v.URL, limited(1), func(v *config.Vendor) {
		v.Retry = config.Retry{Attempts: 5, Initial: 20 * time.Millisecond, Max: time.Minute}
	}))
	server = s
	if resp, answer := post(t, base, streamBody); resp.StatusCode != 200 || !strings.Contains(answer, "third") || calls.Load() != 3 {
		t.Fatalf("%d %s after %d calls", resp.StatusCode, answer, calls.Load())
	}
}

func TestGarbageIn(t *testing.T) {
	v := vendorServer(t, answering("never"))
	_, base := serveConfig(t, config.Config{MaxBody: 1000, Vendors: []config.Vendor{row("v", v.URL)}})
	for name, tc := range map[string]struct {
		body   string
		header []string
		status int
		text   string
	}{
		"empty":            {"", nil, 400, "not a JSON object"},
		"text":             {"hello", nil, 400, "not a JSON object"},
		"no model":         {"{}", nil, 400, "model: field required"},
		"model twice":      {`{"model":"a","model":"b"}`, nil, 400, "appears twice"},
		"model too long":   {`{"model":"` + strings.Repeat("m", 300) + `"}`, nil, 400, "at most 256 bytes"},
		"account's name":   {`{"model":"*"}`, nil, 400, "expected a model's name"},
		"too long":         {`{"model":"m","x":"` + strings.Repeat("x", 2000) + `"}`, nil, 413, "max_body"},
		"compressed":       {"{}", []string{"Content-Encoding", "gzip"}, 400, "compressed request bodies are not supported"},
		"foreign origin":   {plainBody, []string{"Origin", "https://evil.example"}, 403, "web pages"},
		"sandboxed origin": {plainBody, []string{"Origin", "null"}, 403, "web pages"},
	} {
		resp, answer := post(t, base, tc.body, tc.header...)
		if resp.StatusCode != tc.status || !strings.Contains(gjson.Get(answer, "error.message").Str, tc.text) || gjson.Get(answer, "type").Str != "error" {
			t.Errorf("%s: %d %s", name, resp.StatusCode, answer)
		}
	}
}

func TestPause(t *testing.T) {
	v := vendorServer(t, answering("hi"))
	s, base := serve(t, row("v", v.URL))
	s.Pause(true)
	resp, answer := post(t, base, streamBody)
	if resp.StatusCode != 529 || resp.Header.Get("Retry-After") != "15" || gjson.Get(answer, "error.type").Str != "overloaded_error" {
		t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, answer)
	}
	s.Pause(false)
	if resp, _ := post(t, base, streamBody); resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode)
	}
}
