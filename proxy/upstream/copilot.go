package upstream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/credential"
)

// copilotHeader is what Copilot's API wants to see of its caller: those of GitHub's own editor, because
// it answers no other.
var copilotHeader = map[string]string{
	"Copilot-Integration-Id":              "vscode-chat",
	"Editor-Version":                      "vscode/1.98.0",
	"Editor-Plugin-Version":               "copilot-chat/0.26.7",
	"User-Agent":                          "GitHubCopilotChat/0.26.7",
	"Openai-Intent":                       "conversation-panel",
	"X-Github-Api-Version":                "2025-04-01",
	"X-Vscode-User-Agent-Library-Version": "electron-fetch",
}

// lastHost is where every kind of account is answered, if its own host does not.
const lastHost = "https://api.githubcopilot.com"

// tokenEarly is how long before its end Copilot's token is exchanged anew.
const tokenEarly = time.Minute

// copilot is an account of GitHub Copilot's.
type copilot struct {
	v         *Vendor
	source    credential.Source
	catalogue catalogue

	mu      sync.Mutex
	current int // of hosts
	hosts   []string
	problem string // why there is no token, for diagnostics
}

func newCopilot(v *Vendor) *copilot {
	c := &copilot{v: v, hosts: []string{v.base}}
	if v.conf.Account.Hosts && v.base != lastHost {
		c.hosts = append(c.hosts, lastHost)
	}
	c.source = credential.Source{Early: tokenEarly, Fetch: c.exchange}
	c.catalogue.fetch = c.models
	return c
}

// github is the user's GitHub token: the configured one, or what the sign-in gave.
func (c *copilot) github() (credential.Token, bool) {
	if c.v.conf.Key != "" {
		return credential.Token{Access: c.v.conf.Key}, true
	}
	return c.v.keeper.Token(credential.ProviderGitHub)
}

func (c *copilot) flow() credential.Flow {
	return credential.GitHub{ClientID: c.v.conf.Account.ClientID, DeviceURL: c.v.sites.GitHubDevice, TokenURL: c.v.sites.GitHubToken}.Flow
}

func (c *copilot) signedIn() { c.source.Drop("") }

func (c *copilot) usable() bool {
	_, ok := c.github()
	return ok
}

func (c *copilot) exchange(ctx context.Context) (credential.Token, error) {
	github, ok := c.github()
	if !ok {
		return credential.Token{}, &credential.Error{Kind: credential.Invalid, Text: c.v.Missing().Words}
	}
	header := http.Header{}
	editor(header)
	token, err := credential.Exchange{TokenURL: c.v.sites.CopilotToken, Header: header}.Trade(ctx, github.Access)
	c.mu.Lock()
	c.problem = ""
	if err != nil {
		c.problem = err.Error()
	}
	c.mu.Unlock()
	if err != nil && credential.KindOf(err) != credential.Temporary {
		c.v.keeper.GiveUp(credential.ProviderGitHub, github, err.Error())
	}
	return token, err
}

func editor(h http.Header) {
	for name, value := range copilotHeader {
		h[name] = []string{value}
	}
}

func (c *copilot) authorize(ctx context.Context, h http.Header) error {
	token, err := c.source.Token(ctx)
	if err != nil {
		return signedOut(err)
	}
	editor(h)
	c.v.keeper.Lend(token)
	h["Authorization"] = []string{"Bearer " + token.Reveal()}
	h["X-Request-Id"] = []string{rand.Text()}
	return nil
}

// mark tells Copilot who speaks: a user's own question counts otherwise than an agent's next step.
func (c *copilot) mark(h http.Header, call Prepared) {
	initiator := "user"
	if gjson.Get(call.Request.Body, `messages.#(role=="assistant")`).Exists() {
		initiator = "agent"
	}
	h["X-Initiator"] = []string{initiator}
	for _, part := range call.Body {
		if strings.Contains(part, `"type":"image_url"`) {
			h["Copilot-Vision-Request"] = []string{"true"}
		}
	}
}

// base is the host to call.
func (c *copilot) base() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hosts[c.current]
}

func (c *copilot) refused(ctx context.Context, e *anthropic.Error, call Prepared, again int) bool {
	switch {
	case e.Status == http.StatusMisdirectedRequest:
		return c.elsewhere(again)
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		c.source.Drop("")
		return again == 0
	case e.Code == "model_not_supported":
		if e.Status == http.StatusBadRequest && again == 0 && c.catalogue.renew(ctx) == nil {
			return true
		}
		c.unsupported(e, call)
	}
	return false
}

// elsewhere prepares the next try after a 421, which says that the connection was made for another host:
// first on a fresh one, then at the other hosts. One that answers stays the current one.
func (c *copilot) elsewhere(again int) bool {
	c.v.client.GetClient().CloseIdleConnections()
	if again == 0 {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = (c.current + 1) % len(c.hosts)
	return again < len(c.hosts)
}

func (c *copilot) warm(ctx context.Context) {
	if c.usable() {
		c.catalogue.warm(ctx)
	}
}

func (c *copilot) model(name string) string { return c.catalogue.match(name) }

// unsupported adds to the refusal of a model what there is instead.
func (c *copilot) unsupported(e *anthropic.Error, call Prepared) {
	family, ok := versionOf(call.Request.Model)
	normalized := call.Request.Model
	if ok {
		normalized = family.String()
	}
	details, err := json.Marshal(map[string]any{
		"requested_model": call.Request.Model, "normalized_model": normalized, "resolved_model": call.model, "available_models": c.catalogue.list(),
	})
	if err == nil {
		e.Details, e.Body = details, nil
	}
}

// models asks for the catalogue.
func (c *copilot) models(ctx context.Context) ([]string, error) {
	status, body, err := c.get(ctx, "/models")
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, id := range gjson.GetBytes(body, "data.#.id").Array() {
		ids = append(ids, id.Str)
	}
	if status != http.StatusOK || len(ids) == 0 {
		return nil, fmt.Errorf("read catalogue: status %d, %d models", status, len(ids))
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (c *copilot) get(ctx context.Context, path string) (int, []byte, error) {
	req := c.v.client.R().SetContext(ctx)
	if err := c.authorize(ctx, req.Header); err != nil {
		return 0, nil, err
	}
	answer, err := req.Get(c.base() + path)
	if err != nil {
		return 0, nil, transportError(ctx, err)
	}
	return answer.StatusCode(), answer.Body(), nil
}
