package credential

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A provider that refuses what it was sent, and repeats it, is quoted without it.
func TestAProviderThatRepeatsASecret(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		text, _ := json.Marshal(map[string]string{"error": "invalid_grant", "error_description": "not taken: " + r.Form.Get("refresh_token") + " of " + r.Form.Get("client_secret")})
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		w.Write(text)
	}))
	defer site.Close()
	g := Google{ClientID: "id", Secret: "GOCSPX-planted-secret", TokenURL: site.URL}
	_, err := g.Renew(t.Context(), "1//0planted-refresh")
	if KindOf(err) != Invalid || !strings.Contains(err.Error(), "not taken: ****") || strings.Contains(err.Error(), "planted") {
		t.Error(err)
	}
}

// A redirect of a request that bears a token or a secret would carry it to another host.
func TestAProvidersRedirectIsNotFollowed(t *testing.T) {
	got := ""
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got += r.URL.Path + r.Header.Get("Authorization") + string(body) + "\n"
	}))
	defer other.Close()
	site := httptest.NewServer(http.RedirectHandler(other.URL+"/stolen", http.StatusTemporaryRedirect))
	defer site.Close()
	for name, ask := range map[string]func() error{
		"renew": func() error {
			_, err := Google{ClientID: "id", Secret: "s", TokenURL: site.URL}.Renew(t.Context(), "1//x")
			return err
		},
		"device": func() error {
			_, err := GitHub{DeviceURL: site.URL, TokenURL: site.URL}.Flow(t.Context(), func(Prompt) {})
			return err
		},
		"trade": func() error {
			_, err := Exchange{TokenURL: site.URL, Header: http.Header{}}.Trade(context.Background(), "gho_x")
			return err
		},
	} {
		if err := ask(); err == nil || got != "" {
			t.Errorf("%s: %v, the other host got %q", name, err, got)
		}
	}
}

// The page that a provider names is opened on the user's desktop: it must be a page.
func TestAProviderNamesAPageAndNoProgram(t *testing.T) {
	for _, page := range []string{"file:///etc/passwd", "javascript:alert(1)", "ssh://host", "https:", "\x1b]0;title\x07"} {
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			text, _ := json.Marshal(map[string]any{"device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": page, "expires_in": 900})
			w.Header().Set("Content-Type", "application/json")
			w.Write(text)
		}))
		_, err := GitHub{DeviceURL: site.URL, TokenURL: site.URL}.Flow(t.Context(), func(p Prompt) { t.Errorf("%q is shown", p.URL) })
		if err == nil || !strings.Contains(err.Error(), "expected an https page") {
			t.Error(err)
		}
		site.Close()
	}
}
