package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
	"afterglow/proxy/upstream"
)

// edited is a server over a configuration file.
type edited struct {
	*Server
	dir, base, file string
	store           *credential.Store
	state           *config.State
	said            *lockedBuffer // the log
}

func noEnv(string) string { return "" }

func editServer(t *testing.T, text string) *edited {
	t.Helper()
	return editServerAt(t, text, upstream.Sites{})
}

// editServerAt is one whose users sign in elsewhere.
func editServerAt(t *testing.T, text string, sites upstream.Sites) *edited {
	t.Helper()
	dir := t.TempDir()
	e := &edited{dir: dir, file: filepath.Join(dir, "config.toml"), store: credential.OpenFile(dir), said: &lockedBuffer{}}
	writeFile(t, e.file, "listen = \"127.0.0.1:0\"\n"+text)
	conf, err := config.Load(e.file, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if e.state, err = config.OpenState(dir); err != nil {
		t.Fatal(err)
	}
	book, err := ledger.Open(ledger.Options{Path: filepath.Join(dir, "ledger.db")})
	if err != nil {
		t.Fatal(err)
	}
	e.Server, e.base = serveWith(t, Options{
		Config: conf, State: e.state, Credentials: e.store, Sites: sites, Ledger: book, Log: slog.New(slog.NewTextHandler(e.said, nil)),
		Editing: Editing{Path: e.file, Live: true, Getenv: noEnv},
	})
	return e
}

func (e *edited) text(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(e.file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (e *edited) draft(t *testing.T, name string) config.Draft {
	t.Helper()
	list, err := e.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(list.Drafts, list.Presets...) {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("no vendor %q in %+v", name, list)
	return config.Draft{}
}

// labRow is a row of a vendor at a URL.
func labRow(url string) string {
	return fmt.Sprintf("[[vendors]]\nname = \"lab\" # ours\ndialect = \"anthropic\"\nbase_url = %q\nauth = \"x-api-key\"\nkey = \"keyring\"\nlimit = { default = 2 }\n", url)
}

const secretKey = "sk-very-secret-0123456789"

func (e *edited) saysNothingOf(t *testing.T, secret string) {
	t.Helper()
	if strings.Contains(e.said.String(), secret) || strings.Contains(e.text(t), secret) {
		t.Error("the key is in the log or in the configuration")
	}
}

func TestASavedVendorIsInForceAtOnce(t *testing.T) {
	sim, err := fakevendor.Start(fakevendor.Options{Key: secretKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	e := editServer(t, "# mine\n"+labRow("http://127.0.0.1:1"))
	d := e.draft(t, "lab")
	d.BaseURL, d.Limit.Default = sim.URL(), 5
	if err := e.SaveVendor("lab", d, secretKey); err != nil {
		t.Fatal(err)
	}
	resp, body := post(t, e.base, plainBody)
	if resp.StatusCode != 200 || resp.Header.Get("Afterglow-Vendor") != "lab" {
		t.Fatal(resp.Status, body)
	}
	if text := e.text(t); !strings.Contains(text, "# mine\n[[vendors]]\nname = \"lab\" # ours\n") || !strings.Contains(text, "{ default = 5 }") {
		t.Error(text)
	}
	token, err := e.store.Get("lab")
	if err != nil || token.Access.Reveal() != secretKey {
		t.Error("the key is not kept", err)
	}
	e.saysNothingOf(t, secretKey)
}

// The keeper has what it found before; a key that is changed must not wait for a restart.
func TestAChangedKeyIsUsedAtOnce(t *testing.T) {
	sim, err := fakevendor.Start(fakevendor.Options{Key: secretKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	e := editServer(t, labRow(sim.URL()))
	if err := e.SaveVendor("lab", e.draft(t, "lab"), "sk-an-old-wrong-key"); err != nil {
		t.Fatal(err)
	}
	if resp, _ := post(t, e.base, plainBody); resp.StatusCode == 200 {
		t.Fatal("the wrong key was taken")
	}
	before := e.text(t)
	if err := e.SaveVendor("lab", e.draft(t, "lab"), secretKey); err != nil {
		t.Fatal(err)
	}
	if resp, body := post(t, e.base, plainBody); resp.StatusCode != 200 {
		t.Fatal(resp.Status, body)
	}
	if e.text(t) != before {
		t.Error("the file was changed for a key")
	}
}

func TestANewNameTakesKeyLimitsAndPlaceAlong(t *testing.T) {
	sim := simulated(t, fakevendor.Plausible)
	e := editServer(t, "tiers = [\"lab\"] # alone\n\n"+labRow(sim.URL()))
	if err := e.SaveVendor("lab", e.draft(t, "lab"), secretKey); err != nil {
		t.Fatal(err)
	}
	if err := e.SetLimit("lab", "*", 1); err == nil {
		t.Fatal("there is no account limit to set")
	}
	post(t, e.base, plainBody)
	if err := e.SetLimit("lab", "claude-opus-5-5", 7); err != nil {
		t.Fatal(err)
	}
	d := e.draft(t, "lab")
	d.Name = "bench"
	if err := e.SaveVendor("lab", d, ""); err != nil {
		t.Fatal(err)
	}
	token, err := e.store.Get("bench")
	if _, gone := e.store.Get("lab"); err != nil || token.Access.Reveal() != secretKey || !errors.Is(gone, credential.ErrNone) {
		t.Error("the key did not move", err, gone)
	}
	if got := e.state.Limits(); got["bench"]["claude-opus-5-5"] != 7 || got["lab"] != nil {
		t.Error(got)
	}
	if text := e.text(t); !strings.Contains(text, "tiers = [\"bench\"] # alone") || !strings.Contains(text, "name = \"bench\" # ours") {
		t.Error(text)
	}
	if resp, body := post(t, e.base, plainBody); resp.Header.Get("Afterglow-Vendor") != "bench" {
		t.Error(resp.Status, body)
	}
	if err := e.RemoveVendor("bench"); err == nil {
		t.Error("the chain is empty, and that was taken")
	}
	more := e.draft(t, "anthropic")
	more.Enabled = true
	if err := e.SaveVendor("", more, ""); err != nil {
		t.Fatal(err)
	}
	e.draft(t, "anthropic") // somebody looks again
	if err := e.RemoveVendor("bench"); err != nil {
		t.Fatal(err)
	}
	if _, gone := e.store.Get("bench"); !errors.Is(gone, credential.ErrNone) || len(e.state.Limits()) > 0 {
		t.Error("something is left of it:", gone, e.state.Limits())
	}
}

// A limit in the file counts for who edits it, whatever a slider was at before.
func TestAnEditedLimitIsInForce(t *testing.T) {
	sim := simulated(t, fakevendor.Plausible)
	e := editServer(t, strings.Replace(labRow(sim.URL()), "auth = \"x-api-key\"\nkey = \"keyring\"", "auth = \"none\"", 1))
	post(t, e.base, plainBody)
	if err := e.SetLimit("lab", "claude-opus-5-5", 7); err != nil {
		t.Fatal(err)
	}
	d := e.draft(t, "lab")
	d.Limit.Default = 4
	if err := e.SaveVendor("lab", d, ""); err != nil {
		t.Fatal(err)
	}
	await(t, e.Server, "limit", func(snap limiter.Snapshot) bool {
		return slices.ContainsFunc(snap.Gauges, func(g limiter.Gauge) bool { return g.Vendor == "lab" && g.Limit == 4 })
	})
}

func TestWhatIsInvalidChangesNothing(t *testing.T) {
	e := editServer(t, labRow("http://127.0.0.1:1"))
	before, d := e.text(t), e.draft(t, "lab")
	d.BaseURL = "nowhere"
	var wrong *config.Error
	if err := e.SaveVendor("lab", d, secretKey); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "base_url") || strings.Contains(err.Error(), secretKey) {
		t.Error(err)
	}
	if _, err := e.store.Get("lab"); !errors.Is(err, credential.ErrNone) || e.text(t) != before || e.Status().Problem != "" {
		t.Error("something was changed", err, e.Status().Problem)
	}
}

// The file's watcher hears of what was written here too. It must not take it twice, nor an older text after a newer one.
func TestTheWatcherDoesNotFight(t *testing.T) {
	e := editServer(t, labRow("http://127.0.0.1:1"))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	heard := make(chan struct{}, 100)
	if err := config.Watch(ctx, e.file, noEnv, func(config.Config, error) {
		e.followFile()
		heard <- struct{}{}
	}); err != nil {
		t.Fatal(err)
	}
	d := e.draft(t, "lab")
	d.Title = "One"
	if err := e.SaveVendor("lab", d, ""); err != nil {
		t.Fatal(err)
	}
	saved := e.current()
	select {
	case <-heard:
	case <-time.After(longest):
		t.Fatal("nothing was heard of the file")
	}
	if e.current() != saved {
		t.Error("the file was taken twice")
	}
	writeFile(t, e.file, strings.Replace(e.text(t), "One", "Theirs", 1))
	select {
	case <-heard:
	case <-time.After(longest):
		t.Fatal("nothing was heard of the file")
	}
	if got := e.conf().Vendors[0].Title; got != "Theirs" {
		t.Error(got)
	}
}

func TestTiersAreWritten(t *testing.T) {
	e := editServer(t, "tiers = [\"lab\", \"anthropic\"]\n"+labRow("http://127.0.0.1:1"))
	if err := e.SetOrder([][]string{{"anthropic", "lab"}}); err != nil {
		t.Fatal(err)
	}
	if err := e.SetTiers([][]string{{"anthropic"}, {"lab"}}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(e.conf().Order()); got != "[[anthropic] [lab]]" || e.state.Order() != nil || e.current().reordered {
		t.Error(got, e.state.Order())
	}
	if text := e.text(t); !strings.Contains(text, `tiers = ["anthropic", "lab"]`) {
		t.Error(text)
	}
}

func TestListenMovesAtOnce(t *testing.T) {
	e := editServer(t, labRow("http://127.0.0.1:1"))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	before := e.text(t)
	if err := e.SetListen(taken.Addr().String()); err == nil || !strings.Contains(err.Error(), "in use by another program") {
		t.Error(err)
	}
	if resp, err := http.Get(e.base + "/health"); err != nil || resp.StatusCode != 200 || e.text(t) != before || e.Status().Problem != "" {
		t.Error("the old address should have stayed", err, e.Status().Problem)
	}
	addr := ""
	for try := 1; ; try++ { // another program may take a port as soon as it is free
		free, _ := net.Listen("tcp", "127.0.0.1:0")
		addr = free.Addr().String()
		free.Close()
		if err := e.SetListen(addr); err == nil {
			break
		} else if try == 20 {
			t.Fatal(err)
		}
	}
	if resp, err := http.Get("http://" + addr + "/health"); err != nil || resp.StatusCode != 200 || !strings.Contains(e.text(t), addr) {
		t.Error(err, e.text(t))
	}
	if err := e.SetListen("0.0.0.0:1"); err == nil || !strings.Contains(err.Error(), "token") {
		t.Error(err)
	}
	if err := e.CheckConfig(); err != nil {
		t.Error(err)
	}
	writeFile(t, e.file, "listn = 1\n")
	if err := e.CheckConfig(); err == nil || !strings.Contains(err.Error(), "listn") {
		t.Error(err)
	}
	if path, exists := e.ConfigFile(); path != e.file || !exists {
		t.Error(path, exists)
	}
}

// Whoever has found the port taken is told at once if the next one is, too.
func TestAnAddressIsTriedWhereNoneIsListenedOn(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "config.toml")
	before := fmt.Sprintf("listen = %q\ntiers = [\"anthropic\"]\n", taken.Addr())
	writeFile(t, file, before)
	conf, err := config.Load(file, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Config: conf, Editing: Editing{Path: file, Live: true, Getenv: noEnv}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err == nil {
		t.Fatal("the port is not taken")
	}
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	err = s.SetListen("localhost:" + port)
	if text, _ := os.ReadFile(file); err == nil || !strings.Contains(err.Error(), "in use by another program") || string(text) != before {
		t.Errorf("%v\n%s", err, text)
	}
	if err := s.SetListen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	s.listener.Close()
}

func TestSettingsThatAreChangedAtOnceAreAllKept(t *testing.T) {
	e := editServer(t, labRow("http://127.0.0.1:1"))
	for range 50 {
		if err := e.ChangeSettings(func(now *Settings) { *now = Settings{LogLevel: "info"} }); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		for _, body := range []string{`{"log_level":"debug"}`, `{"evidence":true}`} {
			both.Go(func() { askControl(t, e.base, "PUT", "/api/settings", body) })
		}
		both.Wait()
		if got := e.Settings(); got.LogLevel != "debug" || !got.Evidence {
			t.Fatal("one of two changes was lost:", got)
		}
	}
}

// askControl asks the control API.
func askControl(t testing.TB, base, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer)
}

func TestTheControlAPIChangesVendors(t *testing.T) {
	sim, err := fakevendor.Start(fakevendor.Options{Key: secretKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	e := editServer(t, "tiers = [\"lab\", \"anthropic\"]\n"+labRow(sim.URL()))
	d := e.draft(t, "lab") // somebody looks at the page meanwhile
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/api/vendors", "", 200, `"name":"lab"`},
		{"POST", "/api/vendors/lab/test", "{}", 200, `"outcome":"no_key"`},
		{"PUT", "/api/vendors/lab/key", `{"key":"` + secretKey + `"}`, 200, `"key":"keyring"`},
		{"POST", "/api/vendors/lab/test", "{}", 200, `"ok":true`},
		{"POST", "/api/vendors/anthropic/test", "{}", 200, `"outcome":"client_auth"`},
		{"PUT", "/api/vendors/lab", `{"title":"The lab","limit":{"total":4}}`, 200, `"title":"The lab"`},
		{"PUT", "/api/vendors/lab", `{"limit":{"adaptive":true,"fair":true}}`, 200, `"adaptive":true,"fair":true`},
		{"PUT", "/api/vendors/lab", `{"enabled":false}`, 200, `"enabled":false`},
		{"PUT", "/api/vendors/mine", `{"dialect":"openai","base_url":"http://127.0.0.1:9/v1","auth":"none","default_model":"m","enabled":true}`, 200, `"name":"mine"`},
		{"PUT", "/api/vendors/kimi", `{"title":"K"}`, 200, `"preset":"kimi"`},
		{"PUT", "/api/vendors/second", `{"preset":"minimax","key":"variable","key_variable":"M2"}`, 200, `"key_variable":"M2"`},
		{"PUT", "/api/vendors/lab", `{"base_url":"http://127.0.0.1:9/evil"}`, 403, `was not given for http`},
		{"PUT", "/api/vendors/lab", `{"name":"lab2","base_url":"http://127.0.0.1:9/"}`, 403, `was not given for http`},
		{"PUT", "/api/vendors/lab", `{"base_url":"` + strings.Replace(sim.URL(), "http:", "https:", 1) + `"}`, 403, `was not given for http`},
		{"PUT", "/api/vendors/minimax", `{"base_url":"http://api.minimax.io/anthropic"}`, 403, `was not given for http`},
		{"PUT", "/api/vendors/mine", `{"base_url":"http://127.0.0.1:9/${ZHIPU_API_KEY}"}`, 403, `environment variable`},
		{"PUT", "/api/vendors/evil", `{"dialect":"anthropic","base_url":"http://127.0.0.1:9/","auth":"bearer","key":"variable","key_variable":"ZHIPU_API_KEY"}`, 403, `was not given for http`},
		{"PUT", "/api/vendors/evil", `{"preset":"antigravity","base_url":"http://127.0.0.1:9/"}`, 403, `was not given for http`},
		{"PUT", "/api/vendors/new", `{"dialect":"anthropic","base_url":"http://127.0.0.1:9/","auth":"bearer","key":"keyring","enabled":false}`, 200, `"key":"keyring"`},
		{"PUT", "/api/vendors/new", `{"base_url":"http://127.0.0.1:10/"}`, 200, `127.0.0.1:10`},
		{"DELETE", "/api/vendors/new", ``, 200, `removed`},
		{"PUT", "/api/vendors/lab", `{"titel":"x"}`, 400, `titel`},
		{"PUT", "/api/vendors/lab", `{"limit":{"default":99}}`, 400, `expected 1 to 20`},
		{"PUT", "/api/vendors/nobody/key", `{"key":"` + secretKey + `"}`, 404, `no such vendor`},
		{"DELETE", "/api/vendors/nobody", ``, 404, `no such vendor`},
		{"DELETE", "/api/vendors/mine", ``, 200, `removed`},
	} {
		status, body := askControl(t, e.base, c.method, c.path, c.body)
		if status != c.status || !strings.Contains(body, c.want) || strings.Contains(body, secretKey) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, body)
		}
	}
	if got := fmt.Sprint(e.conf().Order()); got != "[[kimi] [second] [anthropic]]" {
		t.Error(got)
	}
	if err := e.SaveVendor("lab", d, ""); !errors.Is(err, config.ErrChanged) {
		t.Error("who looked before should look again:", err)
	}
	e.saysNothingOf(t, secretKey)
	req := httptest.NewRequest("PUT", "/api/vendors/lab/key", strings.NewReader(`{"key":"x"}`))
	req.Header.Set("Content-Type", "text/plain")
	req.Host = "127.0.0.1"
	if refused := e.check(req); refused == nil || refused.Status != http.StatusUnsupportedMediaType {
		t.Error("a form may set a key:", refused)
	}
}
