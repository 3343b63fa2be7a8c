package proxy

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/upstream"
)

// signing is a proxy whose vendors sign in, with simulated providers.
type signing struct {
	*Server
	base    string
	dir     string // of the credentials
	github  *fakevendor.GitHub
	copilot *fakevendor.Copilot
	google  *fakevendor.Google
	log     *lockedBuffer
}

// The secrets of these tests. None may be seen anywhere but in the file of credentials.
const (
	gitHubSecret  = "gho_planted0123456789"
	copilotSecret = "tid=planted;exp"
	refreshSecret = "1//planted-refresh"
	accessSecret  = "ya29.planted-access"
	clientSecret  = "GOCSPX-planted"
)

type lockedBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) text() string {
	b.Lock()
	defer b.Unlock()
	return b.String()
}

// signs runs a proxy over rows, which are made when the providers' addresses are known.
func signs(t *testing.T, rows func(s *signing, copilotURL string) []config.Vendor) *signing {
	t.Helper()
	s := &signing{
		dir:     t.TempDir(),
		github:  &fakevendor.GitHub{Token: gitHubSecret, Copilot: copilotSecret},
		copilot: &fakevendor.Copilot{Prefix: copilotSecret, Models: []string{"claude-opus-4.6", "claude-sonnet-4.6", "gpt-5.2"}},
		google:  &fakevendor.Google{ClientID: "client.apps", Secret: clientSecret, Refresh: refreshSecret, Access: accessSecret, Projects: []string{"my-project"}},
		log:     &lockedBuffer{},
	}
	open := func(h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	hub, goog := open(s.github), open(s.google)
	conf := config.Config{Vendors: rows(s, open(s.copilot))}
	s.Server, s.base = serveWith(t, Options{
		Config: conf, Credentials: credential.OpenFile(s.dir), Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Sites: upstream.Sites{
			GitHubDevice: hub + fakevendor.GitHubDevicePath, GitHubToken: hub + fakevendor.GitHubTokenPath, CopilotToken: hub + fakevendor.CopilotTokenPath,
			GoogleAuth: goog + fakevendor.GoogleAuthPath, GoogleToken: goog + fakevendor.GoogleTokenPath, GoogleProjects: goog + fakevendor.GoogleProjectsPath,
		},
	})
	return s
}

func copilotRow(url string) config.Vendor {
	v := row("copilot", url)
	v.Dialect, v.Auth, v.Key, v.Accepts = "openai", config.AuthCopilot, "", config.AcceptsBy("openai")
	v.Account = config.Account{Type: "individual"}
	return v
}

func antigravityRow(url string) config.Vendor {
	v := row("antigravity", url+"/v1internal")
	v.Dialect, v.Auth, v.Key, v.Accepts = "gemini", config.AuthGoogle, "", config.AcceptsBy("gemini")
	v.Account = config.Account{ClientID: "client.apps", ClientSecret: clientSecret}
	v.DefaultModel = "claude-sonnet-4-6"
	return v
}

// signedIn puts a credential where a sign-in would have put it.
func (s *signing) signedIn(t *testing.T, provider string, token credential.Token) {
	t.Helper()
	if err := credential.OpenFile(s.dir).Set(provider, token); err != nil {
		t.Fatal(err)
	}
}

// copilots is a signed-in Copilot alone in the chain.
func copilots(t *testing.T, edit ...func(*config.Vendor)) *signing {
	t.Helper()
	return signs(t, func(s *signing, url string) []config.Vendor {
		s.signedIn(t, credential.ProviderGitHub, credential.Token{Access: gitHubSecret})
		v := copilotRow(url)
		for _, e := range edit {
			e(&v)
		}
		return []config.Vendor{v}
	})
}

func (s *signing) tier(name string) Tier {
	for _, t := range s.Status().Tiers {
		if t.Vendor == name {
			return t
		}
	}
	return Tier{}
}

func (s *signing) call(t *testing.T, body string) (int, string) {
	t.Helper()
	resp, answer := post(t, s.base, body, "Authorization", "Bearer sk-ant-of-the-client", "X-Api-Key", "sk-ant-of-the-client", "Anthropic-Beta", "x")
	return resp.StatusCode, answer
}

// A user signs in to Copilot while the proxy runs: the next tier answers until then, and Copilot from
// then on, without a restart.
func TestSignInWithGitHubWhileRunning(t *testing.T) {
	s := signs(t, func(s *signing, url string) []config.Vendor {
		s.github.Polls = 1
		return []config.Vendor{copilotRow(url), row("next", simulated(t, fakevendor.Plausible).URL())}
	})
	if got := s.tier("copilot"); got.State != SignedOut || got.SignIn != (SignIn{Provider: "github", State: "needed"}) || got.Reason != "sign in with GitHub" {
		t.Fatalf("%+v", got)
	}
	if status, answer := s.call(t, plainBody); status != 200 || !strings.Contains(answer, "simulated vendor") {
		t.Fatal(status, answer)
	}
	if status, _ := control(t, "POST", s.base+"/api/reauth/nobody", ""); status != 404 {
		t.Errorf("an unknown provider: %d", status)
	}
	if status, _ := control(t, "POST", s.base+"/api/reauth/google", ""); status != 404 {
		t.Errorf("a provider that no vendor has: %d", status)
	}
	for range 2 { // the second joins the first
		if status, answer := control(t, "POST", s.base+"/api/reauth/github", ""); status != 202 {
			t.Fatal(status, answer)
		}
	}
	eventually(t, "the code is shown", func() bool { return s.tier("copilot").SignIn.Code == fakevendor.UserCode })
	_, status := control(t, "GET", s.base+"/api/reauth/status", "")
	if g := status.Get("providers.github"); g.Get("state").Str != "pending" || g.Get("code").Str != fakevendor.UserCode || g.Get("url").Str == "" || status.Get("providers.google").Exists() {
		t.Errorf("%s", status)
	}
	eventually(t, "signed in", func() bool { return s.tier("copilot").State == Ready })
	_, status = control(t, "GET", s.base+"/api/reauth/status", "")
	if g := status.Get("providers.github"); g.Get("state").Str != "completed" || !g.Get("completed_ago_seconds").Exists() || !g.Get("signed_in").Bool() {
		t.Errorf("%s", status)
	}
	if status, answer := s.call(t, plainBody); status != 200 || !strings.Contains(answer, "hello from copilot") {
		t.Fatal(status, answer)
	}
	s.github.Lock()
	defer s.github.Unlock()
	if s.github.Devices != 1 || s.github.Scope != "read:user" {
		t.Errorf("%d device codes for %q", s.github.Devices, s.github.Scope)
	}
	info, err := os.Stat(filepath.Join(s.dir, "credentials.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestSignInThatFailsSaysWhy(t *testing.T) {
	s := signs(t, func(s *signing, url string) []config.Vendor {
		s.github.Refusal = "access_denied"
		return []config.Vendor{copilotRow(url)}
	})
	if err := s.SignIn("copilot"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "failed", func() bool { return s.tier("copilot").SignIn.State == "failed" })
	if got := s.tier("copilot").SignIn; !strings.Contains(got.Problem, "access_denied") {
		t.Errorf("%+v", got)
	}
	s.github.Lock()
	s.github.Refusal, s.github.Polls = "", 1000
	s.github.Unlock()
	if err := s.SignIn("copilot"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "pending", func() bool { return s.tier("copilot").SignIn.Code != "" })
	if err := s.SignIn("copilot"); err == nil {
		t.Error("two at once")
	}
	if err := s.CancelSignIn("copilot"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "cancelled", func() bool { return s.tier("copilot").SignIn == SignIn{Provider: "github", State: "needed"} })
	if err := s.SignIn("nobody"); err == nil {
		t.Error("a vendor that is not there")
	}
}

// Another process signs in, and the running one notices by itself.
func TestASignInOfAnotherProcessIsNoticed(t *testing.T) {
	s := signs(t, func(_ *signing, url string) []config.Vendor { return []config.Vendor{copilotRow(url)} })
	if s.tier("copilot").State != SignedOut {
		t.Fatal(s.tier("copilot"))
	}
	s.signedIn(t, credential.ProviderGitHub, credential.Token{Access: gitHubSecret})
	eventually(t, "noticed", func() bool { return s.tier("copilot").State == Ready })
	if status, answer := control(t, "DELETE", s.base+"/api/reauth/github", ""); status != 200 || s.tier("copilot").State != SignedOut {
		t.Errorf("signed out: %d %s %+v", status, answer, s.tier("copilot"))
	}
	if _, err := credential.OpenFile(s.dir).Get(credential.ProviderGitHub); err != credential.ErrNone {
		t.Error(err)
	}
}

// RC-40, and what Copilot wants to see of its caller.
func TestCopilotGetsItsOwnHeaderOnly(t *testing.T) {
	s := copilots(t)
	if status, answer := s.call(t, streamBody); status != 200 || !strings.Contains(answer, "hello from copilot") || !strings.Contains(answer, "message_stop") {
		t.Fatal(status, answer)
	}
	loop := `{"model":"claude-opus-5-5","max_tokens":9,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yes"},{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://x/a.png"}}]}]}`
	if status, answer := s.call(t, loop); status != 200 {
		t.Fatal(status, answer)
	}
	first, second := s.copilot.Calls[0].Header, s.copilot.Calls[1].Header
	if first.Get("X-Initiator") != "user" || second.Get("X-Initiator") != "agent" || first.Get("Copilot-Vision-Request") != "" || second.Get("Copilot-Vision-Request") != "true" {
		t.Errorf("%v\n%v", first, second)
	}
	if first.Get("Copilot-Integration-Id") == "" || first.Get("Editor-Version") == "" || first.Get("X-Request-Id") == "" || first.Get("X-Request-Id") == second.Get("X-Request-Id") {
		t.Errorf("%v", first)
	}
	for name, values := range first {
		if strings.HasPrefix(name, "Anthropic-") || strings.Contains(strings.Join(values, ""), "of-the-client") {
			t.Errorf("%s: %v", name, values)
		}
	}
	if got := s.copilot.Calls[0].Model; got != "claude-opus-4.6" {
		t.Errorf("asked for %s", got)
	}
	if g := s.limiter.Snapshot().Gauges; len(g) != 1 || g[0].Model != "claude-opus-4.6" {
		t.Errorf("%+v: expected the model that was sent", g)
	}
	if s.github.Trades != 1 || s.copilot.Asked != 1 {
		t.Errorf("%d exchanges, %d looks at the catalogue", s.github.Trades, s.copilot.Asked)
	}
}

// RC-62
func TestMisdirectedCallsGoElsewhere(t *testing.T) {
	s := copilots(t)
	s.copilot.Misplaced = 1
	if status, answer := s.call(t, plainBody); status != 200 {
		t.Fatal(status, answer)
	}
	s.copilot.Lock()
	s.copilot.Misplaced = 1000
	s.copilot.Unlock()
	if status, answer := s.call(t, plainBody); status != http.StatusMisdirectedRequest && status < 500 || gjson.Get(answer, "type").Str != "error" {
		t.Fatal(status, answer)
	}
	if left := s.copilot.Misplaced; left != 998 {
		t.Errorf("with one host: %d tries", 1000-left)
	}
}

// RC-63: the catalogue is looked at again, the call is sent again, and then the client hears what there is.
func TestAModelThatIsNotSupported(t *testing.T) {
	s := copilots(t)
	refusals := 1
	s.copilot.Refuse = func() bool { refusals--; return refusals >= 0 }
	if status, answer := s.call(t, plainBody); status != 200 || len(s.copilot.Calls) != 2 || s.copilot.Asked != 2 {
		t.Fatal(status, answer, len(s.copilot.Calls), s.copilot.Asked)
	}
	s.copilot.Lock()
	refusals = 1000
	s.copilot.Calls = nil
	s.copilot.Unlock()
	status, answer := s.call(t, plainBody)
	d := gjson.Get(answer, "error.details")
	if status != 400 || len(s.copilot.Calls) != 2 || d.Get("requested_model").Str != "claude-opus-5-5" || d.Get("normalized_model").Str != "claude-opus-5.5" ||
		d.Get("resolved_model").Str != "claude-opus-4.6" || d.Get("available_models.#").Int() != 3 {
		t.Errorf("%d %s, %d calls", status, answer, len(s.copilot.Calls))
	}
}

// A model that has another name since the last look: the call takes its permit anew, so that the gauge
// shows what is sent.
func TestARenamedModelHasAGaugeOfItsOwn(t *testing.T) {
	s := copilots(t)
	s.copilot.Next = []string{"claude-opus-5.5", "claude-sonnet-4.6"}
	s.copilot.Refuse = func() bool { return s.copilot.Calls[len(s.copilot.Calls)-1].Model == "claude-opus-4.6" }
	if status, answer := s.call(t, plainBody); status != 200 || len(s.copilot.Calls) != 2 || s.copilot.Calls[1].Model != "claude-opus-5.5" {
		t.Fatal(status, answer, len(s.copilot.Calls))
	}
	_, calls := control(t, "GET", s.base+"/api/calls", "")
	if got := calls.Get("calls.0"); got.Get("vendor_model").Str != "claude-opus-5.5" || got.Get("tries.#").Int() != 2 {
		t.Errorf("%s", got)
	}
	eventually(t, "idle", func() bool { return idle(s.limiter.Snapshot()) })
}

// RC-64
func TestAPageIsNoAnswer(t *testing.T) {
	s := copilots(t)
	s.copilot.Page = true
	for _, body := range []string{plainBody, streamBody} {
		if status, answer := s.call(t, body); status != 502 || gjson.Get(answer, "error.type").Str != "api_error" {
			t.Errorf("%d %s", status, answer)
		}
	}
}

// RC-55 and RC-65: a sign-in that is of no use does not count against the vendor, says what is wrong, and
// the next tier answers.
func TestASignInThatIsOfNoUse(t *testing.T) {
	for name, tc := range map[string]struct {
		status     int
		body, want string
	}{
		"refused":         {401, `{"message":"Bad credentials"}`, "sign in again: GitHub rejected the sign-in"},
		"without Copilot": {403, `{}`, "this GitHub account has no Copilot"},
		"of another plan": {200, `{"chat_enabled":false}`, "does not allow this use"},
	} {
		t.Run(name, func(t *testing.T) {
			s := signs(t, func(s *signing, url string) []config.Vendor {
				s.signedIn(t, credential.ProviderGitHub, credential.Token{Access: gitHubSecret})
				s.github.Status, s.github.Body = tc.status, tc.body
				v := copilotRow(url)
				breaks(&v)
				return []config.Vendor{v, row("next", simulated(t, fakevendor.Plausible).URL())}
			})
			for range 2 {
				if status, answer := s.call(t, plainBody); status != 200 || !strings.Contains(answer, "simulated vendor") {
					t.Fatal(status, answer)
				}
			}
			got := s.tier("copilot")
			if got.State != SignedOut || got.SignIn.State != "needed" || !strings.Contains(got.Reason, tc.want) {
				t.Errorf("%+v", got)
			}
			if h := s.memory.Health.Standing("copilot"); h.Breaker.Failures != 0 || h.Breaker.State != "closed" {
				t.Errorf("%+v", h.Breaker)
			}
			if s.github.Trades > 2 {
				t.Errorf("%d exchanges of a token that is refused", s.github.Trades)
			}
		})
	}
}

// A token that Copilot does not take any more is exchanged anew, once.
func TestAnExpiredTokenIsExchangedAnew(t *testing.T) {
	s := copilots(t)
	if status, _ := s.call(t, plainBody); status != 200 {
		t.Fatal(status)
	}
	s.copilot.Lock()
	s.copilot.Prefix = copilotSecret + "-2"
	s.copilot.Unlock()
	if status, answer := s.call(t, plainBody); status != 200 || s.github.Trades != 2 {
		t.Fatal(status, answer, s.github.Trades)
	}
}

// Twenty calls at once want a token: one exchange.
func TestTwentyCallsShareAnExchange(t *testing.T) {
	s := copilots(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if status, answer := s.call(t, plainBody); status != 200 {
				t.Error(status, answer)
			}
		})
	}
	all.Wait()
	if s.github.Trades != 1 || s.copilot.Asked != 1 {
		t.Errorf("%d exchanges, %d looks at the catalogue", s.github.Trades, s.copilot.Asked)
	}
}

func TestCopilotDiagnosticsAndModels(t *testing.T) {
	s := copilots(t)
	status, models := control(t, "GET", s.base+"/api/copilot/models", "")
	if status != 200 || models.Get("data.#").Int() != 3 {
		t.Errorf("%d %s", status, models)
	}
	s.call(t, plainBody)
	status, d := control(t, "GET", s.base+"/api/copilot/diagnostics", "")
	if status != 200 || !d.Get("signed_in").Bool() || d.Get("models.#").Int() != 3 || d.Get("account_type").Str != "individual" {
		t.Errorf("%d %s", status, d)
	}
	s.copilot.Lock()
	s.copilot.Models, s.copilot.Next = nil, []string{}
	s.copilot.Unlock()
	if status, answer := control(t, "GET", s.base+"/api/copilot/models", ""); status != 502 {
		t.Errorf("an empty catalogue: %d %s", status, answer)
	}
	control(t, "DELETE", s.base+"/api/reauth/github", "")
	if status, answer := control(t, "GET", s.base+"/api/copilot/models", ""); status != 503 || answer.Get("error.type").Str != "authentication_error" {
		t.Errorf("signed out: %d %s", status, answer)
	}
	_, base := serve(t, row("zhipu", "http://127.0.0.1:1"))
	for _, path := range []string{"models", "diagnostics"} {
		if status, _ := control(t, "GET", base+"/api/copilot/"+path, ""); status != 404 {
			t.Errorf("without Copilot: %s: %d", path, status)
		}
	}
}

// A configured token is used whatever is stored.
func TestAConfiguredGitHubTokenComesFirst(t *testing.T) {
	s := copilots(t, func(v *config.Vendor) { v.Key = "ghu_configured" })
	s.github.Token = "ghu_configured"
	if status, answer := s.call(t, plainBody); status != 200 {
		t.Fatal(status, answer)
	}
}

// browse opens a page as a user's browser would, and follows where it leads.
func browse(t *testing.T, page string) {
	t.Helper()
	resp, err := http.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
}

// antigravities is a chain with Antigravity and what answers in its place. internal answers its calls.
func antigravities(t *testing.T, internal http.HandlerFunc, edit ...func(*config.Vendor)) *signing {
	t.Helper()
	server := httptest.NewServer(internal)
	t.Cleanup(server.Close)
	return signs(t, func(*signing, string) []config.Vendor {
		v := antigravityRow(server.URL)
		for _, e := range edit {
			e(&v)
		}
		breaks(&v)
		return []config.Vendor{v, row("next", simulated(t, fakevendor.Plausible).URL())}
	})
}

const internalAnswer = `{"response":{"candidates":[{"content":{"role":"model","parts":[{"text":"hello from inside"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4},"responseId":"r"}}`

// RC-68, and a sign-in with Google from the browser to the answer.
func TestSignInWithGoogleAndCall(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	s := antigravities(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		asked = append(asked, r.URL.RequestURI()+" "+r.Header.Get("Authorization")+" "+string(body))
		mu.Unlock()
		switch r.URL.Path {
		case "/v1internal:generateContent":
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, internalAnswer)
		case "/v1internal:streamGenerateContent":
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, "data: "+internalAnswer+"\n\n")
		default:
			http.NotFound(w, r)
		}
	})
	if got := s.tier("antigravity"); got.State != SignedOut || got.SignIn.State != "needed" {
		t.Fatalf("%+v", got)
	}
	if err := s.SignIn("antigravity"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the page is known", func() bool { return s.tier("antigravity").SignIn.URL != "" })
	page := s.tier("antigravity").SignIn.URL
	// Somebody who found the port cannot end the flow.
	redirect := gjson.Get(`"`+page[strings.Index(page, "redirect_uri=")+len("redirect_uri="):]+`"`, "@this").Str
	if at, _, _ := strings.Cut(redirect, "&"); at != "" {
		callback := strings.NewReplacer("%3A", ":", "%2F", "/").Replace(at)
		resp, err := http.Get(callback + "?state=guessed&code=evil")
		if err != nil || resp.StatusCode != 400 {
			t.Errorf("a foreign answer: %v %v", resp, err)
		}
	}
	browse(t, page)
	eventually(t, "signed in", func() bool { return s.tier("antigravity").State == Ready })
	for _, body := range []string{plainBody, streamBody} {
		if status, answer := s.call(t, body); status != 200 || !strings.Contains(answer, "hello from inside") {
			t.Fatal(status, answer)
		}
	}
	var calls []string
	for _, a := range asked {
		if strings.Contains(a, "enerateContent") {
			calls = append(calls, a)
		}
	}
	if len(calls) != 2 || !strings.HasPrefix(calls[0], "/v1internal:generateContent Bearer "+accessSecret) || !strings.HasPrefix(calls[1], "/v1internal:streamGenerateContent?alt=sse ") {
		t.Fatalf("%q", calls)
	}
	_, _, body := cut3(calls[0])
	e := gjson.Parse(body)
	if e.Get("project").Str != "my-project" || e.Get("model").Str != "claude-sonnet-4-6" || e.Get("userAgent").Str != "antigravity" || e.Get("requestType").Str != "agent" ||
		!strings.HasPrefix(e.Get("requestId").Str, "agent/antigravity/") || !e.Get("request.contents").IsArray() {
		t.Errorf("%s", body)
	}
	if s.google.Renewals != 1 {
		t.Errorf("%d renewals for two calls", s.google.Renewals)
	}
}

