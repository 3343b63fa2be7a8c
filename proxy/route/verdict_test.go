package route

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
)

func TestJudge(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	within := anthropic.Errorf(400, "first event")
	within.Within200 = true
	for name, tc := range map[string]struct {
		ctx    context.Context
		err    error
		ownKey bool
		want   verdict
	}{
		"an answer":                        {nil, nil, true, commit},
		"the client hung up":               {gone, context.Canceled, true, clientGone},
		"the client hung up on an answer":  {gone, nil, true, commit},
		"connection refused":               {nil, fmt.Errorf("dial: %w", io.ErrUnexpectedEOF), true, nextTier},
		"429":                              {nil, anthropic.Errorf(429, ""), true, nextTier},
		"500":                              {nil, anthropic.Errorf(500, ""), true, nextTier},
		"502":                              {nil, anthropic.Errorf(502, ""), true, nextTier},
		"503":                              {nil, anthropic.Errorf(503, ""), true, nextTier},
		"504":                              {nil, anthropic.Errorf(504, ""), true, nextTier},
		"529, wrapped":                     {nil, fmt.Errorf("send: %w", anthropic.Errorf(529, "")), true, nextTier},
		"400":                              {nil, anthropic.Errorf(400, ""), true, clientFault},
		"404":                              {nil, anthropic.Errorf(404, ""), true, clientFault},
		"413":                              {nil, anthropic.Errorf(413, ""), true, clientFault},
		"any error as the first event":     {nil, within, true, nextTier},
		"401 with the configuration's key": {nil, anthropic.Errorf(401, ""), true, nextTier},
		"401 with the client's":            {nil, anthropic.Errorf(401, ""), false, clientFault},
		"403 with the client's":            {nil, anthropic.Errorf(403, ""), false, clientFault},
	} {
		ctx := tc.ctx
		if ctx == nil {
			ctx = context.Background()
		}
		if got := judge(ctx, tc.err, tc.ownKey); got != tc.want {
			t.Errorf("%s: got %d, want %d", name, got, tc.want)
		}
	}
}

func TestFailuresKeepTheLoneEnvelope(t *testing.T) {
	body := `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`
	var f failures
	f.add("anthropic", anthropic.DecodeError(529, nil, []byte(body)))
	if got := string(f.answer().Envelope()); got != body {
		t.Fatalf("got %s", got)
	}
}

func TestFailuresNameEveryTier(t *testing.T) {
	var f failures
	f.skip("kimi", "no key")
	f.add("zhipu", &anthropic.Error{Status: 429, Type: "rate_limit_error", Code: "1302", Message: "too many"})
	f.add("lab", errors.New("connection refused"))
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
		for _, err := range tc.errs {
			f.add("v", err)
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
	f.skip("zhipu", "no key")
	if got := f.answer(); got.Status != 401 || got.Message != "no vendor can be called: zhipu: no key" {
		t.Fatalf("got %d %q", got.Status, got.Message)
	}
}
