package fakevendor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// GitHub plays GitHub's side of signing in, and Copilot's exchange of tokens, as an http.Handler with the
// paths below. Its fields may be changed while it serves, under Lock.
type GitHub struct {
	sync.Mutex
	Polls   int    // how often the user has not typed the code yet
	Refusal string // the error of the flow, such as "access_denied"; "" = the user agrees
	Token   string // the user's, and what the exchange insists on
	Copilot string // what the exchange gives
	Lives   int    // seconds that it lives; 0 = 1800
	Status  int    // of the exchange; 0 = 200
	Body    string // of the exchange, in place of a token
	Devices int    // device codes asked for
	Trades  int    // exchanges
	Scope   string // that was asked for
}

// The paths of a GitHub.
const (
	GitHubDevicePath = "/login/device/code"
	GitHubTokenPath  = "/login/oauth/access_token"
	CopilotTokenPath = "/copilot_internal/v2/token"
)

// UserCode is the code that a GitHub lets its users type.
const UserCode = "WDJB-MJHT"

// ServeHTTP implements http.Handler.
func (g *GitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.Lock()
	defer g.Unlock()
	switch r.URL.Path {
	case GitHubDevicePath:
		g.Devices++
		g.Scope = r.FormValue("scope")
		reply(w, http.StatusOK, map[string]any{
			"device_code": "device", "user_code": UserCode, "verification_uri": "https://github.com/login/device", "expires_in": 900, "interval": 1,
		})
	case GitHubTokenPath: // GitHub answers 200 to everything
		switch {
		case r.FormValue("device_code") != "device":
			reply(w, http.StatusOK, map[string]any{"error": "incorrect_device_code"})
		case g.Polls > 0:
			g.Polls--
			reply(w, http.StatusOK, map[string]any{"error": "authorization_pending"})
		case g.Refusal != "":
			reply(w, http.StatusOK, map[string]any{"error": g.Refusal})
		default:
			reply(w, http.StatusOK, map[string]any{"access_token": g.Token, "token_type": "bearer", "scope": g.Scope})
		}
	case CopilotTokenPath:
		g.trade(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (g *GitHub) trade(w http.ResponseWriter, r *http.Request) {
	g.Trades++
	switch {
	case g.Body != "" || g.Status != 0:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(max(g.Status, http.StatusOK))
		fmt.Fprint(w, g.Body)
	case r.Header.Get("Authorization") != "token "+g.Token:
		reply(w, http.StatusUnauthorized, map[string]any{"message": "Bad credentials"})
	default:
		lives := g.Lives
		if lives == 0 {
			lives = 1800
		}
		reply(w, http.StatusOK, map[string]any{"token": fmt.Sprintf("%s-%d", g.Copilot, g.Trades), "refresh_in": lives})
	}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// Copilot plays Copilot's API for the tokens that a GitHub gives: its models, and Chat Completions.
type Copilot struct {
	sync.Mutex
	Prefix    string // of the tokens that are taken
	Models    []string
	Misplaced int         // how many calls are answered with 421
	Refuse    func() bool // calls answered with model_not_supported, whatever the model
	Page      bool        // answer a page in place of JSON
	Calls     []Call      // of Chat Completions
	Asked     int         // for the models
	Next      []string    // the models from the second list on; nil = the same
}

// ServeHTTP implements http.Handler.
func (c *Copilot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		return
	}
	c.Lock()
	defer c.Unlock()
	switch {
	case !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "+c.Prefix):
		reply(w, http.StatusUnauthorized, map[string]any{"error": map[string]any{"message": "unauthorized: token expired"}})
	case r.URL.Path == "/models":
		c.Asked++
		models := c.Models
		if c.Asked > 1 && c.Next != nil {
			models = c.Next
		}
		var data []map[string]any
		for _, id := range models {
			data = append(data, map[string]any{"id": id})
		}
		reply(w, http.StatusOK, map[string]any{"data": data})
	case r.URL.Path != "/chat/completions":
		http.NotFound(w, r)
	case c.Misplaced > 0:
		c.Misplaced--
		w.WriteHeader(http.StatusMisdirectedRequest)
	default:
		c.complete(w, r, body)
	}
}

func (c *Copilot) complete(w http.ResponseWriter, r *http.Request, body []byte) {
	var req struct {
		Model  string
		Stream bool
	}
	json.Unmarshal(body, &req)
	c.Calls = append(c.Calls, Call{Method: r.Method, Path: r.URL.Path, Header: r.Header, Body: body, Model: req.Model, Stream: req.Stream})
	switch {
	case c.Refuse != nil && c.Refuse():
		reply(w, http.StatusBadRequest, map[string]any{"error": map[string]any{"message": "The requested model is not supported.", "code": "model_not_supported", "type": "invalid_request_error"}})
	case c.Page:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>Sign in</html>")
	case req.Stream:
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: {\"id\":\"c1\",\"model\":%q,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello from copilot\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n", req.Model)
	default:
		reply(w, http.StatusOK, map[string]any{
			"id": "c1", "model": req.Model, "usage": map[string]int{"prompt_tokens": 9, "completion_tokens": 3},
			"choices": []any{map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]string{"role": "assistant", "content": "hello from copilot"}}},
		})
	}
}