// cut3 splits "a b c d" into a, "b c" and the rest.
func cut3(text string) (a, b, c string) {
	parts := strings.SplitN(text, " ", 4)
	return parts[0], parts[1] + " " + parts[2], parts[3]
}

func TestGooglesRefusals(t *testing.T) {
	internal := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(403)
		io.WriteString(w, `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Request had insufficient authentication scopes.","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`)
	}
	ready := func(v *config.Vendor) { v.Account.Project = "p" }
	for name, tc := range map[string]struct {
		refresh config.Secret
		want    string
	}{
		"a grant that has ended":    {"1//old", "Google rejected the sign-in"},
		"a scope that is too small": {refreshSecret, "does not allow this"},
	} {
		t.Run(name, func(t *testing.T) {
			s := antigravities(t, internal, ready)
			s.signedIn(t, credential.ProviderGoogle, credential.Token{Refresh: tc.refresh})
			eventually(t, "noticed", func() bool {
				return s.tier("antigravity").State == Ready || s.tier("antigravity").Reason != "sign in with Google"
			})
			if status, answer := s.call(t, plainBody); status != 200 || !strings.Contains(answer, "simulated vendor") {
				t.Fatal(status, answer)
			}
			if got := s.tier("antigravity"); got.State != SignedOut || !strings.Contains(got.Reason, tc.want) {
				t.Errorf("%+v", got)
			}
			if h := s.memory.Health.Standing("antigravity"); h.Breaker.Failures != 0 {
				t.Errorf("%+v", h.Breaker)
			}
		})
	}
}

