package proxy

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
)

func knows(rules ...config.Rule) func(*config.Vendor) {
	return func(v *config.Vendor) { v.Models = rules }
}

func ownKey(v *config.Vendor) { v.Auth, v.Key = config.AuthClient, "" }

func TestTryCallGoesThroughTheChainAndIsRecorded(t *testing.T) {
	down := simulated(t, fakevendor.Always(fakevendor.AnthropicError(http.StatusServiceUnavailable, "api_error", "down")))
	up := simulated(t, fakevendor.Plausible)
	map1 := knows(config.Rule{Match: "claude-sonnet-5", To: "glm-5v-turbo"})
	s, _ := serveConfig(t, config.Config{Token: "t0ken-of-the-proxy", Vendors: []config.Vendor{
		row("first", down.URL(), map1), row("second", up.URL(), map1, func(v *config.Vendor) { v.Title = "Second 二" }),
	}})
	got := s.TryCall(t.Context())
	if !got.OK || got.Vendor != "Second 二" || got.Model != "glm-5v-turbo" || got.Answer == "" || got.Took <= 0 || got.Status != 200 {
		t.Fatalf("%+v", got)
	}
	calls := s.Calls()
	if len(calls) != 1 || calls[0].Vendor != "second" || calls[0].Model != "claude-sonnet-5" || calls[0].Class != ledger.OK {
		t.Errorf("recorded %+v", calls)
	}
}

func TestTryCallSaysWhyItDidNotGoWell(t *testing.T) {
	refuses := simulated(t, fakevendor.Always(fakevendor.AnthropicError(http.StatusUnauthorized, "authentication_error", "invalid x-api-key")))
	for name, c := range map[string]struct {
		row     config.Vendor
		outcome string
		status  int
		reason  string
	}{
		"the key is refused":    {row("lab", refuses.URL()), string(ledger.Auth), 403, "lab rejected its API key"},
		"nobody listens":        {row("lab", "http://127.0.0.1:1"), string(ledger.Network), 502, "refused"},
		"no key":                {row("lab", refuses.URL(), func(v *config.Vendor) { v.Key, v.KeyVar = "", "LAB_KEY" }), string(ledger.NoVendor), 403, "LAB_KEY"},
		"the client's own only": {row("lab", refuses.URL(), ownKey), "client_auth", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t, c.row)
			got := s.TryCall(t.Context())
			if got.OK || got.Outcome != c.outcome || got.Status != c.status || !strings.Contains(got.Reason, c.reason) {
				t.Errorf("%+v", got)
			}
			if calls := len(s.Calls()); (calls == 0) != (c.outcome == "client_auth") {
				t.Errorf("%d calls were made", calls)
			}
		})
	}
}

func TestTryCallPassesOverTheClientsOwn(t *testing.T) {
	up := simulated(t, fakevendor.Plausible)
	s, _ := serve(t, row("anthropic", up.URL(), ownKey), row("lab", up.URL(), knows(config.Rule{Match: "/o.*/", To: "x"}, config.Rule{Match: "lab-1", To: "lab-large"})))
	if model, ok := tryModel(s.current()); !ok || model != "lab-1" {
		t.Errorf("model %q %t: expected one that the vendor with a key knows", model, ok)
	}
}

func TestTryCallEndsWithItsContext(t *testing.T) {
	hangs := vendorServer(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // or the server does not see that the client has left
		<-r.Context().Done()
	})
	s, _ := serve(t, row("lab", hangs.URL, func(v *config.Vendor) { v.Message = time.Minute }))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if got := s.TryCall(ctx); got.OK || got.Outcome != string(ledger.Timeout) {
		t.Errorf("%+v", got)
	}
}

func TestTriedURLIsThisMachine(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:3392": "http://127.0.0.1:3392", "[::]:80": "http://127.0.0.1:80", "0.0.0.0:80": "http://127.0.0.1:80", "[::1]:80": "http://[::1]:80",
	} {
		if got := triedURL(addr); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
