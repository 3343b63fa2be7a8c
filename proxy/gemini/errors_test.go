package gemini

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"afterglow/proxy/anthropic"
)

func googleError(code, status, message, details string) string {
	return `{"error":{"code":` + code + `,"message":` + string(quote(message)) + `,"status":"` + status + `","details":[` + details + `]}}`
}

func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return b
}

const (
	retry34   = `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}`
	perMinute = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]}`
	perDay    = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}`
	badKey    = `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}`
	resetIn1h = `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"QUOTA_EXHAUSTED","metadata":{"quotaResetDelay":"1h2m3.5s"}}`
	exceeded  = "You exceeded your current quota, please check your plan and billing details."
)

func TestDecodeError(t *testing.T) {
	for name, tc := range map[string]struct {
		status              int
		body                string
		want                int
		kind, code, message string
		wait                time.Duration
	}{
		"a limit per minute": {429, googleError("429", "RESOURCE_EXHAUSTED", exceeded, perMinute+","+retry34),
			429, "rate_limit_error", "RESOURCE_EXHAUSTED", exceeded + " (rate limit)", 34500 * time.Millisecond},
		"a limit per day": {429, googleError("429", "RESOURCE_EXHAUSTED", exceeded, perMinute+","+perDay+","+retry34),
			429, "rate_limit_error", "RESOURCE_EXHAUSTED", exceeded + " (daily quota)", 0},
		"a quota that is back in an hour": {429, googleError("429", "RESOURCE_EXHAUSTED", "Your quota will reset after 1h2m3s.", resetIn1h),
			429, "rate_limit_error", "RESOURCE_EXHAUSTED", "Your quota will reset after 1h2m3s.", time.Hour + 2*time.Minute + 3500*time.Millisecond},
		"no balance":    {429, googleError("429", "RESOURCE_EXHAUSTED", "Your credits are depleted.", ""), 429, "rate_limit_error", "RESOURCE_EXHAUSTED", "Your credits are depleted.", 0},
		"in a list":     {503, "[" + overloaded + "\n]", 503, "overloaded_error", "UNAVAILABLE", "The model is overloaded.", 0},
		"key":           {400, googleError("400", "INVALID_ARGUMENT", "API key not valid.", badKey), 401, "authentication_error", "INVALID_ARGUMENT", "API key not valid.", 0},
		"token":         {401, googleError("401", "UNAUTHENTICATED", "no", ""), 401, "authentication_error", "UNAUTHENTICATED", "no", 0},
		"permission":    {403, googleError("403", "PERMISSION_DENIED", "no", ""), 403, "permission_error", "PERMISSION_DENIED", "no", 0},
		"model":         {404, googleError("404", "NOT_FOUND", "models/x is not found", ""), 404, "not_found_error", "NOT_FOUND", "models/x is not found", 0},
		"form":          {400, googleError("400", "INVALID_ARGUMENT", "Unknown name", ""), 400, "invalid_request_error", "INVALID_ARGUMENT", "Unknown name", 0},
		"country":       {400, googleError("400", "FAILED_PRECONDITION", "User location is not supported.", ""), 400, "invalid_request_error", "FAILED_PRECONDITION", "User location is not supported.", 0},
		"too long":      {400, googleError("400", "INVALID_ARGUMENT", "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).", ""), 400, "invalid_request_error", "INVALID_ARGUMENT", "prompt is too long: 1196265 tokens > 1048575 maximum (The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).)", 0},
		"internal":      {500, googleError("500", "INTERNAL", "An internal error has occurred.", ""), 500, "api_error", "INTERNAL", "An internal error has occurred.", 0},
		"deadline":      {504, googleError("504", "DEADLINE_EXCEEDED", "late", ""), 504, "timeout_error", "DEADLINE_EXCEEDED", "late", 0},
		"another's":     {400, googleError("400", "INVALID_ARGUMENT", `{"type":"error","error":{"type":"invalid_request_error","message":"tools.0: no"}}`, ""), 400, "invalid_request_error", "INVALID_ARGUMENT", "tools.0: no", 0},
		"a new status":  {418, googleError("418", "Tea pot", "tea", ""), 418, "invalid_request_error", "Teapot", "tea", 0},
		"a text":        {502, "bad gateway", 502, "api_error", "", "bad gateway", 0},
		"HTML":          {503, "<html>", 503, "api_error", "", "the vendor answered 503 without a message", 0},
		"nothing":       {500, "", 500, "api_error", "", "the vendor answered 500 without a message", 0},
		"null":          {429, `{"error":{"message":null,"details":null}}`, 429, "rate_limit_error", "", "the vendor answered 429 without a message", 0},
		"an empty list": {500, "[]", 500, "api_error", "", "the vendor answered 500 without a message", 0},
		"an odd wait":   {429, googleError("429", "RESOURCE_EXHAUSTED", "no", `{"@type":"RetryInfo","retryDelay":"-5s"},{"@type":5},7`), 429, "rate_limit_error", "RESOURCE_EXHAUSTED", "no", 0},
	} {
		e := Dialect{}.DecodeError(tc.status, http.Header{}, []byte(tc.body))
		if e.Status != tc.want || e.Type != tc.kind || e.Code != tc.code || e.Message != tc.message || e.RetryAfter != tc.wait {
			t.Errorf("%s:\n got %d %s %q %q %v\nwant %d %s %q %q %v", name, e.Status, e.Type, e.Code, e.Message, e.RetryAfter, tc.want, tc.kind, tc.code, tc.message, tc.wait)
		}
	}
	gateway := `{"type":"error","error":{"type":"rate_limit_error","message":"quota"}}`
	if e := (Dialect{}).DecodeError(429, http.Header{}, []byte(gateway)); !strings.Contains(string(e.Envelope()), "quota (rate limit)") {
		t.Errorf("%s", e.Envelope())
	}
	e := Dialect{}.DecodeError(429, http.Header{"Retry-After": {"7"}}, []byte(googleError("429", "RESOURCE_EXHAUSTED", "no", "")))
	if e.RetryAfter != 7*time.Second || e.Header.Get("Retry-After") != "7" {
		t.Error(e.RetryAfter, e.Header)
	}
}