// RC-69
func TestAScopeLessIsAWarning(t *testing.T) {
	s := antigravities(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, internalAnswer)
	}, func(v *config.Vendor) { v.Account.Project, v.Key = "p", refreshSecret })
	s.google.Scope = "https://www.googleapis.com/auth/cloud-platform"
	if status, answer := s.call(t, plainBody); status != 200 || !strings.Contains(answer, "hello from inside") {
		t.Fatal(status, answer)
	}
	if !strings.Contains(s.log.text(), "lacks scopes") {
		t.Error("no warning")
	}
}

// A key that is with the credentials is found there, and noticed when it comes.
func TestAKeyInTheKeyring(t *testing.T) {
	v, err := fakevendor.Start(fakevendor.Options{Key: "kept-key"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	s := signs(t, func(s *signing, _ string) []config.Vendor {
		s.signedIn(t, "zhipu", credential.Token{Access: "kept-key"})
		z := row("zhipu", v.URL())
		z.Key, z.Keyring = "", true
		k := row("kimi", v.URL())
		k.Key, k.Keyring = "", true
		return []config.Vendor{z, k}
	})
	if status, answer := s.call(t, plainBody); status != 200 {
		t.Fatal(status, answer)
	}
	if got := s.tier("kimi"); got.State != NoKey || got.Reason != "no key: run afterglowd auth login kimi" {
		t.Errorf("%+v", got)
	}
}

// Whatever goes wrong, no secret is seen in an answer, a log or a file, but for the file of credentials.
func TestNoSecretIsSeen(t *testing.T) {
	s := signs(t, func(s *signing, url string) []config.Vendor {
		s.signedIn(t, credential.ProviderGitHub, credential.Token{Access: gitHubSecret})
		s.signedIn(t, credential.ProviderGoogle, credential.Token{Refresh: refreshSecret})
		a := antigravityRow("http://127.0.0.1:1")
		return []config.Vendor{copilotRow(url), a}
	})
	var seen []string
	see := func(_ int, answer string) { seen = append(seen, answer) }
	look := func() {
		for _, path := range []string{"/api/status", "/api/calls", "/api/reauth/status", "/api/copilot/diagnostics", "/api/copilot/models", "/api/concurrency", "/v1/models"} {
			_, answer := control(t, "GET", s.base+path, "")
			seen = append(seen, answer.Raw)
		}
	}
	for _, break_ := range []func(){
		func() {},
		func() { s.copilot.Page = true },
		func() { s.copilot.Prefix = "other" },
		func() { s.github.Status, s.github.Body = 500, `{"token":"`+copilotSecret+`"}` },
		func() { s.google.Refresh = "other" },
		func() { s.google.Secret = "other" },
		func() { s.github.Status, s.github.Body = 401, "" },
		func() { s.github.Refusal = "access_denied"; s.SignIn("copilot") },
		func() { s.google.Refusal = "access_denied"; s.SignIn("antigravity") },
	} {
		s.copilot.Lock()
		s.github.Lock()
		s.google.Lock()
		break_()
		s.google.Unlock()
		s.github.Unlock()
		s.copilot.Unlock()
		see(s.call(t, plainBody))
		see(s.call(t, streamBody))
		look()
	}
	seen = append(seen, s.log.text())
	filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "credentials.json" {
			text, _ := os.ReadFile(path)
			seen = append(seen, string(text))
		}
		return nil
	})
	for _, secret := range []string{gitHubSecret, copilotSecret, refreshSecret, accessSecret, clientSecret} {
		if i := slices.IndexFunc(seen, func(text string) bool { return strings.Contains(text, secret) }); i >= 0 {
			t.Errorf("%s is in %s", secret, seen[i])
		}
	}
	if len(s.log.text()) == 0 {
		t.Error("nothing was logged: the test sees nothing")
	}
}
