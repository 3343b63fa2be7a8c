package proxy

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/tidwall/gjson"
	"google.golang.org/genai"

	"afterglow/proxy/config"
	"afterglow/proxy/sse"
)

// newContext is a context that the test ends, at its own end at the latest.
func newContext(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return ctx, cancel
}

// routeStreams are a stream of each protocol, and where it is asked for.
var routeStreams = map[string]struct{ path, stream, sign string }{
	"messages": {"/v/lab/v1/messages", message("hello"), ": queued\n\n"},
	"chat": {"/v/lab/openai/chat/completions",
		"data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", ": queued\n\n"},
	"responses": {"/v/lab/openai/responses",
		"event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\",\"object\":\"response\",\"status\":\"in_progress\",\"model\":\"m\",\"output\":[]}}\n\n" +
			"event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":1,\"response\":{\"id\":\"r\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m\",\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"hello\"}]}]}}\n\n", "event: response.created\n"},
	"gemini": {"/v/lab/gemini/v1beta/models/m:streamGenerateContent?alt=sse",
		"data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"hello\"}]},\"finishReason\":\"STOP\"}]}\n\n", "\n\n"},
}

// crowdedRoute is a proxy whose vendor "lab" has one slot, which a call holds until the returned function is called. After
// that the vendor answers with next.
func crowdedRoute(t *testing.T, wait time.Duration, next http.HandlerFunc) (s *Server, base string, free func()) {
	t.Helper()
	gate := make(chan struct{})
	up := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if gjson.GetBytes(body, "holds").Bool() {
			select {
			case <-gate:
			case <-r.Context().Done():
			}
			return
		}
		next(w, r)
	})
	s, base = serveConfig(t, config.Config{ParkAfter: time.Millisecond, Vendors: []config.Vendor{
		row("lab", up.URL, speaks("openai", up.URL), speaks("gemini", up.URL), variable("LAB_KEY"), func(v *config.Vendor) {
			v.Limit = config.Limit{Default: 1, Max: 20, MaxPending: 9, MaxWait: wait}
		}),
	}})
	ctx, cancel := newContext(t)
	req, _ := http.NewRequestWithContext(ctx, "POST", base+"/v/lab/v1/messages", strings.NewReader(`{"model":"m","holds":true}`))
	req.Header.Set("Content-Type", "application/json")
	go func() {
		if resp, err := http.DefaultClient.Do(req); err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}()
	await(t, s, "the slot is taken", counts(1, 0))
	t.Cleanup(cancel)
	return s, base, func() { close(gate) }
}

// parked makes a call that waits in the queue until its client has a status, and returns the answer.
func parked(t *testing.T, base, path string) *http.Response {
	t.Helper()
	req, _ := http.NewRequest("POST", base+path, strings.NewReader(`{"model":"m","stream":true,"input":"x","messages":[]}`))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// The client gets a status and signs of life in its own protocol, and then the vendor's bytes as they are.
func TestAQueuedCallOnAVendorRouteIsParked(t *testing.T) {
	for name, tc := range routeStreams {
		t.Run(name, func(t *testing.T) {
			s, base, free := crowdedRoute(t, 0, func(w http.ResponseWriter, r *http.Request) { sendEvents(w, tc.stream) })
			resp := parked(t, base, tc.path)
			if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
				t.Fatalf("%d %v", resp.StatusCode, resp.Header)
			}
			await(t, s, "it is queued all the same", counts(1, 1))
			free()
			got := read(t, resp)
			if rest, ok := strings.CutPrefix(got, tc.sign); !ok || !strings.HasSuffix(rest, tc.stream) {
				t.Errorf("got %q", got)
			}
			eventually(t, "both are recorded", func() bool { return ended(s) == 2 })
			if rec := last(s); rec.status != 200 || rec.outcome != "ok" || rec.queued() == 0 {
				t.Errorf("status %d, %s, queued %v", rec.status, rec.outcome, rec.queued())
			}
		})
	}
}

