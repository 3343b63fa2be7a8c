package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/logging"
)

func clientNamed(t *testing.T, s *Server, id string) connect.Status {
	t.Helper()
	all := s.Clients()
	i := slices.IndexFunc(all, func(c connect.Status) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("%+v", all)
	}
	return all[i]
}

func TestAServersClients(t *testing.T) {
	home := clientHome(t)
	s := connectable(t, filepath.Join(home, "state"))
	addr := s.Status().Addr
	for id, vendors := range map[string][]string{"claude-code": nil, "codex": {"openai"}, "opencode": {"zhipu", "openai"}} {
		before := clientNamed(t, s, id)
		if before.State != connect.Apart || !slices.Equal(before.Vendors, vendors) || before.Chain != (id == "claude-code") {
			t.Errorf("before: %+v", before)
		}
		if _, err := s.Disconnect(id); !errors.Is(err, connect.ErrApart) {
			t.Errorf("%s: %v", id, err)
		}
		if err := s.Connect(id, connect.Choice{}); err != nil {
			t.Fatal(err)
		}
		if now := clientNamed(t, s, id); now.State != connect.Connected || now.Address != addr || !strings.Contains(textOf(t, now.File), addr) {
			t.Errorf("connected: %+v", now)
		}
		if _, err := s.Disconnect(id); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(before.File); err == nil {
			t.Errorf("%s is still there", before.File)
		}
	}
	if err := s.Connect("opencode", connect.Choice{Vendor: "nobody"}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Error(err)
	}
	if err := s.Connect("vim", connect.Choice{}); err == nil || !strings.Contains(err.Error(), "claude-code") {
		t.Error(err)
	}
	want := []connect.Variable{{Name: "ANTHROPIC_BASE_URL", Value: "http://" + addr}, {Name: "ANTHROPIC_AUTH_TOKEN", Value: "0123456789abcdef"}}
	if got := s.Variables(connect.Usual); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// Programs of the same user learn where to send clients, and nothing secret.
func TestGetClients(t *testing.T) {
	home := clientHome(t)
	s := connectable(t, filepath.Join(home, "state"))
	addr := s.Status().Addr
	if resp, _ := do(t, "GET", "http://"+addr+"/api/clients", ""); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the token: %d", resp.StatusCode)
	}
	resp, body := do(t, "GET", "http://"+addr+"/api/clients", "", connect.TokenHeader, "0123456789abcdef")
	var got ClientsAnswer
	if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode, err)
	}
	if got.Address != addr || !got.Token || got.ClientAuth || len(got.Clients) != 3 || len(got.Vendors) != 2 || got.Vendors[0].Chat != "/v/zhipu/openai" || got.Vendors[1].Responses != "/v/openai/v1" {
		t.Errorf("%s", body)
	}
	if strings.Contains(body, "0123456789abcdef") || strings.Contains(body, "key-of-") {
		t.Errorf("secrets: %s", body)
	}
}

func TestAServerWithoutAStateFolder(t *testing.T) {
	clientHome(t)
	s, _ := serve(t, row("zhipu", "http://127.0.0.1:1"))
	if got := clientNamed(t, s, "claude-code"); got.State != connect.Apart {
		t.Errorf("%+v", got)
	}
	if err := s.Connect("claude-code", connect.Choice{}); err == nil || !strings.Contains(err.Error(), "state folder") {
		t.Error(err)
	}
}

