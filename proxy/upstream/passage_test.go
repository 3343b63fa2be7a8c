package upstream

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/config"
)

func TestBelow(t *testing.T) {
	for _, tc := range []struct{ base, path, want string }{
		{"https://h/v1", "/v1/chat/completions", "https://h/v1/chat/completions"},
		{"https://h/v1", "/chat/completions", "https://h/v1/chat/completions"},
		{"https://h/v1/", "v1", "https://h/v1"},
		{"https://h/v1", "/v1beta/models", "https://h/v1/v1beta/models"},
		{"https://h/v1", "/v10/models", "https://h/v1/v10/models"},
		{"https://h/v1beta", "/v1beta/models/m:generateContent", "https://h/v1beta/models/m:generateContent"},
		{"https://h/api/paas/v4", "/v4/x", "https://h/api/paas/v4/x"},
		{"https://h/api", "/api/x", "https://h/api/api/x"},
		{"https://h", "/v1/v1/x", "https://h/v1/v1/x"},
		{"https://h/v1", "/v1/v1/x", "https://h/v1/v1/x"},
		{"https://h/a%2Fb/", "/c%2Fd", "https://h/a%2Fb/c%2Fd"},
		{"https://h", "/", "https://h/"},
	} {
		base, err := url.Parse(tc.base)
		if err != nil {
			t.Fatal(err)
		}
		if got := below(base, tc.path, "").String(); got != tc.want {
			t.Errorf("%s below %s: %s, want %s", tc.path, tc.base, got, tc.want)
		}
		if got := below(base, tc.path, "a=%zz&b").String(); got != tc.want+"?a=%zz&b" {
			t.Errorf("with a query: %s", got)
		}
	}
}

func TestWithoutKey(t *testing.T) {
	for query, want := range map[string]string{
		"": "", "alt=sse": "alt=sse", "key=k": "", "alt=sse&key=k": "alt=sse", "key=k&alt=%zz": "alt=%zz", "k%65y=k&a;b=1": "a;b=1",
		"monkey=1": "monkey=1", "key": "", "key=1&key=2&x": "x", "x=key": "x=key",
		"a=1;key=k": "a=1", "key=k;a=1": "a=1", "a;key=k&b;c": "a&b;c", "&a": "&a",
	} {
		if got := withoutKey(query); got != want {
			t.Errorf("%q becomes %q, want %q", query, got, want)
		}
	}
}

// pausing is a network whose answer begins after a while and then comes byte by byte.
type pausing struct {
	first time.Duration
	gaps  []time.Duration // before each byte; after the last the answer ends
}

func (n pausing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	if err := sleep(r.Context(), n.first); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: &dribble{r.Context(), n.gaps}, Request: r}, nil
}

type dribble struct {
	ctx  context.Context
	gaps []time.Duration
}

func (d *dribble) Read(p []byte) (int, error) {
	if len(d.gaps) == 0 {
		return 0, io.EOF
	}
	gap := d.gaps[0]
	d.gaps = d.gaps[1:]
	if err := sleep(d.ctx, gap); err != nil {
		return 0, d.ctx.Err()
	}
	p[0] = 'x'
	return 1, nil
}

func (*dribble) Close() error { return nil }

// upload is a request's body that comes slowly.
type upload struct{ dribble }

func TestSilenceOnAPassage(t *testing.T) {
	const minute = time.Minute
	for name, tc := range map[string]struct {
		net    pausing
		upload []time.Duration
		want   string // what arrives
		fails  string // "first", "idle" or ""
	}{
		"in time":               {pausing{2 * minute, []time.Duration{minute, minute, minute, minute}}, nil, "xxxx", ""},
		"no answer":             {pausing{4 * minute, nil}, nil, "", "first"},
		"silent in the middle":  {pausing{minute, []time.Duration{minute, 3 * minute}}, nil, "x", "idle"},
		"a slow upload":         {pausing{2 * minute, []time.Duration{minute}}, []time.Duration{2 * minute, 2 * minute, 2 * minute}, "x", ""},
		"silent after the last": {pausing{4 * minute, nil}, []time.Duration{2 * minute, 2 * minute}, "", "first"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, err := New(config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: "http://vendor", Idle: 2 * minute}, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				p, err := v.Via(tc.net).Passage(config.Endpoint{Dialect: "anthropic", BaseURL: "http://vendor", Auth: config.AuthNone})
				if err != nil {
					t.Fatal(err)
				}
				r := httptest.NewRequest("POST", "/", nil)
				if tc.upload != nil {
					r.Body, r.ContentLength = &upload{dribble{context.Background(), tc.upload}}, -1
				}
				var broken error
				w, answered := httptest.NewRecorder(), 0
				p.Send(w, r, Passing{
					Path: "/x", Header: r.Header, First: 3 * minute,
					Answered: func(a *http.Response) { answered++; a.Body = &noting{a.Body, &broken} },
					Failed:   func(err error) { answered++; broken = err },
				})
				var silent *TimeoutError
				limit := map[string]time.Duration{"first": 3 * minute, "idle": 2 * minute}[tc.fails]
				if failed := errors.As(broken, &silent); failed != (tc.fails != "") || failed && silent.After != limit {
					t.Errorf("failed with %v", broken)
				}
				if got := strings.TrimSpace(w.Body.String()); got != tc.want || answered != 1 {
					t.Errorf("%q arrived, %d ends", got, answered)
				}
			})
		})
	}
}

// A stream may run for minutes; nobody needs its request any more.
func TestAHeldBodyIsLetGo(t *testing.T) {
	body, sent := "a body", ""
	network := roundTrip(func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		sent = string(b)
		again, _ := r.GetBody()
		if b, _ := io.ReadAll(again); string(b) != sent || r.ContentLength != int64(len(sent)) {
			t.Errorf("a second time %q of %d bytes", b, r.ContentLength)
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, err
	})
	p, err := NewPassage("http://vendor", time.Second, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Via(network)
	r := httptest.NewRequest("POST", "/", nil)
	p.Send(httptest.NewRecorder(), r, Passing{Path: "/x", Header: r.Header, Held: &body, First: time.Minute, Answered: func(*http.Response) {
		if body != "" {
			t.Error("kept while the answer comes")
		}
	}})
	if sent != "a body" {
		t.Errorf("sent %q", sent)
	}
}

// noting is a body that notes how it ended.
type noting struct {
	io.ReadCloser
	err *error
}

func (n *noting) Read(p []byte) (int, error) {
	c, err := n.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		*n.err = err
	}
	return c, err
}
