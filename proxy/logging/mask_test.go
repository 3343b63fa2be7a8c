package logging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/proxy/boundtest"
)

// planted are texts with a secret of each kind, in a place where it may come up; the secret is what must go.
var planted = []struct{ text, secret string }{
	{`Post "https://x.example/v1?key=abc123def&alt=sse": EOF`, "abc123def"},
	{"GET /v1beta/models?alt=sse&key=q1w2e3r4", "q1w2e3r4"},
	{"?access_token=tok-en.9&x=1", "tok-en.9"},
	{"/cb?code=1&token=t0k3n", "t0k3n"},
	{"api_key=k3y-of-1", "k3y-of-1"}, {"OPENAI_API_KEY=k3y-of-2", "k3y-of-2"}, {"apikey=k3y-of-3", "k3y-of-3"},
	{"grant_type=refresh_token&client_secret=s3cr3t-1&refresh_token=r3fr3sh", "s3cr3t-1"},
	{"grant_type=refresh_token&client_secret=s3cr3t-1&refresh_token=r3fr3sh", "r3fr3sh"},
	{`{"api_key":"k3y-of-4","access_token": "k3y-of-5"}`, "k3y-of-4"}, {`{"api_key":"k3y-of-4","access_token": "k3y-of-5"}`, "k3y-of-5"},
	{`"{\"client_secret\":\"s3cr3t-2\"}"`, "s3cr3t-2"},
	{"x-api-key: h3ad3r-1", "h3ad3r-1"}, {"X-Goog-Api-Key: h3ad3r-2", "h3ad3r-2"}, {"x-afterglow-token: h3ad3r-3", "h3ad3r-3"},
	{"Authorization: Bearer b3ar3r.x~+/=", "b3ar3r"}, {"authorization: token gh-odd", "gh-odd"}, {"sent bearer  b3ar3r-2", "b3ar3r-2"},
	{"Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"},
	{"key sk-0123456789abcdef refused", "0123456789abcdef"}, {"sk-ant-api03-AAAA_bbbb-cc", "AAAA_bbbb"}, {"(sk-or-v1-deadbeef)", "deadbeef"},
	{"gho_16C7e42F292c6912E7", "16C7e42F"}, {"ghu_16C7e42F292c6912E7", "16C7e42F"}, {"ghp_16C7e42F292c6912E7", "16C7e42F"}, {"github_pat_11AAAAAAA0_bbbbbb", "11AAAAAAA0"},
	{"AIzaSyA-1234567890_abc", "SyA-1234567890"}, {"ya29.a0AfH6SMBx-_.y", "a0AfH6SMBx"}, {"refresh 1//0gABCDEFGHIJKL", "0gABCDEFGHIJKL"},
	{"tid=0123456789ab;exp=1;sku=x:8f8f8f", "8f8f8f"},
	{"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl ends", "eyJzdWIiOiIxIn0"},
	{"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl ends", "c2lnbmF0dXJl"},
	{"the literal one: told-of-it/x", "told-of-it"}, {"in a query told-of-it%2Fx", "told-of-it"},
}

func mask() *Mask {
	m := &Mask{}
	m.Hide("told-of-it/x", "told-of-it/x/longer", "short")
	return m
}

type stringer struct{ text string }

func (s stringer) String() string { return s.text }

type valuer struct{ text string }

func (v valuer) LogValue() slog.Value { return slog.GroupValue(slog.String("inner", v.text)) }

// RC-85: a secret is not in the log, wherever in a line it stands.
func TestPlantedSecretsDoNotShow(t *testing.T) {
	for _, p := range planted {
		for format, lines := range map[string]func(io.Writer) slog.Handler{
			"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
			"json": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		} {
			var out bytes.Buffer
			log := slog.New(Masked(lines(&out), mask()))
			err := errors.New(p.text)
			pointed := &struct{ Text *string }{&p.text}
			for place, write := range map[string]func(){
				"message":  func() { log.Info(p.text) },
				"string":   func() { log.Info("m", "a", 1, "b", p.text, "c", time.Second) },
				"error":    func() { log.Info("m", "error", fmt.Errorf("call vendor: %w", err)) },
				"joined":   func() { log.Info("m", "error", errors.Join(io.EOF, err)) },
				"URL":      func() { log.Info("m", "error", &url.Error{Op: "Get", URL: "http://x", Err: err}) },
				"Stringer": func() { log.Info("m", "s", stringer{p.text}) },
				"bytes":    func() { log.Info("m", "s", []byte(p.text)) },
				"struct":   func() { log.Info("m", "s", struct{ Text string }{p.text}) },
				"pointer":  func() { log.Info("m", "s", pointed) },
				"map":      func() { log.Info("m", "s", map[string][]string{"a": {p.text}}) },
				"valuer":   func() { log.Info("m", "s", valuer{p.text}) },
				"group":    func() { log.Info("m", slog.Group("g", slog.Int("n", 1), slog.Group("h", slog.String("s", p.text)))) },
				"with":     func() { log.With("s", p.text, slog.Group("g", slog.Any("e", err))).Info("m") },
				"in group": func() { log.WithGroup("g").With("s", p.text).Info("m", "t", p.text) },
				"std":      func() { slog.NewLogLogger(log.Handler(), slog.LevelInfo).Print(p.text) },
			} {
				out.Reset()
				write()
				if got := out.String(); strings.Contains(got, p.secret) || !strings.Contains(got, masked) {
					t.Errorf("%s, %s, %q: %s", format, place, p.text, got)
				}
			}
		}
	}
}