// A demo listens where the configuration says, takes no other's tiers, and its vendors take all that clients send.
func TestADemosClients(t *testing.T) {
	home := clientHome(t)
	file := filepath.Join(home, "config.toml")
	for _, tc := range []struct{ text, listen, want string }{
		{"listen = \"127.0.0.2:0\"\ntiers = [\"zhipu\"]\n", "", "127.0.0.2:"},
		{"listen = \"127.0.0.2:0\"\ntiers = [\"zhipu\"]\n", "127.0.0.3:0", "127.0.0.3:"},
		{"listen = \"127.0.0.2:0\"\n", "127.0.0.1:0", "127.0.0.1:"}, // no tiers: no configuration to serve with
	} {
		writeFile(t, file, tc.text)
		log, err := logging.Open(config.DefaultLog(), "", io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		s, err := Open(ctx, Setup{Config: file, State: filepath.Join(home, "state"), Listen: tc.listen, Demo: DemoOn}, log)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Listen(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		addr := s.Status().Addr
		if !strings.HasPrefix(addr, tc.want) {
			t.Errorf("%+v: listens on %s", tc, addr)
		}
		if err := s.Connect("opencode", connect.Choice{}); err != nil {
			t.Error(err)
		}
		if c := clientNamed(t, s, "opencode"); c.State != connect.Connected || !slices.Equal(c.Vendors, []string{"zhipu"}) {
			t.Errorf("%+v", c)
		}
		if _, err := s.Disconnect("opencode"); err != nil {
			t.Error(err)
		}
		resp, body := do(t, "POST", "http://"+addr+"/v/zhipu/openai/chat/completions", `{"model":"glm-5.1","messages":[{"role":"user","content":"hi"}]}`)
		if resp.StatusCode != 200 || !bytes.Contains([]byte(body), []byte(`"chat.completion"`)) || !strings.Contains(body, "simulated") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		log.Close()
	}
}

// What stands for a key where a client wants one is no key: it goes to no vendor, whatever way a call takes. A key of
// the client's own still does.
func TestPlaceholderGoesToNoVendor(t *testing.T) {
	up := newTestAPI(t, answering("hello"))
	conf := toNative(up.URL)
	conf.Vendors = []config.Vendor{row("anthropic", up.URL, func(v *config.Vendor) { v.Auth, v.Key = config.AuthClient, "" })}
	_, base := serveConfig(t, conf)
	for _, path := range []string{"/v1/messages", "/v/anthropic/v1/messages", "/api/anthropic/v1/messages"} {
		for _, header := range [][]string{
			{"Authorization", "Bearer " + config.Placeholder}, {"Authorization", "bearer  " + config.Placeholder}, {"X-Api-Key", config.Placeholder},
			{"X-Goog-Api-Key", config.Placeholder}, {"X-Api-Key", "sk-ant-theirs", "Authorization", "Bearer " + config.Placeholder},
		} {
			before := len(up.calls())
			resp, body := do(t, "POST", base+path, plainBody, append(header, "Content-Type", "application/json")...)
			for _, call := range up.calls()[before:] {
				for name, values := range call.header {
					if strings.Contains(strings.Join(values, " "), config.Placeholder) && name != "User-Agent" {
						t.Errorf("%s, %v: the vendor got %s: %v", path, header, name, values)
					}
				}
				if len(header) > 2 && call.header.Get("X-Api-Key") != "sk-ant-theirs" {
					t.Errorf("%s: the client's own key did not come: %v", path, call.header)
				}
			}
			if len(header) > 2 && resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s", path, resp.StatusCode, body)
			}
		}
	}
	if len(up.calls()) == 0 {
		t.Error("no call came")
	}
}

// Gemini's clients send their key in the query. A field of another name may have the same word for its value.
func TestPlaceholderInTheQueryGoesToNoVendor(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(plainMessage))
	conf := toNative(up.URL)
	conf.Vendors = []config.Vendor{
		row("keyed", up.URL), row("anthropic", up.URL, func(v *config.Vendor) { v.Auth, v.Key, v.AnyKey = config.AuthClient, "", true }),
	}
	_, base := serveConfig(t, conf)
	sent := 0
	for _, path := range []string{"/v1/messages", "/v/keyed/v1/messages", "/v/anthropic/v1/messages", "/api/anthropic/v1/messages",
		"/api/openai/v1/chat/completions", "/api/gemini/v1beta/models/g:generateContent"} {
		for _, field := range []string{"key=afterglow", "KEY=after%67low", "k%65y=afterglow", "api_key=afterglow", "access_token=Bearer+afterglow"} {
			for _, query := range []string{field + "&user=afterglow", "user=afterglow&" + field, "user=afterglow;" + field, field + "&user=afterglow&" + field} {
				header := []string{"Content-Type", "application/json", "Api-Key", config.Placeholder, "X-Auth-Token", config.Placeholder}
				if resp, text := do(t, "POST", base+path+"?"+query, plainBody, header...); resp.StatusCode != 200 {
					t.Fatalf("%s?%s: %d %s", path, query, resp.StatusCode, text)
				}
				sent++
				got := up.calls()[sent-1]
				if _, asked, _ := strings.Cut(got.uri, "?"); asked != "user=afterglow" || got.header.Get("Api-Key")+got.header.Get("X-Auth-Token") != "" {
					t.Errorf("%s?%s: the vendor got %s %v", path, query, got.uri, got.header)
				}
			}
		}
	}
}

