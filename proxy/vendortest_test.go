package proxy

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
)

// In every dialect a test is a real call, with the key that was typed and is not saved.
func TestAVendorIsTriedInEveryDialect(t *testing.T) {
	sim, err := fakevendor.Start(fakevendor.Options{Key: secretKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	e := editServer(t, "tiers = [\"anthropic\"]\n")
	for _, c := range []struct {
		d     config.Draft
		model string
	}{
		{config.Draft{Name: "a", Dialect: "anthropic", BaseURL: sim.URL()}, "claude-haiku-4-5"},
		{config.Draft{Name: "a2", Dialect: "anthropic", BaseURL: sim.URL(), Auth: config.AuthBearer, Models: []config.Rule{{Match: "claude-opus-*", To: "big"}}}, "big"},
		{config.Draft{Name: "o", Dialect: "openai", BaseURL: sim.URL() + "/v1", DefaultModel: "gpt"}, "gpt"},
		{config.Draft{Name: "g", Dialect: "gemini", BaseURL: sim.URL() + "/v1beta", Models: []config.Rule{{Match: "claude-*haiku*", To: "flash"}}}, "flash"},
	} {
		before := e.text(t)
		got := e.TestVendor(t.Context(), c.d, secretKey)
		if !got.OK || got.Outcome != "" || got.Status != 200 || got.Model != c.model || got.Answer == "" || got.Took <= 0 {
			t.Errorf("%s: %+v", c.d.Name, got)
		}
		if e.text(t) != before {
			t.Errorf("%s: a test changed the file", c.d.Name)
		}
		rec := last(e.Server)
		if row := rec.ledgerCall(); row.Kind != "test" || row.Vendor != c.d.Name || row.VendorModel != c.model || row.Usage.Total() == 0 || row.Class != ledger.OK {
			t.Errorf("%s: %+v", c.d.Name, row)
		}
		if refused := e.TestVendor(t.Context(), c.d, "sk-a-wrong-key-of-somebody"); refused.OK || refused.Outcome != string(ledger.Auth) || refused.Status != 401 || refused.Reason == "" {
			t.Errorf("%s: %+v", c.d.Name, refused)
		}
	}
	e.saysNothingOf(t, secretKey)
}

func TestWhyATestFails(t *testing.T) {
	html := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html><body>Welcome to the portal</body></html>")
	})
	missing := vendorServer(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "<h1>404</h1>", 404) })
	echo := vendorServer(t, refusing(401, `{"type":"error","error":{"type":"authentication_error","message":"no such key: `+secretKey+`"}}`))
	busy := vendorServer(t, refusing(429, `{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}`))
	const dead = "http://127.0.0.1:1" // nothing listens there; a free port may be another test's by now
	e := editServer(t, "tiers = [\"anthropic\"]\n")
	for _, dialect := range []string{"anthropic", "openai", "gemini"} {
		for _, c := range []struct {
			name, url, outcome string
			status             int
		}{
			{"html", html.URL, "vendor", 0},
			{"missing", missing.URL, "invalid", 404},
			{"refused", echo.URL, "auth", 401},
			{"busy", busy.URL, "rate_limit", 429},
			{"dead", dead, "network", 0},
			{"nowhere", "nowhere", "invalid", 0},
			{"unknown", "http://no-such-host.invalid", "network", 0},
		} {
			d := config.Draft{Name: c.name, Dialect: dialect, BaseURL: c.url, DefaultModel: "m"}
			got := e.TestVendor(t.Context(), d, secretKey)
			if got.OK || got.Outcome != c.outcome || got.Status != c.status || got.Reason == "" || strings.Contains(got.Reason, "\n") || strings.Contains(got.Reason, secretKey) {
				t.Errorf("%s %s: %+v", dialect, c.name, got)
			}
			if c.url != "nowhere" {
				if row := last(e.Server).ledgerCall(); string(row.Class) != c.outcome || row.Kind != "test" {
					t.Errorf("%s %s: the record says %q", dialect, c.name, row.Class)
				}
			}
		}
	}
	for _, c := range []struct {
		d       config.Draft
		outcome string
	}{
		{config.Draft{Name: "k", Dialect: "anthropic", BaseURL: echo.URL, Auth: config.AuthAPIKey, Key: config.KeyInKeyring}, TestNoKey},
		{config.Draft{Name: "v", Dialect: "anthropic", BaseURL: echo.URL, Auth: config.AuthAPIKey, Key: config.KeyInVariable, KeyVar: "NOT_SET"}, TestNoKey},
		{e.draft(t, "copilot"), TestSignIn},
		{e.draft(t, "anthropic"), TestClient},
	} {
		if got := e.TestVendor(t.Context(), c.d, ""); got.OK || got.Outcome != c.outcome || got.Reason == "" || got.Model != "" {
			t.Errorf("%s: %+v", c.d.Name, got)
		}
	}
	e.saysNothingOf(t, secretKey)
}

// The key of a vendor outside the chain is no secret that the server knows otherwise.
func TestAKeyOutsideTheChainIsNotRepeated(t *testing.T) {
	const written = "0a1b2c3d.of-nobody-else"
	echo := vendorServer(t, refusing(401, `{"type":"error","error":{"type":"authentication_error","message":"no such key: `+written+`"}}`))
	e := editServer(t, "tiers = [\"anthropic\"]\n"+strings.Replace(labRow(echo.URL), `"keyring"`, `"`+written+`"`, 1))
	got := e.TestVendor(t.Context(), e.draft(t, "lab"), "")
	_, calls := control(t, "GET", e.base+"/api/calls", "")
	if got.Outcome != string(ledger.Auth) || !strings.Contains(got.Reason, "no such key: ***") || strings.Contains(e.said.String()+calls.Raw, written) {
		t.Errorf("%+v\n%s\n%s", got, calls.Raw, e.said)
	}
}

// A vendor of the chain is tried within its queue, and who gives up leaves it.
func TestATestStandsInTheQueue(t *testing.T) {
	hold := make(chan struct{})
	slow := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, plainMessage)
	})
	e := editServer(t, strings.Replace(strings.Replace(labRow(slow.URL), "auth = \"x-api-key\"\nkey = \"keyring\"", "auth = \"none\"", 1), "{ default = 2 }", "{ default = 1 }", 1))
	d := e.draft(t, "lab")
	first, second := make(chan VendorTest, 1), make(chan VendorTest, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { first <- e.TestVendor(t.Context(), d, "") }()
	await(t, e.Server, "the first asks", counts(1, 0))
	go func() { second <- e.TestVendor(ctx, d, "") }()
	await(t, e.Server, "the second waits", counts(1, 1))
	cancel()
	if got := <-second; got.OK || got.Outcome != string(ledger.Gone) {
		t.Errorf("%+v", got)
	}
	close(hold)
	if got := <-first; !got.OK || got.Answer != "hello" {
		t.Errorf("%+v", got)
	}
	await(t, e.Server, "slots are back", func(snap limiter.Snapshot) bool { return idle(snap) })
}

// A vendor that is silent is given up.
func TestATestEndsInTime(t *testing.T) {
	silent := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	e := editServer(t, strings.Replace(labRow(silent.URL), "auth = \"x-api-key\"\nkey = \"keyring\"", "auth = \"none\"\nmessage_timeout = \"200ms\"", 1))
	if got := e.TestVendor(t.Context(), e.draft(t, "lab"), ""); got.Outcome != string(ledger.Timeout) {
		t.Errorf("%+v", got)
	}
}
