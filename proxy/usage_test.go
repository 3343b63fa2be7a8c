package proxy

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

// trickling is a vendor that sends a stream byte by byte, so that every line and every character is cut.
func trickling(stream string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range len(stream) {
			io.WriteString(w, stream[i:i+1])
			w.(http.Flusher).Flush()
		}
	}
}

func translates(dialect string) func(*config.Vendor) {
	return func(v *config.Vendor) {
		v.Dialect, v.DefaultModel = dialect, "vendor-model"
		v.Chat = config.Chat{Reasoning: "reasoning_content", MaxTokens: "max_tokens"}
	}
}

// events are those of a stream, one data line each.
func events(data ...string) string {
	var b strings.Builder
	for _, d := range data {
		if name := gjson.Get(d, "type").Str; name != "" {
			b.WriteString("event: " + name + "\n")
		}
		b.WriteString("data: " + d + "\n\n")
	}
	return b.String()
}

const (
	spoken = `{"id":"c1","model":"glm-5.1-0414","choices":[{"index":0,"delta":{"content":"你好"},"finish_reason":null}],"usage":null}`
	ending = `{"id":"c1","model":"glm-5.1-0414","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`
)

// What a stream says of tokens is in the call's record, whatever the vendor does to it on the way.
func TestUsageIsCountedThroughTheProxy(t *testing.T) {
	begun := `{"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1200,"output_tokens":1}}}`
	block := `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"你"}}`
	const stopped = `{"type":"content_block_stop","index":0}`
	const over = `{"type":"message_stop"}`
	delta := func(usage string) string {
		return `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":` + usage + `}`
	}
	native := func(data ...string) string { return events(append(data, over)...) }
	for name, tc := range map[string]struct {
		dialect, stream string
		want            usageJSON
	}{
		"RC-1 null frame":            {"openai", events(spoken, `{"choices":[],"usage":null}`, ending, `{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}}`, `[DONE]`), usageJSON{Input: 10, Output: 5}},
		"RC-2 null message's usage":  {"anthropic", native(strings.Replace(begun, `{"input_tokens":1200,"output_tokens":1}`, "null", 1), block, stopped, delta(`{"input_tokens":4,"output_tokens":5}`)), usageJSON{Input: 4, Output: 5}},
		"RC-2 null message":          {"anthropic", native(`{"type":"message_start","message":null}`, block, stopped, delta(`{"output_tokens":5}`)), usageJSON{Output: 5}},
		"RC-3 lines cut":             {"anthropic", native(begun, block, stopped, delta(`{"output_tokens":7}`)), usageJSON{Input: 1200, Output: 7}},
		"RC-5 late":                  {"openai", events(spoken, ending, `{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":80}}}`, `[DONE]`), usageJSON{Input: 20, CacheRead: 80, Output: 20}},
		"RC-5 late, cut before DONE": {"openai", events(spoken, ending, `{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20}}`), usageJSON{Input: 100, Output: 20}},
		"RC-6 zero":                  {"anthropic", native(begun, block, stopped, delta(`{"input_tokens":0,"output_tokens":9}`)), usageJSON{Input: 1200, Output: 9}},
		"RC-7 other names":           {"anthropic", native(begun, block, stopped, delta(`{"prompt_tokens":33,"completion_tokens":2}`)), usageJSON{Input: 33, Output: 2}},
		"RC-8 only the cache":        {"anthropic", native(strings.Replace(begun, `"input_tokens":1200`, `"input_tokens":0,"cache_read_input_tokens":5000`, 1), block, stopped, delta(`{"output_tokens":40}`)), usageJSON{CacheRead: 5000, Output: 40}},
		"RC-13 CRLF and no space":    {"anthropic", strings.NewReplacer("\n", "\r\n", "data: ", "data:").Replace(native(begun, block, stopped, delta(`{"output_tokens":7}`))), usageJSON{Input: 1200, Output: 7}},
		"RC-13, translated":          {"openai", strings.NewReplacer("\n", "\r\n", "data: ", "data:").Replace(events(spoken, ending, `{"choices":[],"usage":{"prompt_tokens":33,"completion_tokens":1}}`, `[DONE]`)), usageJSON{Input: 33, Output: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &lockedBuffer{}
			s, base := serveWith(t, Options{Config: config.Config{Vendors: []config.Vendor{row("v", vendorServer(t, trickling(tc.stream)).URL, translates(tc.dialect))}}, Log: slog.New(slog.NewTextHandler(log, nil))})
			resp, answer := post(t, base, streamBody)
			if resp.StatusCode != 200 || !strings.Contains(answer, "message_stop") || !strings.Contains(answer, "你") || strings.Contains(answer, "�") {
				t.Fatalf("%d %s", resp.StatusCode, answer)
			}
			if tc.dialect == "anthropic" && answer != tc.stream { // RC-3
				t.Errorf("the bytes are others:\n%s", answer)
			}
			rec := lastRecord(t, s, 1)
			got := rec.Usage
			if rec.Outcome != "ok" || got.Input != tc.want.Input || got.Output != tc.want.Output || got.CacheRead != tc.want.CacheRead || got.CacheCreation != tc.want.CacheCreation {
				t.Errorf("%s: %+v, want %+v", rec.Outcome, got, tc.want)
			}
			if strings.Contains(log.text(), "level=WARN") || strings.Contains(log.text(), "level=ERROR") { // RC-1, RC-8
				t.Error(log.text())
			}
		})
	}
}

