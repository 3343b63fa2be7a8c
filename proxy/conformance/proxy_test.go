package conformance

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// TestScenariosThroughTheProxy plays every vendor's answer over real sockets, a stream byte by byte. What
// the client gets is what the dialect makes of it; what failed before the first event is a status.
func TestScenariosThroughTheProxy(t *testing.T) {
	for _, s := range scenarios(t) {
		s.answers(func(dialect, name, text string) {
			t.Run(s.name()+"/"+dialect+"/"+name, func(t *testing.T) {
				t.Parallel()
				base := through(t, dialect, answering(name, text))
				kind := filepath.Ext(name)
				status, answer := ask(t, base, kind == ".sse")
				want := s.section(answered(dialect + "/" + name))
				switch {
				case kind == ".sse":
					judgeStream(t, status, answer, want)
				case kind == ".json" && !strings.HasPrefix(want, "refused"):
					if status != http.StatusOK || indented(t, answer) != want {
						t.Errorf("%d %s", status, cmp.Diff(want, indented(t, answer)))
					}
				default: // an error: the chain may say more than the vendor did
					if status < 400 || gjson.Get(answer, "type").Str != "error" || gjson.Get(answer, "error.message").Str == "" || gjson.Get(answer, "request_id").Str == "" && kind == ".http" && dialect != "anthropic" {
						t.Errorf("%d %s", status, answer)
					}
				}
			})
		})
	}
}

// judgeStream compares what a client got with what the dialect made of the vendor's stream.
func judgeStream(t *testing.T, status int, answer, want string) {
	t.Helper()
	events, _, broken := strings.Cut(want, "(ended: ")
	broken = broken || !strings.Contains(events, "event: message_stop") && !strings.Contains(events, "event: error")
	if first := withoutComments(events); first == "" || strings.HasPrefix(first, "event: error") {
		clients := status == http.StatusBadRequest && strings.Contains(first, `"invalid_request_error"`)
		if status < 500 && status != http.StatusTooManyRequests && !clients || gjson.Get(answer, "type").Str != "error" {
			t.Errorf("failed before its first event, the client got %d %s", status, answer)
		}
		return
	}
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	if broken {
		if tail, ok := strings.CutPrefix(answer, events); !ok || !strings.HasPrefix(tail, "event: error\n") || strings.Count(tail, "event:") != 1 {
			t.Errorf("a stream that broke: %s", cmp.Diff(events, answer))
		}
		return
	}
	if d := cmp.Diff(events, answer); d != "" {
		t.Error(d)
	}
}

func withoutComments(events string) string {
	for strings.HasPrefix(events, ":") {
		_, events, _ = strings.Cut(events, "\n\n")
	}
	return events
}

// answering is a vendor that answers every call so.
func answering(name, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		switch filepath.Ext(name) {
		case ".sse":
			w.Header().Set("Content-Type", "text/event-stream")
			for i := range len(text) {
				io.WriteString(w, text[i:i+1])
				http.NewResponseController(w).Flush()
			}
		case ".http":
			head, body, _ := strings.Cut(text, "\n\n")
			lines := strings.Split(head, "\n")
			for _, l := range lines[1:] {
				name, value, _ := strings.Cut(l, ": ")
				w.Header().Set(name, value)
			}
			var status int
			json.Unmarshal([]byte(lines[0]), &status)
			w.WriteHeader(status)
			io.WriteString(w, body)
		default:
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, text)
		}
	}
}

// through runs a proxy before a vendor of a dialect and returns its base URL.
func through(t *testing.T, dialect string, vendor http.Handler) string {
	t.Helper()
	upstream := httptest.NewServer(vendor)
	t.Cleanup(upstream.Close)
	row := config.Vendor{
		Name: "v", Dialect: dialect, BaseURL: upstream.URL, Auth: config.AuthBearer, Key: "k", DefaultModel: vendorModel[dialect], Accepts: config.AcceptsAll(),
		Chat: config.Chat{Reasoning: "reasoning_content", MaxTokens: "max_tokens"}, Retry: config.Retry{Attempts: 1},
		Connect: 5 * time.Second, FirstEvent: 10 * time.Second, Idle: 10 * time.Second, Message: 10 * time.Second,
	}
	s, err := proxy.New(proxy.Options{Config: config.Config{Listen: "127.0.0.1:0", Vendors: []config.Vendor{row}, MaxBody: 1 << 20, Drain: 5 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + s.Status().Addr
}

// ask sends a call and returns the answer, read to its end.
func ask(t *testing.T, base string, stream bool) (int, string) {
	t.Helper()
	body := `{"model":"claude-opus-5-5","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}`
	if stream {
		body = strings.Replace(body, `{"model"`, `{"stream":true,"model"`, 1)
	}
	resp, err := http.Post(base+"/v1/messages", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// TestEveryDialectIsJudged holds that no dialect misses a kind of scenario.
func TestEveryDialectIsJudged(t *testing.T) {
	answered := []string{"text", "tools", "parallel-tools", "thinking", "stop-max-tokens", "stop-refusal", "cut-stream", "empty-stream", "error-in-stream", "errors"}
	asked := []string{"text", "tools", "parallel-tools", "tool-results", "thinking", "thinking-adaptive", "thinking-disabled", "images", "documents", "system-messages", "structured-output", "foreign-blocks"}
	found := map[string]bool{}
	for _, s := range scenarios(t) {
		for _, f := range s.archive.Files {
			dialect, _, _ := strings.Cut(f.Name, "/")
			found[s.name()+" "+dialect] = true
			if strings.HasSuffix(f.Name, "/request.json") {
				found[s.name()+" request "+dialect] = true
			}
		}
	}
	for dialect := range dialects {
		for _, name := range answered {
			if !found[name+" "+dialect] {
				t.Errorf("%s: no answer of %s", name, dialect)
			}
		}
		for _, name := range asked {
			if !found[name+" request "+dialect] {
				t.Errorf("%s: no request for %s", name, dialect)
			}
		}
	}
}