func TestHeadersAndNamesThatSayIt(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(Masked(slog.NewTextHandler(&out, nil), mask()))
	log.Info("m", "token", "plainword", "headers", http.Header{"X-Api-Key": {"h3ad3r"}, "Authorization": {"Bearer b3ar3r"}})
	if got := out.String(); strings.Contains(got, "plainword") || strings.Contains(got, "h3ad3r") || strings.Contains(got, "b3ar3r") {
		t.Error(got)
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	m := mask()
	for _, text := range []string{
		"", "=", "key", "call", "configuration taken", "vendors[0].key: expected printable ASCII", "token: expected at least 16 characters",
		"session_key=a/b bound", "max_tokens=100", `"max_tokens":100`, "task-0123456789", "short", "key=[redacted]", `expected "client", "x-api-key", "bearer"`,
		"http://127.0.0.1:3392/v1/messages?beta=true", "claude-sonnet-4-6", "Bearer", "ghost_writer", "monkey=banana",
	} {
		if got := m.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got, want := m.Text("a told-of-it/x/longer b?key=abcdef&alt=sse"), "a [redacted] b?key=[redacted]&alt=sse"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A text in which looks finds something must be suspicious, or the quick way round would let it through.
func FuzzSuspicious(f *testing.F) {
	for _, p := range planted {
		f.Add(p.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 64<<20)()
		if looks.MatchString(text) && !suspicious(text) {
			t.Errorf("not suspicious: %q finds %q", text, looks.FindString(text))
		}
	})
}

func TestSecretsCanBeToldWhileLogging(t *testing.T) {
	m := &Mask{}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() { m.Hide(fmt.Sprintf("secret-number-%d", i)) })
		wg.Go(func() { m.Text("secret-number-1") })
	}
	wg.Wait()
	m.Hide() // a reload without any: calls under way may still have the old ones
	for i := range 8 {
		if got := m.Text(fmt.Sprintf("a secret-number-%d", i)); got != "a "+masked {
			t.Error(got)
		}
	}
}

type broken struct{}

func (*broken) Error() string { panic("no error") }

func TestAValueThatPanicsEndsNoProgram(t *testing.T) {
	var out bytes.Buffer
	slog.New(Masked(slog.NewTextHandler(&out, nil), mask())).Info("m", "error", (*broken)(nil), "nil", nil)
	if !strings.Contains(out.String(), "msg=m") {
		t.Error(out.String())
	}
}

// nothing is a handler that does nothing.
type nothing struct{ slog.Handler }

func (nothing) Enabled(context.Context, slog.Level) bool  { return true }
func (nothing) Handle(context.Context, slog.Record) error { return nil }

func line(log *slog.Logger) {
	log.LogAttrs(context.Background(), slog.LevelInfo, "call", slog.String("kind", "messages"), slog.String("outcome", "ok"), slog.String("model", "claude-sonnet-4-6"),
		slog.String("vendor", "zhipu"), slog.Bool("stream", true), slog.Int("status", 200), slog.Duration("queued", time.Second), slog.Int64("input", 1234), slog.Int64("output", 56))
}

func TestALineWithoutSecretsAllocatesNothingMore(t *testing.T) {
	count := func(h slog.Handler) float64 {
		log := slog.New(h)
		return testing.AllocsPerRun(1000, func() { line(log) })
	}
	plain, safe := count(nothing{}), count(Masked(nothing{}, mask()))
	if safe != plain {
		t.Errorf("%v allocations, without the mask %v", safe, plain)
	}
}

func BenchmarkLine(b *testing.B) {
	keys := &Mask{}
	for i := range 10 {
		keys.Hide(fmt.Sprintf("a-key-of-a-vendor-%d", i))
	}
	for name, h := range map[string]slog.Handler{
		"plain": slog.NewTextHandler(io.Discard, nil), "masked": Masked(slog.NewTextHandler(io.Discard, nil), keys),
	} {
		b.Run(name, func(b *testing.B) {
			log := slog.New(h)
			b.ReportAllocs()
			for b.Loop() {
				line(log)
			}
		})
	}
	b.Run("with a secret", func(b *testing.B) {
		log := slog.New(Masked(slog.NewTextHandler(io.Discard, nil), keys))
		b.ReportAllocs()
		for b.Loop() {
			log.Info("call", "outcome", `Post "https://x.example/v1?key=abc123def&alt=sse": EOF`)
		}
	})
}