// The body that a client of this dialect gets is one that its SDK reads.
func TestErrorBody(t *testing.T) {
	for _, tc := range []struct {
		status int
		name   string
	}{
		{400, "INVALID_ARGUMENT"}, {401, "UNAUTHENTICATED"}, {403, "PERMISSION_DENIED"}, {404, "NOT_FOUND"}, {413, "INVALID_ARGUMENT"},
		{429, "RESOURCE_EXHAUSTED"}, {500, "INTERNAL"}, {502, "UNAVAILABLE"}, {503, "UNAVAILABLE"}, {504, "DEADLINE_EXCEEDED"}, {529, "UNAVAILABLE"},
	} {
		e := anthropic.Errorf(tc.status, "the \"queue\" is full")
		e.RetryAfter = 1500 * time.Millisecond
		var read struct{ Error genai.APIError }
		if err := json.Unmarshal(ErrorBody(e), &read); err != nil {
			t.Fatal(err)
		}
		if got := read.Error; got.Code != tc.status || got.Status != tc.name || got.Message != e.Message || got.Details[0]["retryDelay"] != "1.5s" {
			t.Errorf("%d: %+v", tc.status, got)
		}
		again := Dialect{}.DecodeError(e.Status, http.Header{}, ErrorBody(e))
		if again.Message != e.Message || again.RetryAfter != e.RetryAfter {
			t.Errorf("%d: %+v", tc.status, again)
		}
	}
	if body := string(ErrorBody(anthropic.Errorf(500, "x"))); strings.Contains(body, "details") {
		t.Error(body)
	}
}