// What cannot be a status any more is an error in the words of the protocol that its clients understand within a stream.
func TestAParkedCallOnAVendorRouteThatFails(t *testing.T) {
	long := strings.Repeat("many words ", 10)
	for what, tc := range map[string]struct {
		wait time.Duration
		next http.HandlerFunc
		want map[string]string // by protocol: what stands in the answer
	}{
		"the vendor is busy": {0, refusing(429, `{"error":{"message":"slow down"}}`), map[string]string{
			"messages": `"type":"rate_limit_error","message":"slow down"`, "chat": `data: {"error":{"message":"slow down","type":"rate_limit_error"`,
			"responses": `"code":"rate_limit_exceeded","message":"slow down"`, "gemini": `{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"`}},
		"the vendor is broken": {0, refusing(500, `{"error":{"message":"oh"}}`), map[string]string{
			"messages": `"api_error"`, "chat": `data: {"error":{"message":"oh"`, "responses": `"code":"server_error","message":"oh"`, "gemini": `"status":"INTERNAL"`}},
		"the request is refused": {0, refusing(400, `{"error":{"message":"no such tool"}}`), map[string]string{
			"messages": `"invalid_request_error"`, "chat": `"type":"invalid_request_error"`, "responses": `"code":"invalid_prompt","message":"no such tool"`, "gemini": `"status":"INVALID_ARGUMENT"`}},
		"the key is rejected": {0, refusing(401, `{"error":{"message":"bad"}}`), map[string]string{
			"messages": `lab rejected its API key (LAB_KEY)`, "chat": `lab rejected its API key (LAB_KEY)`, "responses": `"code":"invalid_prompt","message":"lab rejected its API key`, "gemini": `"status":"PERMISSION_DENIED"`}},
		"the prompt is too long": {0, refusing(400, `{"error":{"message":"This model's maximum context length is 10 tokens. However, you requested 12 tokens","code":"context_length_exceeded"}}`), map[string]string{
			"responses": `"code":"context_length_exceeded"`, "chat": `"code":"context_length_exceeded"`}},
		"no stream comes": {0, jsonAnswer(`{"ok":true}`), map[string]string{
			"messages": `without a stream`, "chat": `without a stream`, "responses": `"response.failed"`, "gemini": `without a stream`}},
		"the vendor is gone": {0, func(w http.ResponseWriter, _ *http.Request) { cut(w) }, map[string]string{
			"messages": `upstream unreachable`, "chat": `upstream unreachable`, "responses": `"code":"server_error","message":"upstream unreachable`, "gemini": `upstream unreachable`}},
		"the queue takes too long": {3 * time.Second, jsonAnswer(long), map[string]string{
			"messages": `"overloaded_error"`, "chat": `"type":"overloaded_error"`, "responses": `Please try again in 10s.`, "gemini": `"status":"UNAVAILABLE"`}},
	} {
		for protocol, want := range tc.want {
			t.Run(what+", "+protocol, func(t *testing.T) {
				if tc.wait > 0 {
					t.Parallel() // it takes long, so that a slow machine too has parked the call before
				}
				s, base, free := crowdedRoute(t, tc.wait, tc.next)
				resp := parked(t, base, routeStreams[protocol].path)
				if tc.wait == 0 {
					free()
				}
				got := read(t, resp)
				if resp.StatusCode != 200 || !strings.HasPrefix(got, routeStreams[protocol].sign) || !strings.Contains(got, want) {
					t.Errorf("%d %q, want %s", resp.StatusCode, got, want)
				}
				if tc.wait > 0 {
					free()
				}
				eventually(t, "both are recorded", func() bool { return ended(s) == 2 })
				await(t, s, "permits back", idle)
				for _, rec := range endedCalls(s) {
					if rec.number == 2 && (rec.status != 200 || rec.outcome == "ok") {
						t.Errorf("recorded with status %d, %s", rec.status, rec.outcome)
					}
				}
			})
		}
	}
}

// Clients that ask for no stream, or for a list in place of one, are not parked: the status is the vendor's.
func TestWhatIsNotParkedOnAVendorRoute(t *testing.T) {
	for _, tc := range []struct{ path, body string }{
		{"/v/lab/openai/chat/completions", `{"model":"m"}`},
		{"/v/lab/gemini/v1beta/models/m:streamGenerateContent", `{"contents":[]}`},
		{"/v/lab/gemini/v1beta/models/m:generateContent?alt=sse", `{"contents":[]}`},
		{"/v/lab/openai/embeddings", `{"model":"m"}`},
		{"/v/lab/openai/audio/speech", `{"model":"m","stream":true}`},
	} {
		s, base, free := crowdedRoute(t, 0, refusing(418, `{"error":{"message":"tea"}}`))
		done := make(chan int)
		go func() {
			resp, err := http.DefaultClient.Post(base+tc.path, "application/json", strings.NewReader(tc.body))
			if err != nil {
				done <- 0
				return
			}
			resp.Body.Close()
			done <- resp.StatusCode
		}()
		await(t, s, "queued", counts(1, 1))
		free()
		if got := <-done; got != 418 {
			t.Errorf("%s: %d", tc.path, got)
		}
	}
}

// How soon each client hears from us, and how often.
func TestWhenEachClientIsParked(t *testing.T) {
	for _, tc := range []struct {
		dialect, operation, query string
		first                     time.Duration
		sign, again               string
	}{
		{"anthropic", "messages", "", 200 * time.Second, ": queued\n\n", ": queued\n\n"},
		{"openai", "chat", "", 100 * time.Second, ": queued\n\n", ": queued\n\n"},
		{"gemini", "generate_content", "alt=sse", 45 * time.Second, "\n\n", "\n\n"},
		{"openai", "responses", "", 200 * time.Second, "response.created", "response.in_progress"},
		{"gemini", "generate_content", "", 0, "", ""},
		{"openai", "audio.speech", "", 0, "", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &recorder{ResponseRecorder: httptest.NewRecorder()}
			s := &Server{}
			s.running.Store(&generation{conf: config.Config{ParkAfter: 200 * time.Second}})
			c := &routed{passing: &passing{rec: &record{operation: tc.operation}, w: &passingWriter{ResponseWriter: w}}, to: config.Endpoint{Dialect: tc.dialect}, asks: asked{model: "m", stream: true}}
			s.wait(c, tc.query)
			c.park.Enter()
			if tc.first == 0 {
				sleep(time.Hour)
				if w.text() != "" {
					t.Errorf("%s %s was parked", tc.dialect, tc.operation)
				}
				return
			}
			sleep(tc.first - time.Second)
			if w.text() != "" {
				t.Errorf("%s %s heard from us before %v", tc.dialect, tc.operation, tc.first)
			}
			sleep(2 * time.Second)
			first := w.text()
			sleep(10 * time.Second)
			again := strings.TrimPrefix(w.text(), first)
			if !strings.Contains(first, tc.sign) || !strings.Contains(again, tc.again) {
				t.Errorf("%s %s: %q, then %q", tc.dialect, tc.operation, first, again)
			}
			if !c.unpark() {
				t.Error("does not know that it sent the status")
			}
		})
	}
}

