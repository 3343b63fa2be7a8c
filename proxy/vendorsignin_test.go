package proxy

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
	"afterglow/proxy/upstream"
)

const otherSecret = "ya29.another-that-nobody-knows"

// A vendor that a user has signed in to is tried with the sign-in, and what it refuses is told as such.
func TestAVendorWithASignInIsTried(t *testing.T) {
	open := func(h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	github := &fakevendor.GitHub{Token: gitHubSecret, Copilot: copilotSecret}
	copilot := &fakevendor.Copilot{Prefix: copilotSecret, Models: []string{"claude-haiku-4.5", "claude-sonnet-4.6"}}
	google := &fakevendor.Google{ClientID: "client.apps", Secret: clientSecret, Refresh: refreshSecret, Access: accessSecret, Projects: []string{"my-project"}}
	internal := open(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1internal:generateContent" || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "+accessSecret) {
			http.Error(w, `{"error":{"code":401,"message":"who are you, `+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+`?"}}`, http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, internalAnswer)
	}))
	hub, goog := open(github), open(google)
	e := editServerAt(t, fmt.Sprintf("tiers = [\"anthropic\"]\n[[vendors]]\nname = \"copilot\"\nbase_url = %q\n[[vendors]]\nname = \"antigravity\"\nbase_url = \"%s/v1internal\"\nclient_id = \"client.apps\"\nclient_secret = %q\n",
		open(copilot), internal, clientSecret), upstream.Sites{
		CopilotToken: hub + fakevendor.CopilotTokenPath,
		GoogleToken:  goog + fakevendor.GoogleTokenPath, GoogleProjects: goog + fakevendor.GoogleProjectsPath,
	})
	for name, c := range map[string]struct {
		provider string
		token    credential.Token
		refuse   func()
	}{
		"copilot": {credential.ProviderGitHub, credential.Token{Access: gitHubSecret}, func() {
			github.Lock()
			defer github.Unlock()
			github.Token, github.Copilot, copilot.Prefix = "another", "another", "another"
		}},
		"antigravity": {credential.ProviderGoogle, credential.Token{Refresh: refreshSecret}, func() {
			google.Lock()
			defer google.Unlock()
			google.Refresh, google.Access = "another", "another"
		}},
	} {
		d := e.draft(t, name)
		if got := e.TestVendor(t.Context(), d, ""); got.Outcome != TestSignIn {
			t.Errorf("%s, not signed in: %+v", name, got)
		}
		if err := e.keeper.Put(c.provider, c.token); err != nil {
			t.Fatal(err)
		}
		got := e.TestVendor(t.Context(), d, "")
		if !got.OK || got.Status != 200 || got.Answer == "" {
			t.Errorf("%s: %+v", name, got)
		}
		if got := e.TestVendor(t.Context(), d, secretKey); got.Outcome != TestInvalid {
			t.Errorf("%s, with a key: %+v", name, got)
		}
		if name == "antigravity" { // it is another's token that it knows now, and it says so
			google.Lock()
			google.Access = otherSecret
			google.Unlock()
			if err := e.keeper.Put(c.provider, c.token); err != nil {
				t.Fatal(err)
			}
			if got := e.TestVendor(t.Context(), d, ""); got.Outcome != string(ledger.Auth) || !strings.Contains(got.Reason, "who are you, ****") {
				t.Errorf("%+v", got)
			}
		}
		c.refuse()
		if err := e.keeper.Put(c.provider, credential.Token{Access: "gho_ended", Refresh: "1//ended"}); err != nil {
			t.Fatal(err)
		}
		if got := e.TestVendor(t.Context(), d, ""); got.OK || got.Outcome != string(ledger.Auth) || got.Reason == "" {
			t.Errorf("%s, whose sign-in has ended: %+v", name, got)
		}
	}
	for _, secret := range []string{gitHubSecret, copilotSecret, refreshSecret, accessSecret, otherSecret} {
		e.saysNothingOf(t, secret)
		if _, calls := control(t, "GET", e.base+"/api/calls", ""); strings.Contains(calls.Raw, secret) {
			t.Error("a record shows a token")
		}
	}
}
