package proxy

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"afterglow/proxy/config"
)

// Whoever reaches the control API changes vendors; by no request, and by no series of them, does a secret go where it did
// not.
func TestARequestLeadsNoSecretElsewhere(t *testing.T) {
	evil, ours := newTestAPI(t, jsonAnswer(plainMessage)), newTestAPI(t, jsonAnswer(plainMessage))
	host := evil.URL
	start := "tiers = [\"v\", \"own\", \"lab\"]\n" +
		"[[vendors]]\nname = \"v\"\ndialect = \"anthropic\"\nbase_url = \"" + ours.URL + "\"\nauth = \"x-api-key\"\nkey = \"sk-in-the-file-1234\"\n" +
		"[[vendors]]\nname = \"own\"\ndialect = \"anthropic\"\nbase_url = \"" + ours.URL + "/own\"\nauth = \"client\"\n" +
		labRow("http://127.0.0.1:9") + "endpoints = { openai = \"http://127.0.0.1:2/v1\" }\n"
	for name, steps := range map[string][]string{ // the last of each must be refused, those before may be
		"a vendor with the client's own":         {`evil {"dialect":"anthropic","base_url":"HOST","auth":"client","default_model":"m","enabled":true}`},
		"in two steps":                           {`evil {"dialect":"anthropic","base_url":"HOST","auth":"none","default_model":"m","enabled":true}`, `evil {"auth":"client"}`},
		"over http":                              {`evil {"dialect":"anthropic","base_url":"http://evil.example","auth":"client","default_model":"m"}`},
		"over https":                             {`evil {"dialect":"anthropic","base_url":"https://evil.example","auth":"client","default_model":"m"}`},
		"the vendor is moved":                    {`own {"base_url":"HOST"}`},
		"to another port":                        {`own {"base_url":"http://127.0.0.1:1"}`},
		"moved under another name":               {`own {"name":"own2"}`, `own2 {"base_url":"HOST"}`},
		"a keyed vendor's host":                  {`lab {"auth":"client","key":"none"}`},
		"the built-in one is moved":              {`anthropic {"base_url":"HOST"}`},
		"endpoints of the row":                   {`lab {"auth":"client","key":"none","base_url":"https://api.anthropic.com"}`},
		"a key in the file":                      {`v {"base_url":"HOST"}`},
		"a key in the file, with another name":   {`v {"name":"w","base_url":"HOST"}`},
		"a kept key":                             {`lab {"base_url":"HOST"}`},
		"a kept key, with another name":          {`lab {"name":"lab2","base_url":"HOST"}`},
		"a kept key to a built-in vendor":        {`lab {"base_url":"https://api.deepseek.com"}`},
		"a kept key that no row has any more":    {`lab {"key":"variable","key_variable":"NEW","base_url":"http://127.0.0.1:9"}`},
		"a variable":                             {`evil {"dialect":"anthropic","base_url":"HOST","auth":"bearer","key":"variable","key_variable":"HOME"}`},
		"a variable that another has":            {`two {"preset":"kimi","key":"variable","key_variable":"DEEPSEEK_API_KEY"}`},
		"a variable to a built-in one, by http":  {`two {"preset":"kimi","base_url":"http://api.kimi.com/coding/"}`},
		"a variable to the row's endpoints":      {`lab {"key":"variable","key_variable":"NEW","base_url":"https://api.kimi.com/coding/"}`},
		"a built-in name, before there is a key": {`kimi {"key":"keyring","base_url":"HOST"}`},
		"within the URL":                         {`evil {"dialect":"anthropic","base_url":"HOST/${HOME}","auth":"none"}`},
		"a sign-in":                              {`evil {"preset":"copilot","base_url":"HOST"}`},
		"a sign-in to a built-in vendor":         {`evil {"preset":"copilot","base_url":"https://api.deepseek.com"}`},
	} {
		t.Run(name, func(t *testing.T) {
			e := editServer(t, start)
			if status, body := askControl(t, e.base, "PUT", "/api/vendors/lab/key", `{"key":"`+secretKey+`"}`); status != 200 {
				t.Fatal(status, body)
			}
			before := e.text(t)
			for i, step := range steps {
				vendor, change, _ := strings.Cut(strings.ReplaceAll(step, "HOST", host), " ")
				status, body := askControl(t, e.base, "PUT", "/api/vendors/"+vendor, change)
				if last := i == len(steps)-1; last && (status != http.StatusForbidden || !strings.Contains(body, "permission_error")) || !last && status != 200 {
					t.Errorf("%s: %d %s", step, status, body)
				}
			}
			if len(steps) == 1 && e.text(t) != before {
				t.Errorf("the file is another: %s", e.text(t))
			}
			askControl(t, e.base, "PUT", "/api/tier-order", `{"vendors":["evil","own","v","lab"]}`)
			for _, path := range []string{"/v1/messages", "/v/evil/v1/messages", "/v/own/v1/messages", "/v/own2/v1/messages", "/v/lab/v1/messages", "/v/lab/openai/chat/completions"} {
				do(t, "POST", e.base+path, plainBody, "Content-Type", "application/json", "Authorization", "Bearer sk-ant-oat01-planted", "X-Api-Key", "sk-ant-api03-planted")
			}
			for _, c := range evil.calls() {
				if got := fmt.Sprint(c.uri, c.header); strings.Contains(got, "planted") || strings.Contains(got, "in-the-file") || strings.Contains(got, secretKey) {
					t.Errorf("the other host got %s", got)
				}
			}
		})
	}
}

