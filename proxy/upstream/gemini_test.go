package upstream

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

func geminiVendor(t *testing.T, base string) *Vendor {
	t.Helper()
	v, err := New(config.Vendor{
		Name: "g", Dialect: "gemini", BaseURL: base, Auth: "x-goog-api-key", Key: "k", Connect: time.Second,
		FirstEvent: time.Minute, Idle: time.Minute, Message: time.Minute, Retry: config.Retry{Attempts: 1},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

func simulated(t *testing.T) *fakevendor.Vendor {
	t.Helper()
	s, err := fakevendor.Start(fakevendor.Options{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// ask sends a body and returns the message that the vendor answers.
func ask(t *testing.T, v *Vendor, model, body string) (message string, err error) {
	t.Helper()
	req, err := anthropic.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	call, err := v.Prepare(Call{Request: req, Header: http.Header{"X-Client": {"1"}}, Query: "beta=true"}, model)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := v.Send(t.Context(), call, nil)
	if err != nil {
		return "", err
	}
	defer resp.Close()
	if resp.Events == nil {
		return string(resp.Message), nil
	}
	var blocks []string
	var b, text, signature string
	for {
		e, err := resp.Events.Next()
		if err == io.EOF {
			return `{"content":[` + strings.Join(blocks, ",") + `]}`, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		data := gjson.ParseBytes(e.Data)
		switch data.Get("type").Str {
		case "content_block_start":
			b, text, signature = data.Get("content_block").Raw, "", ""
		case "content_block_delta":
			for _, key := range []string{"text", "thinking", "partial_json"} {
				text += data.Get("delta." + key).Str
			}
			signature += data.Get("delta.signature").Str
		case "content_block_stop":
			blocks = append(blocks, filled(t, b, text, signature))
		}
	}
}

func filled(t *testing.T, block, text, signature string) string {
	t.Helper()
	m := map[string]any{}
	if err := json.Unmarshal([]byte(block), &m); err != nil {
		t.Fatal(err)
	}
	switch m["type"] {
	case "tool_use":
		m["input"] = json.RawMessage(text)
	case "thinking":
		m["thinking"], m["signature"] = text, signature
	default:
		m["text"] = text
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// RC-68: the methods of v1internal stand directly behind its name, and all others behind the model's.
func TestGeminiURLs(t *testing.T) {
	s := simulated(t)
	for base, tc := range map[string]struct{ model, whole, stream string }{
		"/v1internal":  {"Gemini 3 Flash", "/v1internal:generateContent", "/v1internal:streamGenerateContent"},
		"/v1internal/": {"m", "/v1internal:generateContent", "/v1internal:streamGenerateContent"},
		"/v1beta/":     {"gemini-3/x", "/v1beta/models/gemini-3/x:generateContent", "/v1beta/models/gemini-3/x:streamGenerateContent"},
	} {
		for stream, want := range map[string]string{"false": tc.whole, "true": tc.stream} {
			// v1internal's envelope is another's to add: here the answer alone matters.
			s.SetScript(fakevendor.Always(fakevendor.Gemini{Parts: []string{fakevendor.GeminiText("hi")}, Internal: strings.Contains(base, "internal")}.Answer()))
			message, err := ask(t, geminiVendor(t, s.URL()+base), tc.model, `{"model":"c","stream":`+stream+`,"messages":[]}`)
			if err != nil || gjson.Get(message, "content.0.text").Str != "hi" {
				t.Errorf("%s: %s %v", base, message, err)
			}
			calls := s.Calls()
			last := calls[len(calls)-1]
			if last.Path != want || (last.Query == "alt=sse") != (stream == "true") || last.Header.Get("X-Client") != "" || last.Header.Get("X-Goog-Api-Key") != "k" {
				t.Errorf("%s?%s, want %s; %v", last.Path, last.Query, want, last.Header)
			}
		}
	}
}

// RC-67: a conversation with a vendor that refuses a call without its signature.
func TestGeminiToolLoop(t *testing.T) {
	s := simulated(t)
	v := geminiVendor(t, s.URL()+"/v1beta")
	for _, stream := range []string{"false", "true"} {
		head := `{"model":"claude","stream":` + stream + `,"max_tokens":1000,"thinking":{"type":"adaptive"},"tools":[{"name":"ReadFile","input_schema":{"type":"object","properties":{"path":{"type":"string"}}}}],"messages":[{"role":"user","content":"Use ReadFile."}`
		for range 3 {
			message, err := ask(t, v, "gemini-3-flash-preview", head+"]}")
			if err != nil {
				t.Fatal(err)
			}
			use := gjson.Get(message, `content.#(type=="tool_use")`)
			if use.Get("input.path").Str != "README.md" {
				t.Fatal(message)
			}
			head += `,{"role":"assistant","content":` + gjson.Get(message, "content").Raw + `},{"role":"user","content":[{"type":"tool_result","tool_use_id":` + use.Get("id").Raw + `,"content":"words"},{"type":"text","text":"ReadFile again."}]}`
		}
		calls := s.Calls()
		sent := gjson.GetBytes(calls[len(calls)-1].Body, "contents")
		for _, turn := range []string{"1", "3"} {
			if sig := sent.Get(turn + `.parts.#(functionCall).thoughtSignature`).Str; !strings.HasPrefix(sig, "c2lnbmF0dXJl") {
				t.Errorf("%s: turn %s came back with %q", stream, turn, sig)
			}
		}
	}
}

func TestGeminiCounts(t *testing.T) {
	s := simulated(t)
	v := geminiVendor(t, s.URL()+"/v1beta")
	req, err := anthropic.ParseRequest(`{"model":"c","messages":[{"role":"user","content":"hello"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Count(t.Context(), Call{Request: req})
	if err != nil || !v.CanCount() || got.Status != 200 || gjson.GetBytes(got.Body, "input_tokens").Int() == 0 {
		t.Errorf("%+v %v", got, err)
	}
	if internal := geminiVendor(t, s.URL()+"/v1internal"); internal.CanCount() {
		t.Error("v1internal counts no tokens")
	} else if _, err := internal.Count(t.Context(), Call{Request: req}); err == nil {
		t.Error("it was asked")
	}
	v.Via(roundTrip(func(r *http.Request) (*http.Response, error) {
		body := `{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}`
		return &http.Response{StatusCode: 403, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}))
	if got, err = v.Count(t.Context(), Call{Request: req}); err != nil || got.Status != 403 || gjson.GetBytes(got.Body, "error.type").Str != "permission_error" {
		t.Errorf("a refusal: %+v %v", got, err)
	}
}

// What Google's refusals mean: a limit per minute is waited out, one per day is a quota that is used up,
// and a key that is refused comes under 400.
func TestGeminiMeanings(t *testing.T) {
	s := simulated(t)
	v := geminiVendor(t, s.URL()+"/v1beta")
	quota := "You exceeded your current quota, please check your plan and billing details."
	for name, tc := range map[string]struct {
		answer fakevendor.Answer
		want   Meaning
		status int
	}{
		"per minute": {fakevendor.GeminiError(429, "RESOURCE_EXHAUSTED", quota, fakevendor.RetryInfo("20s")), Plain, 429},
		"per day":    {fakevendor.GeminiError(429, "RESOURCE_EXHAUSTED", quota, `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"RequestsPerDay"}]}`), UsedUp, 429},
		"key":        {fakevendor.GeminiError(400, "INVALID_ARGUMENT", "API key not valid.", `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}`), BadKey, 401},
		"overloaded": {fakevendor.GeminiError(503, "UNAVAILABLE", "The model is overloaded."), Plain, 503},
	} {
		s.SetScript(fakevendor.Always(tc.answer))
		_, err := ask(t, v, "m", `{"model":"c","messages":[]}`)
		var refused *anthropic.Error
		if !errors.As(err, &refused) || refused.Status != tc.status || v.MeaningOf(refused) != tc.want {
			t.Errorf("%s: %v, %d", name, err, v.MeaningOf(refused))
		}
	}
}

// A model's name is one step of the path, whatever is in it.
func TestGeminiPathIsEscaped(t *testing.T) {
	v := geminiVendor(t, "http://vendor/v1beta")
	var asked string
	v.Via(roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.EscapedPath()
		return nil, errors.New("no network")
	}))
	if _, err := ask(t, v, "a/b?c:d", `{"model":"c","messages":[]}`); err == nil || asked != "/v1beta/models/a%2Fb%3Fc:d:generateContent" {
		t.Errorf("%s, %v", asked, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