// RC-9: what the vendor calls the model, or nothing; never the client's name.
func TestServedModelIsTheVendors(t *testing.T) {
	for named, want := range map[string]string{spoken: "glm-5.1-0414", strings.Replace(spoken, `"model":"glm-5.1-0414",`, "", 1): ""} {
		s, base := serve(t, row("v", vendorServer(t, trickling(events(named, strings.Replace(ending, `"model":"glm-5.1-0414",`, "", 1), "[DONE]"))).URL, translates("openai")))
		post(t, base, streamBody)
		rec := lastRecord(t, s, 1)
		if served := rec.ModelServed; rec.VendorModel != "vendor-model" || want != "" && served != want || want == "" && served != "" && served != "vendor-model" {
			t.Errorf("served %q, want %q; %+v", served, want, rec)
		}
	}
}

// RC-11: every event of ours has both counts as numbers, and what ends another protocol's stream ends here.
func TestCountsAreNumbersAndNoDoneIsSentOn(t *testing.T) {
	for dialect, stream := range map[string]string{
		"anthropic, [DONE] within": strings.Replace(message("hi"), "event: message_stop", "data: [DONE]\n\nevent: message_stop", 1),
		"anthropic, [DONE] first":  "data: [DONE]\n\n" + message("hi"),
		"openai":                   events(spoken, ending, "[DONE]"),
		"gemini":                   events(`{"candidates":[{"content":{"parts":[{"text":"hi"}]}}]}`, `{"candidates":[{"finishReason":"STOP"}]}`) + "data: [DONE]\n\n",
		"anthropic":                message("hi") + "data: [DONE]\n\n",
	} {
		dialect, _, _ := strings.Cut(dialect, ",")
		_, base := serve(t, row("v", vendorServer(t, trickling(stream)).URL, translates(dialect)))
		_, answer := post(t, base, streamBody)
		if strings.Contains(answer, "[DONE]") || !strings.HasSuffix(strings.TrimSpace(answer), `{"type":"message_stop"}`) {
			t.Errorf("%s: %s", dialect, answer)
		}
		if dialect == "anthropic" {
			continue // its counts are the vendor's
		}
		for at, name := range map[string]string{"message.usage": "message_start", "usage": "message_delta"} {
			_, rest, _ := strings.Cut(answer, "event: "+name+"\ndata: ")
			line, _, _ := strings.Cut(rest, "\n")
			usage := gjson.Get(line, at)
			if usage.Get("input_tokens").Type != gjson.Number || usage.Get("output_tokens").Type != gjson.Number {
				t.Errorf("%s, %s: %s", dialect, name, line)
			}
		}
	}
}

// RC-10: Copilot counts a stream's tokens only for who asks.
func TestCopilotIsAskedForItsCounts(t *testing.T) {
	s := signs(t, func(s *signing, url string) []config.Vendor {
		s.signedIn(t, credential.ProviderGitHub, credential.Token{Access: gitHubSecret})
		counting := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/chat/completions") {
				s.copilot.ServeHTTP(w, r)
				return
			}
			body, _ := io.ReadAll(r.Body)
			last := "[DONE]"
			if gjson.GetBytes(body, "stream_options.include_usage").Bool() {
				last = `{"choices":[],"usage":{"prompt_tokens":77,"completion_tokens":5}}`
			}
			sendEvents(w, events(spoken, ending, last))
		})
		return []config.Vendor{copilotRow(counting.URL)}
	})
	status, answer := s.call(t, streamBody)
	_, rest, _ := strings.Cut(answer, "event: message_delta\ndata: ")
	line, _, _ := strings.Cut(rest, "\n")
	if status != 200 || gjson.Get(line, "usage.input_tokens").Int() != 77 || lastRecord(t, s.Server, 1).Usage.Input != 77 {
		t.Errorf("%d %s", status, answer)
	}
}

// RC-8, RC-12: what the cache served and took counts against a quota.
func TestAQuotaCountsTheCache(t *testing.T) {
	for usage, want := range map[string]int64{
		`{"input_tokens":0,"cache_read_input_tokens":5000,"output_tokens":40}`:                             5040,
		`{"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":3,"cache_read_input_tokens":4}`: 10,
	} {
		v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, strings.Replace(plainMessage, `{"input_tokens":3,"output_tokens":9}`, usage, 1))
		})
		_, base := serve(t, row("v", v.URL, func(v *config.Vendor) { v.Quota = config.Quota{Window: time.Hour, Tokens: 1 << 20, Threshold: 99} }))
		post(t, base, plainBody)
		eventually(t, "the quota", func() bool {
			_, status := control(t, "GET", base+"/api/status", "")
			return status.Get("tiers.0.quota_guard.window_usage_tokens").Int() == want
		})
	}
}