// The official libraries read a parked stream to its end.
func TestLibrariesReadAParkedStream(t *testing.T) {
	for name, ask := range map[string]func(ctx context.Context, base string, over *http.Client) (string, error){
		"chat": func(ctx context.Context, base string, over *http.Client) (string, error) {
			client := openai.NewClient(option.WithBaseURL(base+"/v/lab/openai/"), option.WithAPIKey("theirs"), option.WithMaxRetries(0), option.WithHTTPClient(over))
			stream := client.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{Model: "m", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("hi")}})
			text := ""
			for stream.Next() {
				text += stream.Current().Choices[0].Delta.Content
			}
			return text, stream.Err()
		},
		"responses": func(ctx context.Context, base string, over *http.Client) (string, error) {
			client := openai.NewClient(option.WithBaseURL(base+"/v/lab/openai/"), option.WithAPIKey("theirs"), option.WithMaxRetries(0), option.WithHTTPClient(over))
			stream := client.Responses.NewStreaming(ctx, responses.ResponseNewParams{Model: "m", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("hi")}})
			text := ""
			for stream.Next() {
				if e := stream.Current(); e.Type == "response.completed" {
					text = e.Response.OutputText()
				}
			}
			return text, stream.Err()
		},
		"gemini": func(ctx context.Context, base string, over *http.Client) (text string, err error) {
			client, err := genai.NewClient(ctx, &genai.ClientConfig{APIKey: "theirs", Backend: genai.BackendGeminiAPI, HTTPClient: over, HTTPOptions: genai.HTTPOptions{BaseURL: base + "/v/lab/gemini"}})
			if err != nil {
				return "", err
			}
			for part, err := range client.Models.GenerateContentStream(ctx, "m", genai.Text("hi"), nil) {
				if err != nil {
					return text, err
				}
				text += part.Text()
			}
			return text, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, base, free := crowdedRoute(t, 0, func(w http.ResponseWriter, r *http.Request) { sendEvents(w, routeStreams[name].stream) })
			type said struct {
				text string
				err  error
			}
			done, status := make(chan said), make(chan int, 1)
			over := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				resp, err := http.DefaultTransport.RoundTrip(r)
				if err == nil {
					status <- resp.StatusCode
				}
				return resp, err
			})}
			go func() {
				text, err := ask(context.Background(), base, over)
				done <- said{text, err}
			}()
			if got := <-status; got != 200 { // while all slots are taken
				t.Fatal(got)
			}
			await(t, s, "queued", counts(1, 1))
			free()
			if got := <-done; got.err != nil || got.text != "hello" {
				t.Errorf("%q %v", got.text, got.err)
			}
		})
	}
}

// A stream that was parked has events that a reader of them understands.
func TestSignsOfLifeAreEvents(t *testing.T) {
	signs := responseSigns("m\"\n")
	reader := sse.NewReader(strings.NewReader(string(signs(0)) + string(signs(1)) + string(comments(2))))
	for _, want := range []string{"response.created", "response.in_progress"} {
		e, err := reader.Next()
		if err != nil || string(e.Name) != want || gjson.GetBytes(e.Data, "type").Str != want || gjson.GetBytes(e.Data, "response.model").Str != "m\"\n" {
			t.Errorf("%s %s %v", e.Name, e.Data, err)
		}
	}
}

// A vendor's informational answer is for the connection to it: on its way to a parked client it would meet our own writing.
func TestAVendorsEarlyHintsDoNotReachTheClientOfARoute(t *testing.T) {
	s, base, free := crowdedRoute(t, 0, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		sendEvents(w, routeStreams["chat"].stream)
	})
	hints := 0
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error {
		hints++
		return nil
	}})
	free()
	await(t, s, "the slot is free", counts(0, 0))
	req, err := http.NewRequestWithContext(ctx, "POST", base+routeStreams["chat"].path, strings.NewReader(`{"model":"m","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, resp); resp.StatusCode != 200 || got != routeStreams["chat"].stream || hints != 0 {
		t.Errorf("%d %s after %d hints", resp.StatusCode, got, hints)
	}
}
