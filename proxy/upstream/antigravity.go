package upstream

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/credential"
	"afterglow/proxy/gemini"
)

// googleEarly is how long before its end Google's access token is renewed.
const googleEarly = 2 * time.Minute

// googleProjects lists a user's projects (cloud.google.com, Resource Manager v1).
const googleProjects = "https://cloudresourcemanager.googleapis.com/v1/projects"

// antigravity is an account of Google's internal API for coding tools.
type antigravity struct {
	v       *Vendor
	source  credential.Source
	session string
	count   atomic.Int64 // requests of the session

	mu      sync.Mutex
	project string // found out; "" until then
}

func newAntigravity(v *Vendor) *antigravity {
	a := &antigravity{v: v, session: strconv.FormatInt(time.Now().UnixNano(), 36)}
	a.source = credential.Source{Early: googleEarly, Fetch: a.renew}
	return a
}

func (a *antigravity) google() credential.Google {
	c := a.v.conf.Account
	return credential.Google{ClientID: c.ClientID, Secret: c.ClientSecret, AuthURL: a.v.sites.GoogleAuth, TokenURL: a.v.sites.GoogleToken}
}

// grant is the user's: the configured refresh token, or what the sign-in gave.
func (a *antigravity) grant() (credential.Token, bool) {
	if a.v.conf.Account.ClientID == "" {
		return credential.Token{}, false
	}
	if a.v.conf.Key != "" {
		return credential.Token{Refresh: a.v.conf.Key}, true
	}
	return a.v.keeper.Token(credential.ProviderGoogle)
}

func (a *antigravity) flow() credential.Flow {
	if a.v.conf.Account.ClientID == "" {
		return nil
	}
	return a.google().Flow
}

func (a *antigravity) signedIn() {
	a.source.Drop("")
	a.mu.Lock()
	a.project = ""
	a.mu.Unlock()
}

func (a *antigravity) usable() bool {
	_, ok := a.grant()
	return ok
}

func (a *antigravity) renew(ctx context.Context) (credential.Token, error) {
	grant, ok := a.grant()
	if !ok {
		return credential.Token{}, &credential.Error{Kind: credential.Invalid, Text: a.v.Missing().Words}
	}
	token, err := a.google().Renew(ctx, grant.Refresh)
	if credential.KindOf(err) == credential.Invalid && err != nil {
		a.v.keeper.GiveUp(credential.ProviderGoogle, grant, err.Error())
	}
	if missing := a.google().Missing(token.Scope); len(missing) > 0 {
		a.v.log.Warn("Google's token lacks scopes", "missing", strings.Join(missing, " "))
	}
	return token, err
}

func (a *antigravity) model(name string) string { return name }

func (a *antigravity) authorize(ctx context.Context, h http.Header) error {
	token, err := a.source.Token(ctx)
	if err != nil {
		return signedOut(err)
	}
	a.v.keeper.Lend(token)
	h["Authorization"] = []string{"Bearer " + token.Reveal()}
	h["User-Agent"] = []string{"antigravity"}
	return nil
}

func (a *antigravity) refused(_ context.Context, e *anthropic.Error, _ Prepared, again int) bool {
	scope := e.Code == gemini.ScopeInsufficient || strings.Contains(e.Message, gemini.ScopeInsufficient)
	switch {
	case e.Status == http.StatusForbidden && scope:
		if grant, ok := a.grant(); ok {
			a.v.keeper.GiveUp(credential.ProviderGoogle, grant, "Google's token does not allow this: "+e.Message)
		}
		return false
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		a.source.Drop("")
		return again == 0
	}
	return false
}

// envelope is what stands around a request.
func (a *antigravity) envelope(ctx context.Context, call Prepared) (before, behind string, err error) {
	project, err := a.projectOf(ctx)
	if err != nil {
		return "", "", err
	}
	head, err := json.Marshal(struct {
		Project   string `json:"project,omitempty"`
		RequestID string `json:"requestId"`
		Model     string `json:"model"`
		UserAgent string `json:"userAgent"`
		Type      string `json:"requestType"`
	}{project, fmt.Sprintf("agent/antigravity/%s/%d", a.session, a.count.Add(1)), call.model, "antigravity", "agent"})
	if err != nil {
		return "", "", fmt.Errorf("encode envelope: %w", err)
	}
	return strings.TrimSuffix(string(head), "}") + `,"request":`, "}", nil
}

// projectOf is the project that calls are for: the configured one, or else the one that Google has for its own
// coding tools, or else the user's first that is active.
func (a *antigravity) projectOf(ctx context.Context) (string, error) {
	a.mu.Lock()
	project := cmp.Or(a.v.conf.Account.Project, a.project)
	a.mu.Unlock()
	if project != "" {
		return project, nil
	}
	found, err := a.ask(ctx, http.MethodPost, a.v.base+":loadCodeAssist", `{"metadata":{"ideType":"ANTIGRAVITY","pluginType":"GEMINI"}}`)
	if err != nil {
		return "", err
	}
	if project = found.Get("cloudaicompanionProject").Str; project == "" {
		if found, err = a.ask(ctx, http.MethodGet, cmp.Or(a.v.sites.GoogleProjects, googleProjects), ""); err != nil {
			return "", err
		}
		project = found.Get(`projects.#(lifecycleState=="ACTIVE").projectId`).Str
	}
	if project == "" {
		return "", anthropic.Errorf(http.StatusUnauthorized, "this Google account has no project. Set project in the configuration")
	}
	a.mu.Lock()
	a.project = project
	a.mu.Unlock()
	return project, nil
}

// ask returns a JSON answer, an empty one for a refusal: there is more than one place to ask.
func (a *antigravity) ask(ctx context.Context, method, url, body string) (gjson.Result, error) {
	req := a.v.client.R().SetContext(ctx)
	if err := a.authorize(ctx, req.Header); err != nil {
		return gjson.Result{}, err
	}
	if body != "" {
		req.SetHeader("Content-Type", "application/json").SetBody(body)
	}
	answer, err := req.Execute(method, url)
	if err != nil {
		return gjson.Result{}, transportError(ctx, err)
	}
	if answer.StatusCode() != http.StatusOK {
		return gjson.Result{}, nil
	}
	return gjson.ParseBytes(answer.Body()), nil
}
