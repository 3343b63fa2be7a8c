package credential

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/boundtest"
)

// FuzzCredentialsFile: a file that cannot be understood is set aside, and the next write makes a good one.
func FuzzCredentialsFile(f *testing.F) {
	f.Add([]byte(`{"a":{"access_token":"x","expires_at":"2026-12-01T00:00:00Z"}}`))
	f.Add([]byte(`{"a":null}`))
	f.Add([]byte(`{"a":{"expires_at":"never"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		defer boundtest.Bound(t, 64<<20)()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, fileName), text, 0o600); err != nil {
			t.Fatal(err)
		}
		s := OpenFile(dir)
		_, _ = s.Get("a")
		if err := s.Set("b", Token{Access: "kept"}); err != nil {
			if err = s.Set("b", Token{Access: "kept"}); err != nil { // the first said that the file was set aside
				t.Fatalf("%q: %v", text, err)
			}
		}
		if got, err := s.Get("b"); err != nil || got.Access.Reveal() != "kept" {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// FuzzExchange: an answer to the exchange for Copilot's token is a token that ends, or an error without one.
func FuzzExchange(f *testing.F) {
	for _, text := range []string{`{"token":"tid=1","refresh_in":1500}`, `{"token":"t","expires_at":1e300}`, `{"chat_enabled":false}`, `[`, `{"token":"t","expires_in":-1}`} {
		f.Add(200, text)
	}
	status, text := 200, ""
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		w.Write([]byte(text))
	}))
	f.Cleanup(site.Close)
	f.Fuzz(func(t *testing.T, answered int, body string) {
		if answered < 200 || answered > 599 || answered == 204 || answered == 304 {
			return
		}
		defer boundtest.Bound(t, 128<<20)()
		status, text = answered, body
		token, err := Exchange{TokenURL: site.URL, Header: http.Header{}}.Trade(t.Context(), "gho_planted-token")
		if err == nil && (token.Access == "" || !token.Expires.After(time.Now().Add(-time.Minute))) {
			t.Errorf("%q: %+v", body, token)
		}
		if err != nil && strings.Contains(err.Error(), "planted") {
			t.Error(err)
		}
	})
}

// FuzzStored: what a keyring gives back is a token, or an error that does not quote it.
func FuzzStored(f *testing.F) {
	f.Add(`{"access_token":"a","refresh_token":"b"}`)
	f.Add("{}")
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 64<<20)()
		token, err := decode("name", text)
		if (err == nil) == token.empty() {
			t.Errorf("%q: %v", text, err)
		}
		if again, encoded := json.Marshal(token.stored()); err == nil && (encoded != nil || len(again) == 0) {
			t.Error(encoded)
		}
	})
}
