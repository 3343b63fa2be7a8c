package upstream

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/boundtest"
	"afterglow/proxy/config"
)

// FuzzRefusal: what a vendor writes into a refusal means something, and a time in it is to come.
func FuzzRefusal(f *testing.F) {
	for _, text := range []string{"[1308][used up until 2026-12-01 00:00:00][r]", "quota", "2026-13-45T99:99:99+99:99", strings.Repeat("2026-12-01 00:00 ", 50), "usage limit reached"} {
		f.Add(text, "1302", 429)
	}
	now := time.Unix(1796000000, 0)
	f.Fuzz(func(t *testing.T, message, code string, status int) {
		defer boundtest.Bound(t, 64<<20)()
		if at := ResetTime(message, now); !at.IsZero() && !at.After(now) {
			t.Errorf("%q: %v", message, at)
		}
		for _, codes := range []string{"zhipu", ""} {
			v := &Vendor{conf: config.Vendor{Codes: codes, Retry: config.Retry{Attempts: 3, Initial: time.Second, Max: time.Minute}}}
			e := &anthropic.Error{Status: status, Message: message, Code: code}
			if n := v.attempts(e); n < 1 || n > 3 {
				t.Errorf("%d attempts", n)
			}
			if wait := v.delay(e, v.delays()); wait < 0 || wait > time.Minute {
				t.Errorf("%v", wait)
			}
			v.Crowded(e)
		}
	})
}

// FuzzCatalogue: a name is matched with one of the vendor's, or stays what it is.
func FuzzCatalogue(f *testing.F) {
	f.Add("claude-opus-4-6", "claude-opus-4.6,claude-sonnet-4")
	f.Add("claude-3-5-haiku-20241022", "claude-haiku-99.99,gpt")
	f.Fuzz(func(t *testing.T, name, ids string) {
		defer boundtest.Bound(t, 64<<20)()
		c := catalogue{ids: strings.Split(ids, ",")}
		if got := c.match(name); got == "" && name != "" && !strings.Contains(","+ids+",", ",,") {
			t.Errorf("%q among %q became nothing", name, ids)
		}
	})
}

// zipped is a body of n zeros around a text, compressed.
func zipped(text string, n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	zeros := make([]byte, 1<<20)
	for ; n > 0; n -= len(zeros) {
		z.Write(zeros)
	}
	z.Close()
	return b.Bytes()
}

// answer asks a vendor of a dialect whose answer is compressed, as it is here.
func askZipped(t testing.TB, dialect string, status int, stream bool, body []byte) error {
	t.Helper()
	conf := config.Vendor{
		Name: "v", Dialect: dialect, BaseURL: "http://vendor", Auth: "bearer", Key: "k", DefaultModel: "m", Message: time.Minute, FirstEvent: time.Minute, Idle: time.Minute,
		Retry: config.Retry{Attempts: 1},
	}
	v, err := New(conf, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ask := `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}`
	kind := "application/json"
	if stream {
		ask, kind = strings.Replace(ask, "{", `{"stream":true,`, 1), "text/event-stream"
	}
	req, err := anthropic.ParseRequest(ask)
	if err != nil {
		t.Fatal(err)
	}
	call, err := v.Prepare(Call{Request: req, Header: http.Header{}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := v.Via(roundTrip(func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {kind}, "Content-Encoding": {"gzip"}}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewReader(body)), Request: r, ContentLength: -1}, nil
	})).Send(t.Context(), call, nil)
	if err != nil {
		return err
	}
	defer resp.Close()
	for resp.Events != nil {
		if _, err := resp.Events.Next(); err != nil {
			return nil
		}
	}
	return nil
}

// FuzzZippedAnswer: an answer that says it is compressed is unpacked, or is an error.
func FuzzZippedAnswer(f *testing.F) {
	f.Add(zipped(`{"type":"message","content":[]}`, 0), 200, false)
	f.Add(zipped("event: message_start\ndata: {}\n\n", 0), 200, true)
	f.Add(zipped(`{"error":{"message":"x"}}`, 1<<20)[:200], 500, false)
	f.Add([]byte("no gzip"), 404, true)
	f.Fuzz(func(t *testing.T, body []byte, status int, stream bool) {
		if status < 200 || status > 599 {
			return
		}
		defer boundtest.Bound(t, 512<<20)()
		if err := askZipped(t, "anthropic", status, stream, body); status >= 300 && err == nil {
			t.Errorf("status %d is no error", status)
		}
	})
}

// A small body that unpacks to much more is read as far as an answer may be long.
func TestAnAnswerThatUnpacksWithoutEndIsBounded(t *testing.T) {
	bomb := zipped(`{"x":"`, 128<<20)
	for _, dialect := range []string{"anthropic", "openai", "gemini"} {
		for _, status := range []int{200, 500} {
			for _, stream := range []bool{false, true} {
				boundtest.Within(t, 512<<20, func() {
					if err := askZipped(t, dialect, status, stream, bomb); err == nil {
						t.Errorf("%s %d %t: no error", dialect, status, stream)
					}
				})
			}
		}
	}
}
