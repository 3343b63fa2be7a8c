package upstream

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
)

// answers is a network that gives these, one after the other, and notes when it was asked.
type answers struct {
	list  []answer
	asked []time.Time
}

type answer struct {
	status int
	body   string
	header http.Header
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
	now := a.list[min(len(a.asked), len(a.list)-1)]
	a.asked = append(a.asked, time.Now())
	h := http.Header{"Content-Type": {"application/json"}}
	for k, v := range now.header {
		h[k] = v
	}
	return &http.Response{StatusCode: now.status, Header: h, Body: io.NopCloser(strings.NewReader(now.body)), Request: r}, nil
}

// waits sends a call over these answers and returns how long the vendor waited between them.
func waits(t *testing.T, codes string, list ...answer) (gaps []time.Duration, err error) {
	t.Helper()
	conf := config.Vendor{
		Name: "v", Dialect: "anthropic", BaseURL: "http://vendor", Auth: "bearer", Key: "k", Codes: codes, Message: 10 * time.Minute, FirstEvent: time.Minute,
		Retry: config.Retry{Attempts: 5, Initial: time.Second, Max: 30 * time.Second},
	}
	v, err := New(conf, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	net := &answers{list: list}
	req, err := anthropic.ParseRequest(`{"model":"m","messages":[]}`)
	if err != nil {
		t.Fatal(err)
	}
	call, err := v.Prepare(Call{Request: req, Header: http.Header{}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := v.Via(net).Send(t.Context(), call, nil)
	if err == nil {
		resp.Close()
	}
	for i := 1; i < len(net.asked); i++ {
		gaps = append(gaps, net.asked[i].Sub(net.asked[i-1]))
	}
	return gaps, err
}

// RC-86: five attempts, with waits between half and the whole of 1, 2, 4 and 8 seconds.
func TestWaitsGrowWithinTheirBands(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			gaps, err := waits(t, "", answer{429, `{"error":{"message":"slow down"}}`, nil})
			if err == nil || len(gaps) != 4 {
				t.Fatalf("%v, %v", gaps, err)
			}
			for i, gap := range gaps {
				ceiling := time.Second << i
				if gap < ceiling/2-time.Millisecond || gap > ceiling+time.Millisecond {
					t.Errorf("wait %d is %v, want %v to %v", i+1, gap, ceiling/2, ceiling)
				}
			}
		})
	}
}

// RC-86: what the vendor asks for and a tenth, at most 30 s; also under 529.
func TestWaitsAreWhatTheVendorAsksFor(t *testing.T) {
	for asked, want := range map[string]time.Duration{"2": 2200 * time.Millisecond, "120": 30 * time.Second} {
		for _, status := range []int{429, 529} {
			synctest.Test(t, func(t *testing.T) {
				gaps, err := waits(t, "", answer{status, "{}", http.Header{"Retry-After": {asked}}}, answer{200, `{"type":"message"}`, nil})
				if err != nil || len(gaps) != 1 || gaps[0] != want {
					t.Errorf("%d, retry-after %s: waited %v, want %v; %v", status, asked, gaps, want, err)
				}
			})
		}
	}
}

// What Zhipu's codes mean for another attempt: wait for a slot, wait once for a model, and do not ask
// again for what only time or the user can change.
func TestAttemptsByCode(t *testing.T) {
	for code, want := range map[string]int{"1302": 5, "1303": 5, "1305": 2, "1312": 2, "1113": 1, "1308": 1, "1309": 1, "1310": 1, "1311": 1, "1316": 1} {
		synctest.Test(t, func(t *testing.T) {
			gaps, err := waits(t, "zhipu", answer{429, `{"error":{"code":"` + code + `","message":"no"}}`, nil})
			if err == nil || len(gaps)+1 != want {
				t.Errorf("%s: %d attempts, want %d", code, len(gaps)+1, want)
			}
		})
	}
}

func TestResetTimeInAMessage(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"您的限额将在 2026-11-23 20:00:00 重置":                   time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		"resets at 2026-11-23T12:30:00Z":                  time.Date(2026, 11, 23, 12, 30, 0, 0, time.UTC),
		"resets at 2026-11-24 08:00":                      time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
		"used since 2026-11-01 00:00:00, try again":       {},
		"from 2026-11-01 00:00:00 to 2026-12-01 00:00:00": time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC),
		"no time at all":                                  {},
	} {
		if got := ResetTime(text, now); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
