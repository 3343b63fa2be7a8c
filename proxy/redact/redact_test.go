package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"afterglow/proxy/boundtest"
)

const key = "sk-kept/SECRET+KEY\"0123456789"

// spelled are the ways in which a vendor may repeat a key.
func spelled(t testing.TB) map[string]string {
	quoted, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"plain": key, "query": url.QueryEscape(key), "path": url.PathEscape(key), "JSON": strings.Trim(string(quoted), `"`)}
	units, percents := "", ""
	for _, c := range []byte(key) {
		units += `\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15])
		percents += "%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15])
	}
	all["JSON, all escaped"], all["percent, all escaped"] = units, percents
	all["JSON with slashes"] = strings.ReplaceAll(strings.ReplaceAll(key, `"`, `\"`), "/", `\/`)
	for _, before := range []string{"", "u:", "ab:", "Bearer "} {
		all["base64 after "+before] = base64.StdEncoding.EncodeToString([]byte(before + key + "!"))
		all["base64, URL, after "+before] = base64.RawURLEncoding.EncodeToString([]byte(before + key))
	}
	return all
}

// hides reports whether nothing of a spelled key is left but the ends of base64, which are of other bytes too.
func hides(text, spelled string) bool {
	inner := spelled[min(3, len(spelled)/2) : len(spelled)-min(4, len(spelled)/2)]
	return !strings.Contains(text, inner) && strings.Contains(text, "****")
}

func TestASecretIsFoundInEverySpelling(t *testing.T) {
	secrets := Of("another-secret-9", key)
	for name, text := range spelled(t) {
		around := `{"a":"b ` + text + ` c"}`
		got := secrets.Text(around, "")
		if !hides(got, text) || len(got) != len(around) || !strings.HasPrefix(got, `{"a":"b `) || !strings.HasSuffix(got, ` c"}`) {
			t.Errorf("%s: %s became %s", name, around, got)
		}
		if marked := secrets.Text(around, "•••"); strings.Count(marked, "•••") != 1 || strings.Contains(marked, "***") {
			t.Errorf("%s: %s", name, marked)
		}
		if !secrets.In(around) || secrets.In("what holds none: sk-kept") {
			t.Error(name)
		}
	}
}