// What was disconnected at the end of a server is connected again by the next one, but by no demo.
func TestSuspendedClientsAreConnectedAgainByTheNextServer(t *testing.T) {
	home := clientHome(t)
	state := filepath.Join(home, "state")
	writeFile(t, filepath.Join(home, "config.toml"), "listen = \"127.0.0.1:0\"\ntiers = [\"lab\"]\n[[vendors]]\nname = \"lab\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:1\"\nauth = \"client\"\n")
	run := func(demo Demo, use func(s *Server)) {
		t.Helper()
		log, err := logging.Open(config.DefaultLog(), "", io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		ctx, cancel := context.WithCancel(context.Background())
		s, err := Open(ctx, Setup{Config: filepath.Join(home, "config.toml"), State: state, Demo: demo}, log)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Listen(); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := s.Run(ctx); err != nil { // its end waits for all that its start has begun
			t.Error(err)
		}
		use(s)
	}
	run(DemoOff, func(s *Server) {
		if err := s.Connect("claude-code", connect.Choice{}); err != nil {
			t.Fatal(err)
		}
		if done, err := s.Suspend(); err != nil || len(done) != 1 || clientNamed(t, s, "claude-code").State != connect.Apart {
			t.Errorf("%+v, %v", done, err)
		}
	})
	run(DemoOn, func(s *Server) {
		if c := clientNamed(t, s, "claude-code"); c.State != connect.Apart {
			t.Errorf("after a demo: %+v", c)
		}
	})
	run(DemoOff, func(s *Server) {
		if c := clientNamed(t, s, "claude-code"); c.State != connect.Connected {
			t.Errorf("after the next server: %+v", c)
		}
	})
}

// clientHome is a home folder that clients find all of theirs in.
func clientHome(t *testing.T) string {
	home := t.TempDir()
	for name, dir := range map[string]string{
		"HOME": "", "USERPROFILE": "", "CLAUDE_CONFIG_DIR": "claude", "CODEX_HOME": "codex",
		"XDG_CONFIG_HOME": "xdg", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "states", "XDG_CACHE_HOME": "cache",
	} {
		t.Setenv(name, filepath.Join(home, dir))
	}
	return home
}

// connectable is a server that demands a token, over vendors that speak all that clients do.
func connectable(t *testing.T, state string) *Server {
	v := simulated(t, func(c fakevendor.Call) fakevendor.Answer {
		if strings.HasSuffix(c.Path, "/chat/completions") {
			return fakevendor.Chat{Model: c.Model, Text: "Hello from a simulated vendor."}.Answer()
		}
		return fakevendor.Text("Hello from a simulated vendor.")
	})
	up := newTestAPI(t, answerResponses)
	s, _ := serveWith(t, Options{Instance: state, Config: config.Config{Token: "0123456789abcdef", Vendors: []config.Vendor{
		row("zhipu", v.URL(), speaks("openai", v.URL()+"/v4"), func(v *config.Vendor) { v.DefaultModel = "glm-5.1" }),
		row("openai", up.URL+"/v1", func(v *config.Vendor) {
			v.Preset, v.Dialect, v.Auth, v.DefaultModel = "openai", "openai", config.AuthBearer, "gpt-5.5"
		}),
	}}})
	return s
}

// answerResponses is a vendor's Responses API that says one sentence.
func answerResponses(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/responses") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	item := `{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello from a simulated vendor.","annotations":[]}]}`
	for _, data := range []string{
		`{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","model":"gpt-5.5","output":[]}}`,
		`{"type":"response.output_item.done","sequence_number":1,"output_index":0,"item":` + item + `}`,
		`{"type":"response.completed","sequence_number":2,"response":{"id":"resp_1","object":"response","status":"completed","model":"gpt-5.5","output":[` + item + `],"usage":{"input_tokens":3,"input_tokens_details":{"cached_tokens":0},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":10}}}`,
	} {
		kind, _, _ := strings.Cut(strings.TrimPrefix(data, `{"type":"`), `"`)
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, data)
	}
}

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
