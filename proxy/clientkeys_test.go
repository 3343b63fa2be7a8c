package proxy

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
)

// anyKey is what a gateway with keys of its own has in its row.
func anyKey(v *config.Vendor) { v.AnyKey = true }

// A client may hold the key of another vendor: what its user set once for that, or the placeholder with which it starts
// without a login. Anthropic is no place for either.
func TestAClientsKeyGoesOnlyToTheVendorItWasMadeFor(t *testing.T) {
	for name, tc := range map[string]struct {
		header []string
		sent   string // which key arrives, "" if no call does
	}{
		"a login of Claude's":           {[]string{"Authorization", "Bearer sk-ant-oat01-login"}, "sk-ant-oat01-login"},
		"a key of Claude's":             {[]string{"X-Api-Key", "sk-ant-api03-key"}, "sk-ant-api03-key"},
		"a key of Claude's as a bearer": {[]string{"Authorization", "bearer sk-ant-api03-key"}, "sk-ant-api03-key"},
		"a key of Zhipu's":              {[]string{"Authorization", "Bearer 0123456789abcdef.zhipu"}, ""},
		"a key of OpenAI's":             {[]string{"X-Api-Key", "sk-proj-other"}, ""},
		"a key of Google's":             {[]string{"X-Goog-Api-Key", "AIza-other"}, ""},
		"a password":                    {[]string{"Authorization", "Basic c2stYW50LW5v"}, ""},
		"the placeholder":               {[]string{"Authorization", "Bearer " + config.Placeholder}, ""},
		"the placeholder as a key":      {[]string{"X-Api-Key", config.Placeholder}, ""},
		"no key":                        {nil, ""},
		"two keys":                      {[]string{"Authorization", "Bearer sk-ant-oat01-login", "X-Api-Key", "other"}, "sk-ant-oat01-login"},
		"two keys, the other way round": {[]string{"Authorization", "Bearer other", "X-Api-Key", "sk-ant-api03-key"}, "sk-ant-api03-key"},
	} {
		t.Run(name, func(t *testing.T) {
			up := newTestAPI(t, answering("hello"))
			s, base := serve(t, row("anthropic", up.URL, ownKey))
			for i, path := range []string{"/v1/messages", "/v1/messages/count_tokens", "/v/anthropic/v1/messages"} {
				resp, answer := do(t, "POST", base+path+"?key=other", plainBody, append(tc.header, "Content-Type", "application/json")...)
				calls := up.calls()
				if tc.sent == "" {
					if message := gjson.Get(answer, "error.message").Str; resp.StatusCode != 403 || len(calls) != 0 || !strings.Contains(message, "anthropic") || !strings.Contains(message, "sk-ant-…") {
						t.Errorf("%s: %d %s, %d calls", path, resp.StatusCode, answer, len(calls))
					}
					continue
				}
				if resp.StatusCode != 200 || len(calls) != i+1 {
					t.Fatalf("%s: %d %s, %d calls", path, resp.StatusCode, answer, len(calls))
				}
				h := calls[i].header
				all := strings.Join(append(append(h["Authorization"], h["X-Api-Key"]...), h["X-Goog-Api-Key"]...), " ")
				if !strings.Contains(all, tc.sent) || strings.Contains(all, "other") {
					t.Errorf("%s: the vendor got %q", path, all)
				}
				if path == "/v1/messages" && calls[i].uri != "/v1/messages" {
					t.Errorf("a key in the query was sent: %s", calls[i].uri)
				}
			}
			if tier := s.Status().Tiers[0]; tier.State != Ready {
				t.Errorf("%+v", tier)
			}
		})
	}
}

// The tier is passed over as one without a key is, and another answers.
func TestATierThatIsNotForTheClientsKeyIsPassedOver(t *testing.T) {
	mine, kimi := newTestAPI(t, answering("anthropic")), newTestAPI(t, answering("kimi"))
	s, base := serve(t, row("anthropic", mine.URL, ownKey), row("kimi", kimi.URL))
	resp, answer := post(t, base, plainBody, "Authorization", "Bearer a-key-of-zhipus")
	if resp.StatusCode != 200 || resp.Header.Get("Afterglow-Vendor") != "kimi" || len(mine.calls()) != 0 {
		t.Errorf("%d %s", resp.StatusCode, answer)
	}
	if trail := last(s).trail; trail[0].Verdict != "skipped" || !strings.Contains(trail[0].Reason, "not a Claude key") || strings.Contains(trail[0].Reason, "a-key-of-zhipus") {
		t.Errorf("%+v", trail)
	}
	for _, c := range kimi.calls() {
		if c.header.Get("Authorization") != "" {
			t.Errorf("kimi got the client's key: %v", c.header)
		}
	}
}

// A company's gateway has keys of its own. The user says so, and then everything but the placeholder is sent.
func TestAGatewayGetsAnyKeyOfTheClients(t *testing.T) {
	up := newTestAPI(t, answering("hello"))
	_, base := serve(t, row("gateway", up.URL, ownKey, anyKey))
	for _, header := range [][]string{{"Authorization", "Bearer of-the-company"}, {"X-Api-Key", "of-the-company"}, {"X-Gateway", "of-the-company"}} {
		for _, path := range []string{"/v1/messages", "/v/gateway/v1/messages"} {
			before := len(up.calls())
			resp, answer := do(t, "POST", base+path, plainBody, append(header, "Content-Type", "application/json")...)
			if resp.StatusCode != 200 || len(up.calls()) != before+1 || !strings.Contains(strings.Join(up.calls()[before].header[http.CanonicalHeaderKey(header[0])], ""), "of-the-company") {
				t.Errorf("%s %v: %d %s", path, header, resp.StatusCode, answer)
			}
		}
	}
	do(t, "POST", base+"/v1/messages", plainBody, "Content-Type", "application/json", "Authorization", "Bearer "+config.Placeholder)
	for _, c := range up.calls() {
		if strings.Contains(c.header.Get("Authorization"), config.Placeholder) {
			t.Errorf("the placeholder was sent: %v", c.header)
		}
	}
}

// A gateway may add the keys itself. It is asked, but no key of another vendor goes to it.
func TestAGatewayIsAskedWithoutAKey(t *testing.T) {
	up := newTestAPI(t, answering("hello"))
	conf, err := config.Parse("config.toml", "tiers = [\"gateway\"]\n[[vendors]]\nname = \"gateway\"\ndialect = \"anthropic\"\n"+
		"auth = \"client\"\nbase_url = \""+up.URL+"\"\n", noEnv)
	if err != nil {
		t.Fatal(err)
	}
	_, base := serveConfig(t, conf)
	for i, header := range [][]string{{"Authorization", "Bearer a-key-of-zhipus"}, {"X-Api-Key", "a-key-of-zhipus"}, {"X-Other", "1"}} {
		resp, answer := post(t, base, plainBody, header...)
		if resp.StatusCode != 200 || len(up.calls()) != i+1 {
			t.Fatalf("%v: %d %s", header, resp.StatusCode, answer)
		}
		if h := up.calls()[i].header; h.Get("Authorization") != "" || h.Get("X-Api-Key") != "" {
			t.Errorf("the gateway got %v", h)
		}
	}
}