func TestShortSecretsAndWordsAreLeft(t *testing.T) {
	secrets := Of("ollama", "lm-studio", "", "sk-short-and-1")
	const text = "ollama and lm-studio, sk-short-and-1"
	if got := secrets.Text(text, ""); got != "ollama and *********, **************" {
		t.Error(got)
	}
	body, err := io.ReadAll(secrets.Body(io.NopCloser(strings.NewReader(text)), false))
	if err != nil || string(body) != "ollama and lm-studio, **************" {
		t.Error(string(body), err)
	}
	if n := testing.AllocsPerRun(100, func() { secrets.Text("a text without any of them", "") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestOneSecretWithinAnother(t *testing.T) {
	if got := Of("0123456789", "abc-0123456789-def").Text("abc-0123456789-def abc-0123456789-de", "x"); got != "x abc-x-de" {
		t.Error(got)
	}
}

// A body is masked the same way however it comes, and what has come is not held back.
func TestABodyInPieces(t *testing.T) {
	secrets := Of(key)
	for name, text := range spelled(t) {
		whole := "data: {\"x\":\"" + text + "\"}\n\n" + text[:len(text)/2] + "\n"
		want := secrets.Text(whole, "")
		for _, src := range []io.Reader{strings.NewReader(whole), iotest.OneByteReader(strings.NewReader(whole)), iotest.DataErrReader(strings.NewReader(whole)), iotest.HalfReader(strings.NewReader(whole))} {
			got, err := io.ReadAll(secrets.Body(io.NopCloser(src), false))
			if err != nil || string(got) != want {
				t.Errorf("%s: %q %v, want %q", name, got, err, want)
			}
		}
	}
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, "data: sk-")
		io.WriteString(w, "other\n\n")
	}()
	got := make([]byte, 16)
	if _, err := io.ReadFull(secrets.Body(r, false), got); err != nil || string(got) != "data: sk-other\n\n" {
		t.Errorf("%q %v", got, err)
	}
	broken := errors.New("broken")
	rest, err := io.ReadAll(secrets.Body(io.NopCloser(io.MultiReader(strings.NewReader("sk-kept"), iotest.ErrReader(broken))), false))
	if string(rest) != "sk-kept" || err != broken {
		t.Errorf("%q %v", rest, err)
	}
}

func FuzzBody(f *testing.F) {
	for _, text := range spelled(f) {
		f.Add([]byte("a "+text+" b"), uint8(3))
		f.Add([]byte(`\`+text+`%`+text[:5]), uint8(1))
	}
	secrets := Of(key, "0123456789%5C\\u00", "sk-kept/SECRET-1")
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		boundtest.Within(t, 64<<20, func() {
			pieces := iotest.OneByteReader(bytes.NewReader(text))
			if size > 1 {
				pieces = &chunks{text, int(size)}
			}
			got, err := io.ReadAll(secrets.Body(io.NopCloser(pieces), false))
			if want := secrets.Text(string(text), ""); err != nil || string(got) != want {
				t.Errorf("%q in pieces of %d: %q, whole %q", text, size, got, want)
			}
			if len(got) != len(text) || bytes.Contains(got, []byte(key)) {
				t.Errorf("%q became %q", text, got)
			}
		})
	})
}

type chunks struct {
	rest []byte
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest[:min(c.size, len(c.rest))])
	c.rest = c.rest[n:]
	return n, nil
}

// What a vendor says is rid of secrets where it enters: header, status, trailers, body, errors.
func TestATransportLetsNoSecretIn(t *testing.T) {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		echo := r.Header.Get("Authorization") + " " + r.Header.Get("X-Known") + " " + r.URL.RawQuery
		w.Header().Set("Link", "</"+echo+">")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Trailer", "X-After")
		w.Header().Set("X-A-KNOWN-secret-77-Is-Bad", "1")
		w.Header().Add("X-Twice", "one")
		w.Header().Add("X-Twice", echo)
		w.WriteHeader(200)
		io.WriteString(w, echo)
		w.Header().Set("X-After", echo)
	}))
	t.Cleanup(vendor.Close)
	hidden := &Redactor{}
	hidden.Hide("a-known-secret-77")
	through := &Transport{Next: &http.Transport{}, Hidden: hidden}
	t.Cleanup(through.CloseIdleConnections)
	req, err := http.NewRequest("GET", vendor.URL+"/?key=in-the-query-123", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer the-requests-own-1")
	req.Header.Set("X-Known", "a-known-secret-77")
	answer, err := through.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	said := string(body)
	for _, h := range []http.Header{answer.Header, answer.Trailer} {
		for name, values := range h {
			said += strings.ToLower(name) + strings.Join(values, "\n")
		}
	}
	for _, secret := range []string{"a-known-secret-77", "the-requests-own-1", "in-the-query-123"} {
		if strings.Contains(said, secret) {
			t.Errorf("%s is in %s", secret, said)
		}
	}
	if answer.Trailer.Get("X-After") == "" || strings.Count(said, "****") < 9 {
		t.Error(said)
	}
	failing := &Transport{Next: failure{errors.New("malformed answer: a-known-secret-77")}, Hidden: hidden}
	if _, err := failing.RoundTrip(req); err == nil || strings.Contains(err.Error(), "a-known") || !errors.As(err, new(*masked)) {
		t.Error(err)
	}
}

type failure struct{ err error }

func (f failure) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestCredentialsOfARequest(t *testing.T) {
	h := http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("me:pass-word")), "Bearer  b"}, "X-Api-Key": {"k"}, "User-Agent": {"ua"},
		"Anthropic-Ratelimit-Tokens-Limit": {"5"}}
	got := strings.Join(Credentials(h, "a=1&api%5Fkey=q%2Fq;token=t"), " ")
	if got != "b bWU6cGFzcy13b3Jk k pass-word q/q t" {
		t.Error(got)
	}
}

func BenchmarkBody(b *testing.B) {
	var all []string
	for i := range 10 {
		all = append(all, "sk-a-vendors-key-"+strings.Repeat("x", i)+"12345")
	}
	secrets := Of(all...)
	text := []byte(strings.Repeat("data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"some of it\\n\"}}\n\n", 400))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		io.Copy(io.Discard, secrets.Body(io.NopCloser(bytes.NewReader(text)), false))
	}
}
