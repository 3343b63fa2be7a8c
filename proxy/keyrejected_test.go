package proxy

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
)

// variable says that a vendor's key is that of an environment variable.
func variable(name string) func(*config.Vendor) {
	return func(v *config.Vendor) { v.KeyVar = name }
}

func keyless(v *config.Vendor) { v.Key, v.KeyVar = "", "NO_KEY" }

// count posts a request for a count of tokens.
func count(t *testing.T, base string, header ...string) (*http.Response, string) {
	t.Helper()
	return do(t, "POST", base+"/v1/messages/count_tokens", plainBody, append(header, "Content-Type", "application/json")...)
}

// Claude Code sends again for minutes after 401, and fails at once after 403.
func TestARejectedKeyEndsTheTurnAndNamesTheVendor(t *testing.T) {
	for what, refusal := range map[string]fakevendor.Answer{
		"401":        fakevendor.AnthropicError(401, "authentication_error", "invalid x-api-key").With("Retry-After", "60"),
		"403":        fakevendor.AnthropicError(403, "permission_error", "no access").With("Retry-After", "60"),
		"zhipu 1001": fakevendor.ZhipuError(401, "1001", "Header中未收到Authorization参数"),
		"as text":    fakevendor.Refuse(401, "unauthorized"),
	} {
		t.Run(what, func(t *testing.T) {
			a, err := fakevendor.Start(fakevendor.Options{Script: fakevendor.Always(refusal), CountTokens: fakevendor.Always(refusal)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(a.Close)
			_, base := serve(t, row("zhipu", a.URL(), zhipu, variable("ZHIPU_API_KEY")))
			check := func(resp *http.Response, answer string) {
				t.Helper()
				message := gjson.Get(answer, "error.message").Str
				if resp.StatusCode != 403 || gjson.Get(answer, "error.type").Str != "permission_error" || resp.Header.Get("Retry-After") != "" ||
					!strings.HasPrefix(message, "zhipu rejected its API key (ZHIPU_API_KEY). ") || strings.Count(message, "The vendor said: 40") != 1 ||
					strings.Contains(strings.ToLower(message), "x-api-key") { // Claude Code would only say that it is not logged in
					t.Errorf("%d %v %s", resp.StatusCode, resp.Header, answer)
				}
			}
			for i, body := range []string{streamBody, plainBody, streamBody} {
				resp, answer := post(t, base, body)
				check(resp, answer)
				if a.Load().Arrived != i+1 {
					t.Errorf("call %d: the vendor was asked %d times: who has changed the key at the vendor waits for nothing", i+1, a.Load().Arrived)
				}
			}
			resp, answer := count(t, base)
			check(resp, answer)
		})
	}
}

// The answer is 403 only where nothing but the user can help. What passes by itself comes with its own time, whichever
// tier was asked last.
func TestARejectedKeyBesideAnotherFailure(t *testing.T) {
	rejected := fakevendor.AnthropicError(401, "authentication_error", "invalid x-api-key").With("Retry-After", "60")
	hour := time.Now().Add(2 * time.Hour).In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04:05")
	for what, tc := range map[string]struct {
		other  fakevendor.Answer
		edit   func(*config.Vendor)
		status int
		wait   string
		says   string
	}{
		"an overloaded vendor":       {fakevendor.AnthropicError(529, "overloaded_error", "Overloaded").With("Retry-After", "7"), nil, 529, "7", "zhipu rejected its API key"},
		"too many calls":             {fakevendor.AnthropicError(429, "rate_limit_error", "slow down").With("Retry-After", "9"), nil, 429, "9", "zhipu rejected its API key"},
		"a broken vendor":            {fakevendor.Refuse(503, "down"), nil, 503, "", "zhipu rejected its API key"},
		"a quota that is used up":    {fakevendor.ZhipuError(429, "1308", "resets at "+hour), zhipu, 429, "long", "unavailable until"},
		"a request that is refused":  {fakevendor.AnthropicError(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), nil, 400, "", "prompt is too long: 9"},
		"another that is rejected":   {fakevendor.Refuse(403, "nor you"), nil, 403, "", "other rejected its API key"},
		"one without a key":          {fakevendor.Text("unheard"), keyless, 403, "", "other: no key: set NO_KEY"},
		"a vendor without an answer": {fakevendor.Chunked().CutAfter(0, fakevendor.Reset), nil, 502, "", "zhipu rejected its API key"},
	} {
		for _, order := range []string{"zhipu first", "zhipu last"} {
			t.Run(what+", "+order, func(t *testing.T) {
				options := fakevendor.Options{Script: fakevendor.Always(tc.other), CountTokens: fakevendor.Always(tc.other)}
				other, err := fakevendor.Start(options)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(other.Close)
				refuses, err := fakevendor.Start(fakevendor.Options{Script: fakevendor.Always(rejected), CountTokens: fakevendor.Always(rejected)})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(refuses.Close)
				rows := []config.Vendor{row("zhipu", refuses.URL()), row("other", other.URL())}
				if tc.edit != nil {
					tc.edit(&rows[1])
				}
				if order == "zhipu last" {
					rows[0], rows[1] = rows[1], rows[0]
				}
				_, base := serve(t, rows...)
				resp, answer := post(t, base, streamBody)
				wait := resp.Header.Get("Retry-After")
				if len(wait) > 2 {
					wait = "long"
				}
				if resp.StatusCode != tc.status || wait != tc.wait || !strings.Contains(answer, tc.says) {
					t.Errorf("%d, retry after %q, %s", resp.StatusCode, wait, answer)
				}
				// A vendor that is out is not asked to count: 529 stands for it.
				if resp, answer := count(t, base); resp.StatusCode != tc.status && (tc.wait == "" || resp.StatusCode != 529) {
					t.Errorf("the count: %d %s", resp.StatusCode, answer)
				}
			})
		}
	}
}

// A vendor that was out and is asked all the same may say that it is the key.
func TestAVendorThatWasOutAndRejectsItsKey(t *testing.T) {
	a := simulated(t, fakevendor.InTurn(fakevendor.AnthropicError(529, "overloaded_error", "Overloaded").With("Retry-After", "30"),
		fakevendor.AnthropicError(401, "authentication_error", "bad")))
	_, base := serve(t, row("a", a.URL(), breaks))
	if resp, answer := post(t, base, plainBody); resp.StatusCode != 529 {
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	if resp, answer := post(t, base, plainBody); resp.StatusCode != 403 || resp.Header.Get("Retry-After") != "" || strings.Contains(answer, "Overloaded") {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, answer)
	}
}

// All vendors are out for a while: that is no reason to tell a client that its credentials are wrong.
func TestACountWhileEveryVendorIsOutIsNoAuthError(t *testing.T) {
	a := simulated(t, fakevendor.Always(fakevendor.AnthropicError(529, "overloaded_error", "Overloaded").With("Retry-After", "30")))
	_, base := serve(t, row("a", a.URL(), breaks))
	post(t, base, plainBody)
	resp, answer := count(t, base)
	if resp.StatusCode != 529 || resp.Header.Get("Retry-After") == "" || gjson.Get(answer, "error.type").Str != "overloaded_error" {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, answer)
	}
}

// What a vendor says of a client's own credentials is the client's to hear, byte for byte.
func TestAClientsOwnRejectedCredentialsPass(t *testing.T) {
	const body = `{"type":"error","error":{"type":"authentication_error","message":"OAuth token has expired"},"request_id":"req_1"}`
	for _, status := range []int{401, 403} {
		body := body
		if status == 403 {
			body = strings.Replace(body, "authentication_error", "permission_error", 1)
		}
		up := newTestAPI(t, refusing(status, body))
		s, base := serve(t, row("anthropic", up.URL, ownKey))
		for _, path := range []string{"/v1/messages", "/v1/messages/count_tokens", "/v/anthropic/v1/messages"} {
			resp, got := do(t, "POST", base+path, plainBody, "Content-Type", "application/json", "Authorization", "Bearer sk-ant-oat01-old")
			if resp.StatusCode != status || got != body {
				t.Errorf("%s: %d %s", path, resp.StatusCode, got)
			}
		}
		if tier := s.Status().Tiers[0]; tier.State != Ready {
			t.Errorf("one client's credentials are no reason to leave the vendor alone: %+v", tier)
		}
	}
}

// The status names the key, without its value, until the vendor has taken it.
func TestTheStatusSaysWhichKeyWasRejected(t *testing.T) {
	refuse := fakevendor.AnthropicError(401, "authentication_error", "who is key-of-zhipu?")
	a := simulated(t, fakevendor.InTurn(refuse, fakevendor.AnthropicError(429, "rate_limit_error", "slow down"), refuse, fakevendor.Text("fine")))
	_, base := serve(t, row("zhipu", a.URL(), variable("ZHIPU_API_KEY")))
	tier := func() gjson.Result {
		_, status := control(t, "GET", base+"/api/status", "")
		return status.Get("tiers.0")
	}
	if got := tier(); got.Get("state").Str != "ready" || got.Get("key").Str != "variable" || got.Get("key_variable").Str != "ZHIPU_API_KEY" {
		t.Errorf("at first: %s", got.Raw)
	}
	_, answer := post(t, base, plainBody)
	got := tier()
	if got.Get("state").Str != "key_rejected" || got.Get("reason").Str != "401 who is ************?" || got.Get("until").Str == "" || got.Get("circuit_breaker.failure_count").Int() != 0 {
		t.Errorf("%s", got.Raw)
	}
	if strings.Contains(answer+got.Raw, "key-of-zhipu") {
		t.Errorf("the key is in %s or %s", answer, got.Raw)
	}
	post(t, base, plainBody) // 429: the vendor has taken the key
	if got := tier(); got.Get("state").Str == "key_rejected" {
		t.Errorf("after 429: %s", got.Raw)
	}
	post(t, base, plainBody)
	if got := tier(); got.Get("state").Str != "key_rejected" {
		t.Errorf("rejected again: %s", got.Raw)
	}
	if resp, answer := post(t, base, plainBody); resp.StatusCode != 200 {
		t.Fatal(answer)
	}
	eventually(t, "the vendor is ready", func() bool { return tier().Get("state").Str == "ready" })
}

// On a vendor route the client has sent a key of its own, or none. A refusal of ours would read as one of that.
func TestARejectedKeyOnAVendorRoute(t *testing.T) {
	for _, tc := range []struct {
		path, refusal        string
		status               int
		field, want, message string
	}{
		{"/v/lab/v1/messages", `{"type":"error","error":{"type":"authentication_error","message":"bad"}}`, 401, "error.type", "permission_error", "error.message"},
		{"/v/lab/openai/chat/completions", `{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}`, 401, "error.type", "permission_error", "error.message"},
		{"/v/lab/openai/responses", `{"error":{"message":"Incorrect API key provided"}}`, 403, "error.type", "permission_error", "error.message"},
		{"/v/lab/gemini/v1beta/models/g:generateContent",
			`{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}`,
			400, "error.status", "PERMISSION_DENIED", "error.message"},
	} {
		t.Run(tc.path, func(t *testing.T) {
			up := newTestAPI(t, refusing(tc.status, tc.refusal, "Content-Type", "application/json", "Retry-After", "60"))
			s, base := serve(t, row("lab", up.URL, variable("LAB_KEY"), speaks("openai", up.URL), speaks("gemini", up.URL)))
			resp, got := do(t, "POST", base+tc.path, `{"model":"g","stream":true}`, "Content-Type", "application/json", "Authorization", "Bearer "+config.Placeholder)
			message := gjson.Get(got, tc.message).Str
			if resp.StatusCode != 403 || gjson.Get(got, tc.field).Str != tc.want || resp.Header.Get("Retry-After") != "" ||
				!strings.HasPrefix(message, "lab rejected its API key (LAB_KEY). ") || strings.Count(message, "The vendor said") != 1 {
				t.Errorf("%d %v %s", resp.StatusCode, resp.Header, got)
			}
			rec := lastRecord(t, s, 1)
			if rec.Status != 403 || rec.Class != "auth" {
				t.Errorf("%+v", rec)
			}
			if !strings.Contains(rec.Outcome, "`afterglowd vendor key lab`") { // the placeholder is part of it, and no secret
				t.Errorf("%+v", rec)
			}
			if tier := s.Status().Tiers[0]; tier.State != Rejected || tier.KeyVar != "LAB_KEY" {
				t.Errorf("%+v", tier)
			}
			await(t, s, "permits back", idle)
		})
	}
}

// Refusals that are not for the key pass on a vendor route as they came.
func TestOtherRefusalsPassOnAVendorRoute(t *testing.T) {
	long := `{"error":{"message":"` + strings.Repeat("too long ", 300_000) + `"}}` // more than is read ahead
	for _, tc := range []struct {
		status int
		body   string
	}{{400, `{"error": {"message":"no such thing"} }`}, {413, long}, {500, "<html>"}, {404, ""}} {
		up := newTestAPI(t, refusing(tc.status, tc.body, "Content-Type", "application/json", "X-Request-Id", "theirs"))
		_, base := serve(t, row("lab", up.URL, speaks("openai", up.URL)))
		resp, got := do(t, "POST", base+"/v/lab/openai/chat/completions", chatBody(1), "Content-Type", "application/json")
		if resp.StatusCode != tc.status || got != tc.body || resp.Header.Get("X-Request-Id") != "theirs" {
			t.Errorf("%d: %d %v, %d bytes of %d", tc.status, resp.StatusCode, resp.Header, len(got), len(tc.body))
		}
	}
}

// A rejected key is asked again as soon as there is another: one that another process has put into the store too.
func TestAKeyThatAnotherProcessStoredIsTriedAtOnce(t *testing.T) {
	up := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != "the-new-key" {
			w.WriteHeader(401)
			io.WriteString(w, `{"error":{"message":"unknown key"}}`)
			return
		}
		answering("fine")(w, r)
	})
	dir := t.TempDir()
	store := func(key string) {
		if err := credential.OpenFile(dir).Set(credential.KeyName("kimi"), credential.Token{Access: config.Secret(key)}); err != nil {
			t.Fatal(err)
		}
	}
	store("the-old-key")
	s, base := serveWith(t, Options{
		Config:      config.Config{Vendors: []config.Vendor{row("kimi", up.URL, func(v *config.Vendor) { v.Key, v.Keyring = "", true })}},
		Credentials: credential.OpenFile(dir),
	})
	resp, answer := post(t, base, plainBody)
	if resp.StatusCode != 403 || !strings.Contains(answer, "kimi rejected its API key (kept by Afterglow)") {
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	store("the-new-key")
	if resp, answer := post(t, base, plainBody); resp.StatusCode != 200 {
		t.Errorf("%d %s", resp.StatusCode, answer)
	}
	eventually(t, "the vendor is ready", func() bool { return s.Status().Tiers[0].State == Ready })
}

// A client that was parked hears of the rejected key within its stream.
func TestARejectedKeyAfterParking(t *testing.T) {
	gate := make(chan struct{})
	a := simulated(t, fakevendor.InTurn(fakevendor.Text("slow").Held(0, gate), fakevendor.AnthropicError(401, "authentication_error", "bad")))
	s, base := serveConfig(t, config.Config{ParkAfter: time.Millisecond, Vendors: []config.Vendor{row("zhipu", a.URL(), limited(1))}})
	go func() {
		if resp, err := http.DefaultClient.Do(request(t, context.Background(), base, streamBody)); err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}()
	await(t, s, "the first runs", counts(1, 0))
	resp, err := http.DefaultClient.Do(request(t, context.Background(), base, streamBody))
	if err != nil {
		t.Fatal(err)
	}
	close(gate)
	if got := read(t, resp); resp.StatusCode != 200 || !strings.Contains(got, "event: error") || !strings.Contains(got, "permission_error") || !strings.Contains(got, "zhipu rejected its API key") {
		t.Errorf("%d %s", resp.StatusCode, got)
	}
}