// What is no secret of the user's may be led, and a secret where it goes already.
func TestARequestMayLeadWhatIsNoSecret(t *testing.T) {
	e := editServer(t, "tiers = [\"own\"]\n[[vendors]]\nname = \"own\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:9\"\nauth = \"client\"\n")
	for _, step := range []string{
		`own {"base_url":"http://127.0.0.1:9/other"}`, `own {"name":"mine"}`, `second {"preset":"anthropic"}`, `second {"base_url":"http://127.0.0.1:9/x"}`,
		`free {"dialect":"openai","base_url":"http://evil.example/v1","auth":"none","default_model":"m"}`, `free {"base_url":"http://127.0.0.1:8/v1"}`,
		`new {"dialect":"anthropic","base_url":"https://new.example","auth":"bearer","key":"keyring","enabled":true}`, `new {"base_url":"https://newer.example"}`, `new/key {"key":"sk-of-the-request"}`,
		`new {"name":"renamed"}`, `renamed {"base_url":"https://newer.example/v2"}`, `two {"preset":"minimax","key":"variable","key_variable":"M2"}`, `kimi {"title":"K"}`, `kimi/key {"key":"sk-of-kimi"}`, `kimi {"enabled":true}`,
		`copilot {"enabled":true}`,
	} {
		vendor, change, _ := strings.Cut(step, " ")
		if status, body := askControl(t, e.base, "PUT", "/api/vendors/"+vendor, change); status != 200 {
			t.Errorf("%s: %d %s", step, status, body)
		}
	}
}

// In the window a person may lead the client's own credentials to another host, once they have said that they want it.
func TestTheWindowAsksBeforeTheClientsOwnCredentialsGoElsewhere(t *testing.T) {
	e := editServer(t, "tiers = [\"own\"]\n[[vendors]]\nname = \"own\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:9\"\nauth = \"client\"\n"+labRow("http://127.0.0.1:8"))
	before := e.text(t)
	d := e.draft(t, "own")
	d.BaseURL = "https://gateway.example/v1"
	var ask *config.DestinationError
	if err := e.SaveVendor("own", d, ""); !errors.As(err, &ask) || !ask.Ask || ask.Origin != "https://gateway.example" || ask.Vendor != "own" || e.text(t) != before {
		t.Fatal(err)
	}
	d.Confirmed = "https://other.example"
	if err := e.SaveVendor("own", d, ""); !errors.As(err, &ask) || e.text(t) != before {
		t.Fatal("another host was confirmed:", err)
	}
	d.Confirmed = ask.Origin
	if err := e.SaveVendor("own", d, ""); err != nil || !strings.Contains(e.text(t), "https://gateway.example/v1") {
		t.Fatal(err)
	}
	d = e.draft(t, "own")
	d.Title = "Mine"
	if err := e.SaveVendor("own", d, ""); err != nil {
		t.Error("it was asked again:", err)
	}
	d = e.draft(t, "own")
	d.BaseURL, d.Confirmed = "http://gateway.example", "http://gateway.example"
	var wrong *config.Error
	if err := e.SaveVendor("own", d, ""); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "not encrypted") {
		t.Error("over http, although confirmed:", err)
	}
	d = e.draft(t, "lab")
	d.Auth, d.Key = config.AuthClient, config.KeyNone
	if err := e.SaveVendor("lab", d, ""); !errors.As(err, &ask) || ask.Origin != "http://127.0.0.1:8" {
		t.Error(err)
	}
	d = e.draft(t, "lab")
	d.BaseURL = "https://other.example"
	if err := e.SaveVendor("lab", d, secretKey); err != nil {
		t.Error("a key of the user's own:", err)
	}
}
