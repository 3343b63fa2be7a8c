package anthropic

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/sse"
)

// RC-42 and RC-56c among them.
func TestDecodeErrorOfAnyBody(t *testing.T) {
	for name, tc := range map[string]struct {
		status                       int
		body                         string
		wantType, wantCode, wantText string
	}{
		"envelope":               {429, `{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}`, "rate_limit_error", "", "slow down"},
		"Zhipu: code, no type":   {429, `{"error":{"code":"1302","message":"too many"},"request_id":"r"}`, "rate_limit_error", "1302", "too many"},
		"numeric code":           {500, `{"error":{"code":500,"message":"Internal Network Failure"}}`, "api_error", "500", "Internal Network Failure"},
		"message null":           {429, `{"error":{"message":null}}`, "rate_limit_error", "", "answered 429 without a message"},
		"error is a text":        {400, `{"error":"no such model"}`, "invalid_request_error", "", "no such model"},
		"401 in plain bytes":     {401, "unauthorized", "authentication_error", "", "unauthorized"},
		"401 with its own type":  {401, `{"error":{"type":"token_expired","message":"m"}}`, "authentication_error", "", "m"},
		"HTML":                   {502, "<html><body>Bad Gateway</body></html>", "api_error", "", "answered 502 without a message"},
		"empty":                  {529, "", "overloaded_error", "", "answered 529 without a message"},
		"not UTF-8":              {503, "down \xff\xfe now", "api_error", "", "down now"},
		"an array is not a body": {500, `[1]`, "api_error", "", "answered 500 without a message"},
	} {
		t.Run(name, func(t *testing.T) {
			e := DecodeError(tc.status, http.Header{}, []byte(tc.body))
			if e.Status != tc.status || e.Type != tc.wantType || e.Code != tc.wantCode || !strings.Contains(e.Message, tc.wantText) {
				t.Fatalf("got %+v", e)
			}
			env := gjson.ParseBytes(e.Envelope())
			if env.Get("type").Str != "error" || env.Get("error.type").Str != tc.wantType || env.Get("error.message").Str != e.Message {
				t.Fatalf("envelope %s", env.Raw)
			}
		})
	}
}

func TestAnEnvelopeIsPassedAsItCame(t *testing.T) {
	body := `{ "type":"error", "error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum", "extra":1} }`
	if got := string(DecodeError(400, http.Header{}, []byte(body)).Envelope()); got != body {
		t.Fatalf("got %s", got)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"none":                {nil, 0},
		"seconds":             {map[string]string{"retry-after": "2.5"}, 2500 * time.Millisecond},
		"milliseconds first":  {map[string]string{"retry-after": "9", "retry-after-ms": "1500"}, 1500 * time.Millisecond},
		"a date":              {map[string]string{"retry-after": "Mon, 23 Nov 2026 12:01:00 GMT"}, time.Minute},
		"a date that is past": {map[string]string{"retry-after": "Mon, 23 Nov 2026 11:01:00 GMT"}, 0},
		"nonsense":            {map[string]string{"retry-after": "soon"}, 0},
		"NaN":                 {map[string]string{"retry-after": "NaN"}, 0},
		"huge":                {map[string]string{"retry-after": "1e300"}, 0},
		"inf":                 {map[string]string{"retry-after": "inf"}, 0},
		"beyond any plan":     {map[string]string{"retry-after": "31536000"}, 0},
		"Unix time":           {map[string]string{"retry-after": "1795435230"}, 30 * time.Second},
		"Unix time in ms":     {map[string]string{"retry-after": "1795435230000"}, 30 * time.Second},
		"Unix time, past":     {map[string]string{"retry-after": "1795435100"}, 0},
		"negative":            {map[string]string{"retry-after": "-3"}, 0},
		"reset of an exhausted limit": {map[string]string{
			"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-11-23T12:00:30Z",
			"anthropic-ratelimit-tokens-remaining": "5000", "anthropic-ratelimit-tokens-reset": "2026-11-23T13:00:00Z"}, 30 * time.Second},
		"reset without a zone": {map[string]string{"anthropic-ratelimit-tokens-reset": "2026-11-23T12:00:10"}, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for k, v := range tc.header {
				h.Set(k, v)
			}
			if got, _ := RetryAfter(h, now); got != tc.want {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestKindOf(t *testing.T) {
	for name, tc := range map[string]struct {
		event sse.Event
		want  Kind
	}{
		"named":                     {sse.Event{Name: []byte("message_stop"), Data: []byte("not even JSON")}, MessageStop},
		"without a name":            {sse.Event{Data: []byte(`{"type":"message_start"}`)}, MessageStart},
		"a comment":                 {sse.Event{}, Idle},
		"ping":                      {sse.Event{Name: []byte("ping"), Data: []byte("{}")}, Idle},
		"error":                     {sse.Event{Name: []byte("error"), Data: []byte("{}")}, Failure},
		"a bare error body":         {sse.Event{Data: []byte(`{"error":{"code":"1305"}}`)}, Failure},
		"delta":                     {sse.Event{Name: []byte("content_block_delta")}, Other},
		"an unknown one":            {sse.Event{Data: []byte(`{"type":"new_thing","error":1}`)}, Other},
		"data that is not JSON yet": {sse.Event{Data: []byte(`hello`)}, Other},
		"another end":               {sse.Event{Data: []byte(`[DONE]`)}, Done},
	} {
		if got := KindOf(tc.event); got != tc.want {
			t.Errorf("%s: got %d, want %d", name, got, tc.want)
		}
	}
}

func TestErrorWithin200(t *testing.T) {
	_, err := Dialect{}.DecodeMessage([]byte(`{"error":{"code":"1305","message":"busy"}}`), "m")
	e, ok := err.(*Error)
	if !ok || !e.Within200 || e.Status != StatusOverloaded || e.Code != "1305" {
		t.Fatalf("got %+v", err)
	}
	for _, body := range []string{"", "<html>", "[]", `"text"`, `{"type":`} {
		if _, err := (Dialect{}).DecodeMessage([]byte(body), "m"); err == nil {
			t.Errorf("%q was taken for a message", body)
		}
	}
	message := `{"type":"message","content":[]}`
	if got, err := (Dialect{}).DecodeMessage([]byte(message), "m"); err != nil || string(got) != message {
		t.Fatalf("got %s, %v", got, err)
	}
}
