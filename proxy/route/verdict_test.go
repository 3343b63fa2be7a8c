package route

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/upstream"
)

// testVendor is a vendor that is not called.
func testVendor(t *testing.T, auth config.Auth, codes string) *upstream.Vendor {
	t.Helper()
	v, err := upstream.New(config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: "http://127.0.0.1:1", Auth: auth, Codes: codes}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestJudge(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	within := anthropic.Errorf(400, "first event")
	within.Within200 = true
	own, client := testVendor(t, "bearer", ""), testVendor(t, "client", "")
	withResults := `{"model":"m","messages":[{"role":"user","content":[{"type":"tool_result"}]}]}`
	decode := func(status int, body string) error { return anthropic.DecodeError(status, nil, []byte(body)) }
	for name, tc := range map[string]struct {
		ctx    context.Context
		err    error
		vendor *upstream.Vendor
		body   string
		want   verdict
		counts bool
	}{
		"an answer":                        {nil, nil, own, "", commit, false},
		"the client hung up":               {gone, context.Canceled, own, "", clientGone, false},
		"the client hung up on an answer":  {gone, nil, own, "", commit, false},
		"connection refused":               {nil, fmt.Errorf("dial: %w", io.ErrUnexpectedEOF), own, "", nextTier, true},
		"429":                              {nil, anthropic.Errorf(429, ""), own, "", nextTier, true},
		"500":                              {nil, anthropic.Errorf(500, ""), own, "", nextTier, true},
		"502":                              {nil, anthropic.Errorf(502, ""), own, "", nextTier, true},
		"503":                              {nil, anthropic.Errorf(503, ""), own, "", nextTier, true},
		"504":                              {nil, anthropic.Errorf(504, ""), own, "", nextTier, true},
		"529, wrapped":                     {nil, fmt.Errorf("send: %w", anthropic.Errorf(529, "")), own, "", nextTier, true},
		"any error as the first event":     {nil, within, own, "", nextTier, true},
		"404: no such model there":         {nil, anthropic.Errorf(404, ""), own, "", nextTier, false},
		"413: too long there":              {nil, anthropic.Errorf(413, ""), own, "", nextTier, false},
		"401 with the configuration's key": {nil, anthropic.Errorf(401, ""), own, "", nextTier, false},
		"401 with the client's":            {nil, anthropic.Errorf(401, ""), client, "", clientFault, false},
		"403 with the client's":            {nil, anthropic.Errorf(403, ""), client, "", clientFault, false},
		"RC-45 Bad Request, tool results":  {nil, decode(400, "Bad Request\n"), own, withResults, nextTier, false},
		"RC-46 invalid_tool_call_format": {nil, decode(400, `{"error":{"code":"invalid_tool_call_format","type":"x"}}`), own,
			withResults, nextTier, false},
		"a 400 without a word of sense": {nil, decode(400, `{"error":{"type":"x","message":"no"}}`), own, `{"model":"m"}`, nextTier, false},
		"RC-47 structural": {nil, decode(400, `{"error":{"type":"invalid_request_error","message":"messages.3: `+"`tool_result`"+` blocks can only be in user messages"}}`),
			own, "", clientFault, false},
		"RC-49 Internal Network Failure": {nil, decode(500, `{"error":{"code":"500","message":"Internal Network Failure"}}`), own, "", nextTier, true},
		"RC-50 overloaded_error":         {nil, decode(529, `{"error":{"type":"overloaded_error"}}`), own, "", nextTier, true},
		"RC-56c message null":            {nil, decode(429, `{"error":{"message":null}}`), own, "", nextTier, true},
		"HTML":                           {nil, decode(503, "<html>"), own, "", nextTier, true},
		"empty":                          {nil, decode(500, ""), own, "", nextTier, true},
	} {
		ctx := tc.ctx
		if ctx == nil {
			ctx = context.Background()
		}
		f := judge(ctx, tc.err, tc.vendor, &anthropic.Request{Body: tc.body})
		if f.verdict != tc.want || f.counts != tc.counts {
			t.Errorf("%s: got %v, counted %v; want %v, %v", name, f.verdict, f.counts, tc.want, tc.counts)
		}
	}
}

// Zhipu's codes, each with what it must lead to.
func TestJudgeZhipuCodes(t *testing.T) {
	v := testVendor(t, "x-api-key", "zhipu")
	type want struct {
		verdict               verdict
		counts, model, capped bool
		out                   time.Duration // from now; 0 = not out
	}
	reset := time.Now().Add(3 * time.Hour).In(time.FixedZone("CST", 8*3600))
	for code, tc := range map[string]struct {
		status  int
		message string
		want    want
	}{
		"1302": {429, "too many", want{nextTier, true, false, false, 0}},
		"1303": {429, "too often", want{nextTier, true, false, false, 0}},
		"1305": {429, "overloaded", want{nextTier, true, true, false, afterModelBusy}},
		"1312": {429, "overloaded", want{nextTier, true, true, false, afterModelBusy}},
		"1308": {429, "used up, resets at " + reset.Format("2006-01-02 15:04:05"), want{nextTier, false, false, true, 3 * time.Hour}},
		"1310": {429, "weekly, reset " + reset.Format(time.RFC3339), want{nextTier, false, false, true, 3 * time.Hour}},
		"1316": {429, "no time given", want{nextTier, false, false, true, afterUsedUp}},
		"1321": {429, "no time given", want{nextTier, false, false, true, afterUsedUp}},
		"1113": {429, "no balance", want{nextTier, false, false, false, afterUserMust}},
		"1309": {429, "plan expired", want{nextTier, false, false, false, afterUserMust}},
		"1311": {429, "not in the plan", want{nextTier, false, true, false, afterUserMust}},
		"1210": {400, "API 调用参数有误，请检查文档。", want{nextTier, false, false, false, 0}}, // RC-48
		"1211": {400, "no such model", want{nextTier, false, false, false, 0}},
		"1214": {400, "missing", want{nextTier, false, false, false, 0}},
		"1301": {400, "unsafe", want{clientFault, false, false, false, 0}},
		"1000": {401, "key", want{nextTier, false, false, false, afterBadKey}},
		"1004": {401, "key", want{nextTier, false, false, false, afterBadKey}},
	} {
		for form, body := range map[string]string{
			"as a code": fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, code, tc.message),
			"in a text": fmt.Sprintf(`{"error":{"message":%q}}`, "["+code+"]["+tc.message+"][2026]"),
		} {
			f := judge(t.Context(), anthropic.DecodeError(tc.status, nil, []byte(body)), v, &anthropic.Request{})
			got := want{f.verdict, f.counts, f.model, f.capped, 0}
			if !f.until.IsZero() {
				got.out = time.Until(f.until).Round(time.Minute / 2)
			}
			if got != tc.want {
				t.Errorf("%s %s: got %+v, want %+v", code, form, got, tc.want)
			}
		}
	}
}

