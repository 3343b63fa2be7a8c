package upstream

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

// RC-62: a 421 is tried again on the same host, then at the other; the one that answers becomes the
// current one, and if none does the client hears of it.
func TestCopilotsHosts(t *testing.T) {
	conf := config.Vendor{
		Name: "copilot", Dialect: "openai", Auth: config.AuthCopilot, Key: "gho", BaseURL: "https://api.business.githubcopilot.com",
		Account: config.Account{Type: "business", Hosts: true}, Message: time.Minute, FirstEvent: time.Minute, Retry: config.Retry{Attempts: 1},
	}
	v, err := NewWith(Accounts{}, conf, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c := v.account.(*copilot)
	c.source.Fetch = func(context.Context) (credential.Token, error) {
		return credential.Token{Access: "token", Expires: time.Now().Add(time.Hour)}, nil
	}
	var asked []string
	misplaced := map[string]bool{"api.business.githubcopilot.com": true}
	v.Via(roundTrip(func(r *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, r.Body)
		asked = append(asked, r.URL.Host)
		answer := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
			Body: io.NopCloser(strings.NewReader(`{"id":"c","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}`))}
		if misplaced[r.URL.Host] {
			answer.StatusCode, answer.Body = http.StatusMisdirectedRequest, http.NoBody
		}
		return answer, nil
	}))
	send := func() error {
		req, err := anthropic.ParseRequest(`{"model":"claude-opus-4-6","messages":[{"role":"user","content":"hi"}]}`)
		if err != nil {
			t.Fatal(err)
		}
		call, err := v.Prepare(Call{Request: req, Header: http.Header{}}, v.Model(req.Model))
		if err != nil {
			t.Fatal(err)
		}
		asked = nil
		resp, err := v.Send(t.Context(), call, nil)
		if err == nil {
			resp.Close()
		}
		return err
	}
	const own, last = "api.business.githubcopilot.com", "api.githubcopilot.com"
	if err := send(); err != nil || !slices.Equal(asked, []string{own, own, last}) {
		t.Fatal(asked, err)
	}
	if err := send(); err != nil || !slices.Equal(asked, []string{last}) {
		t.Errorf("the host that answered is not the current one: %v %v", asked, err)
	}
	misplaced[last] = true
	if err := send(); err == nil || !slices.Equal(asked, []string{last, last, own}) {
		t.Errorf("every host is the wrong one: %v %v", asked, err)
	}
}
