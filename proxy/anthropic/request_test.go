package anthropic

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"afterglow/proxy/boundtest"
	"afterglow/proxy/capturetest"
)

func TestRequestView(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want Request
	}{
		"as clients send it": {`{"model":"m","messages":[{"role":"system","content":"s"}],"max_tokens":9,"stream":true}`, Request{Model: "m", Stream: true, MaxTokens: 9}},
		"model last":         {` {"messages":[{"model":"inner","stream":true}],"model":"outer"} `, Request{Model: "outer"}},
		"escaped key":        {`{"mod\u0065l":"m"}`, Request{Model: "m"}},
		"stream null":        {`{"model":"m","stream":null}`, Request{Model: "m"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseRequest(tc.body)
			if err != nil {
				t.Fatal(err)
			}
			if r.Body != tc.body || r.Model != tc.want.Model || r.Stream != tc.want.Stream || r.MaxTokens != tc.want.MaxTokens {
				t.Fatalf("got %+v, want %+v", r, tc.want)
			}
		})
	}
}

func TestRequestRefused(t *testing.T) {
	for body, want := range map[string]string{
		``:                               "not a JSON object",
		`hello`:                          "not a JSON object",
		`[{"model":"m"}]`:                "not a JSON object",
		`{"model":"m"`:                   "not a JSON object",
		`{"messages":[]}`:                "model: field required",
		`{"model":7}`:                    "model: expected a string",
		`{"model":"m","stream":"yes"}`:   "stream: expected true or false",
		`{"model":"a","model":"b"}`:      "model: this key appears twice",
		`{"model":"a","mode\u006c":"b"}`: "model: this key appears twice",
	} {
		if _, err := ParseRequest(body); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", body, err, want)
		}
	}
}

func TestOnlyTheModelChanges(t *testing.T) {
	for file, body := range capturetest.Bodies(t) {
		r, err := ParseRequest(body)
		if err != nil {
			t.Fatal(file, err)
		}
		if same := r.Parts(r.Model); len(same) != 1 || same[0] != body {
			t.Errorf("%s: changed without need", file)
		}
		// The first model key of every capture is the outer one.
		want := strings.Replace(body, `"model":"`+r.Model+`"`, `"model":"glm-\"5\""`, 1)
		if d := cmp.Diff(want, strings.Join(r.Parts(`glm-"5"`), "")); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
}

func TestPartsAgreeWithADecoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]any{"model": rapid.String().Draw(t, "model"), "stream": rapid.Bool().Draw(t, "stream"), "x": rapid.String().Draw(t, "x")}
		if want["model"] == "" {
			return
		}
		body, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ParseRequest(string(body))
		if err != nil {
			t.Fatal(err)
		}
		to := rapid.String().Draw(t, "to")
		var got map[string]any
		if err := json.Unmarshal([]byte(strings.Join(r.Parts(to), "")), &got); err != nil {
			t.Fatal(err)
		}
		want["model"] = strings.ToValidUTF8(to, "\ufffd")
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	f.Add(`{"model":"m","stream":true,"thinking":{"type":"adaptive"}}`)
	f.Add(`{"model":"\ud800","max_tokens":-1e999}`)
	f.Fuzz(func(t *testing.T, body string) {
		defer boundtest.Bound(t, 64<<20)()
		r, err := ParseRequest(body)
		if err != nil {
			return
		}
		if got := strings.Join(r.Parts(r.Model), ""); got != body {
			t.Fatalf("%q became %q", body, got)
		}
		if json.Valid([]byte(body)) {
			if got := strings.Join(r.Parts("other"), ""); !json.Valid([]byte(got)) {
				t.Fatalf("%q became invalid: %q", body, got)
			}
		}
	})
}