func TestFailuresKeepTheLoneEnvelope(t *testing.T) {
	body := `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`
	var f failures
	f.add("anthropic", anthropic.DecodeError(529, nil, []byte(body)), time.Time{})
	if got := string(f.answer().Envelope()); got != body {
		t.Fatalf("got %s", got)
	}
}

func TestFailuresNameEveryTier(t *testing.T) {
	var f failures
	f.note(missed{vendor: "kimi", reason: "kimi: no key"})
	f.add("zhipu", &anthropic.Error{Status: 429, Type: "rate_limit_error", Code: "1302", Message: "too many"}, time.Time{})
	f.add("lab", errors.New("connection refused"), time.Time{})
	got := f.answer()
	want := "kimi: no key; zhipu: 429 [1302] too many; lab: 502 connection refused"
	if got.Status != 502 || got.Message != want {
		t.Fatalf("got %d %q, want %q", got.Status, got.Message, want)
	}
}

func TestRetryAfterIsTheSoonestAndBearable(t *testing.T) {
	refused := func(n int) error {
		return &anthropic.Error{Status: 429, RetryAfter: seconds(n)}
	}
	for name, tc := range map[string]struct {
		errs []error
		want int
	}{
		"nobody says":                     {[]error{refused(0), refused(0)}, 0},
		"the shortest":                    {[]error{refused(40), refused(7), refused(50)}, 7},
		"out for an hour, one may be up":  {[]error{refused(3600), refused(0)}, 59},
		"every vendor is out for long":    {[]error{refused(7200), refused(3600)}, 3600},
		"a long one and a bearable other": {[]error{refused(7200), refused(59)}, 59},
	} {
		var f failures
		for i, err := range tc.errs {
			f.add(fmt.Sprint("v", i), err, time.Time{})
		}
		if got := f.answer(); got.RetryAfter != seconds(tc.want) {
			t.Errorf("%s: got %v, want %d s", name, got.RetryAfter, tc.want)
		}
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func TestNoVendorCanBeCalled(t *testing.T) {
	var f failures
	if got := f.answer(); got.Status != 503 {
		t.Fatalf("without tiers: %d", got.Status)
	}
	f.note(missed{vendor: "zhipu", reason: "zhipu: no key"})
	if got := f.answer(); got.Status != 403 || got.Message != "no vendor in the chain is available: zhipu: no key" {
		t.Fatalf("got %d %q", got.Status, got.Message)
	}
}

// A claim on Opus's own limit is about no other model of the account.
func TestALimitOfOneFamilyOfModelsIsNotTheAccounts(t *testing.T) {
	for _, c := range []struct {
		claim, model string
		own          bool
	}{
		{"seven_day_opus", "claude-opus-4-6", true}, {"seven_day", "claude-opus-4-6", false}, {"five_hour", "claude-opus-4-6", false},
		{"seven_day_sonnet", "claude-opus-4-6", false}, {"", "claude-opus-4-6", false},
	} {
		h := http.Header{}
		h.Set("anthropic-ratelimit-unified-status", "rejected")
		h.Set("anthropic-ratelimit-unified-representative-claim", c.claim)
		h.Set("retry-after", "7200")
		refused := anthropic.DecodeError(429, h, []byte(`{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account's rate limit."}}`))
		v, err := upstream.New(config.Vendor{Name: "anthropic", Dialect: "anthropic", BaseURL: "http://v", Auth: "client"}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		req, err := anthropic.ParseRequest(`{"model":"` + c.model + `","messages":[]}`)
		if err != nil {
			t.Fatal(err)
		}
		if f := judge(t.Context(), refused, v, req); f.model != c.own || f.until.IsZero() {
			t.Errorf("%+v: %+v", c, f)
		}
	}
}

// A moment that a vendor names is that moment; a time to wait has a margin, because it counts from when the vendor answered.
func TestAMomentHasNoMargin(t *testing.T) {
	v, err := upstream.New(config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: "http://v", Auth: "client"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	week := 7 * 24 * time.Hour
	for _, c := range []struct {
		header string
		want   time.Duration
	}{
		{time.Now().Add(week).UTC().Format(http.TimeFormat), week}, {strconv.FormatInt(time.Now().Add(week).Unix(), 10), week}, {"1000", 1100 * time.Second},
	} {
		h := http.Header{"Retry-After": {c.header}}
		f := judge(t.Context(), anthropic.DecodeError(429, h, nil), v, &anthropic.Request{})
		if off := (f.hint - c.want).Abs(); off > time.Minute {
			t.Errorf("%s: %v, want %v", c.header, f.hint, c.want)
		}
	}
}
