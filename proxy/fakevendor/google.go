package fakevendor

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"sync"
)

// Google plays Google's side of signing in as an http.Handler with the paths below. Its fields may be
// changed while it serves, under Lock.
type Google struct {
	sync.Mutex
	ClientID, Secret string
	Refusal          string // the user's, such as "access_denied"; "" = the user agrees
	Refresh          string // the refresh token that it gives, and takes
	Access           string // the access tokens, which are numbered
	Scope            string // that tokens bear; "" = all that were asked for
	Lives            int    // seconds that an access token lives; 0 = 3600
	Renewals         int
	Projects         []string // the user's that are active

	challenge string
	scope     string
}

// The paths of a Google.
const (
	GoogleAuthPath     = "/auth"
	GoogleTokenPath    = "/token"
	GoogleProjectsPath = "/v1/projects"
)

// ServeHTTP implements http.Handler.
func (g *Google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.Lock()
	defer g.Unlock()
	switch r.URL.Path {
	case GoogleAuthPath:
		g.consent(w, r)
	case GoogleTokenPath:
		g.token(w, r)
	case GoogleProjectsPath:
		list := []map[string]string{{"projectId": "gone", "lifecycleState": "DELETE_REQUESTED"}}
		for _, p := range g.Projects {
			list = append(list, map[string]string{"projectId": p, "lifecycleState": "ACTIVE"})
		}
		reply(w, http.StatusOK, map[string]any{"projects": list})
	default:
		http.NotFound(w, r)
	}
}

// consent is the page that the user's browser opens: it sends it back at once.
func (g *Google) consent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != g.ClientID || q.Get("code_challenge_method") != "S256" || q.Get("access_type") != "offline" || q.Get("response_type") != "code" {
		http.Error(w, "bad request: "+r.URL.RawQuery, http.StatusBadRequest)
		return
	}
	g.challenge, g.scope = q.Get("code_challenge"), q.Get("scope")
	back := url.Values{"state": {q.Get("state")}, "code": {"the-code"}}
	if g.Refusal != "" {
		back = url.Values{"state": {q.Get("state")}, "error": {g.Refusal}}
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (g *Google) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(kind string) { reply(w, http.StatusBadRequest, map[string]string{"error": kind}) }
	if r.FormValue("client_id") != g.ClientID || r.FormValue("client_secret") != g.Secret {
		refuse("invalid_client")
		return
	}
	answer := map[string]any{"token_type": "Bearer", "expires_in": 3600, "scope": g.scope}
	if g.Scope != "" {
		answer["scope"] = g.Scope
	}
	if g.Lives != 0 {
		answer["expires_in"] = g.Lives
	}
	switch r.FormValue("grant_type") {
	case "authorization_code":
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if r.FormValue("code") != "the-code" || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
			refuse("invalid_grant")
			return
		}
		answer["refresh_token"] = g.Refresh
	case "refresh_token":
		if r.FormValue("refresh_token") != g.Refresh {
			refuse("invalid_grant")
			return
		}
		g.Renewals++
	}
	answer["access_token"] = fmt.Sprintf("%s-%d", g.Access, g.Renewals)
	reply(w, http.StatusOK, answer)
}
