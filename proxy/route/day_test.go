package route

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/upstream"
)

var update = flag.Bool("update", false, "write testdata/day.golden anew")

// script is a vendor that answers by the clock.
type script func(at time.Time) (status int, body string)

func (s script) RoundTrip(r *http.Request) (*http.Response, error) {
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
	status, body := s(time.Now().UTC())
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

const dayMessage = `{"type":"message","content":[],"usage":{"input_tokens":900,"output_tokens":100}}`

// within reports whether a time of day lies between two, given as hours and minutes.
func within(at time.Time, from, to int) bool {
	now := at.Hour()*100 + at.Minute()
	return now >= from && now < to
}

func dayVendors(begin time.Time) map[string]script {
	monday := begin.AddDate(0, 0, 2).In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04:05")
	return map[string]script{
		"zhipu": func(at time.Time) (int, string) {
			switch {
			case within(at, 230, 231):
				return 529, `{"error":{"code":"1305","message":"the model is overloaded"}}`
			case within(at, 500, 700):
				return 429, `{"error":{"code":"1308","message":"5 hour limit reached, resets at ` + at.Truncate(24*time.Hour).Add(15*time.Hour).Format("2006-01-02 15:04:05") + `"}}`
			case at.Hour() >= 18:
				return 429, `{"error":{"code":"1310","message":"weekly limit reached, resets at ` + monday + `"}}`
			}
			return 200, dayMessage
		},
		"kimi": func(at time.Time) (int, string) {
			switch {
			case within(at, 520, 600):
				return 500, `{"error":{"message":"internal error"}}`
			case within(at, 1830, 1900):
				return 0, ""
			}
			return 200, dayMessage
		},
		"anthropic": func(at time.Time) (int, string) { return 200, dayMessage },
	}
}

// A day of one call a minute, in a moment. The golden file holds every change of who answers and why.
func TestADay(t *testing.T) {
	zone := time.Local
	time.Local = time.UTC // the reasons tell the user's time
	t.Cleanup(func() { time.Local = zone })
	var log strings.Builder
	day := "" // as the golden file has it, whatever day it is
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
		time.Sleep(time.Until(begin))
		play(t, dayChain(t, begin), begin, &log)
		var dates []string
		for i := range 3 {
			is, golden := begin.AddDate(0, 0, i), time.Date(2000, 1, 2+i, 0, 0, 0, 0, time.UTC)
			dates = append(dates, is.Format(time.DateOnly), golden.Format(time.DateOnly), is.Format("Jan 2 "), golden.Format("Jan 2 "))
		}
		day = strings.NewReplacer(dates...).Replace(log.String())
	})
	const golden = "testdata/day.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(day), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), day); d != "" {
		t.Error(d)
	}
}

func dayChain(t *testing.T, begin time.Time) *Chain {
	t.Helper()
	var conf config.Config
	var vendors []*upstream.Vendor
	scripts := dayVendors(begin)
	for _, name := range []string{"zhipu", "kimi", "anthropic"} {
		row := config.Vendor{
			Name: name, Dialect: "anthropic", BaseURL: "http://" + name, Auth: "bearer", Key: "key", Breaker: testBreaker,
			Retry: config.Retry{Attempts: 1}, FirstEvent: time.Minute, Message: time.Minute, Accepts: config.AcceptsAll(),
		}
		switch name {
		case "zhipu":
			row.Codes, row.Breaker.Recovery = "zhipu", 30*time.Second
		case "kimi":
			// 300 calls of 1 000 tokens in five hours.
			row.Quota = config.Quota{Window: 5 * time.Hour, Tokens: 150_000, Threshold: 99, Probe: 30 * time.Minute}
		}
		v, err := upstream.New(row, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		conf.Vendors, vendors = append(conf.Vendors, row), append(vendors, v.Via(scripts[name]))
	}
	memory := NewMemory(func() {})
	memory.Health.Configure(conf.Vendors)
	return New(conf, vendors, memory, limiter.New())
}

// trail keeps the tries of a call.
type trail []Try

func (*trail) At(Step)         {}
func (t *trail) Tried(try Try) { *t = append(*t, try) }

// play sends the calls and writes down each that went another way than the one before it.
func play(t *testing.T, c *Chain, begin time.Time, log io.Writer) {
	req, err := anthropic.ParseRequest(`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for at := begin; at.Before(begin.AddDate(0, 0, 1)); at = at.Add(time.Minute) {
		time.Sleep(time.Until(at))
		var tries trail
		reply, err := c.Send(context.Background(), upstream.Call{Request: req, Header: http.Header{}}, limiter.Caller{}, &tries)
		if err != nil {
			t.Fatalf("%s: no vendor answered: %v", at.Format("15:04"), err)
		}
		reply.Finish(1000, false, nil)
		reply.Close()
		way := ""
		for _, try := range tries {
			way += fmt.Sprintf("\n      %-10s %s", try.Vendor, try.Verdict)
			if try.Reason != "" {
				way += ": " + try.Reason
			}
		}
		if way != last {
			fmt.Fprintf(log, "%s%s\n", at.Format("15:04"), way)
		}
		last = way
	}
}
