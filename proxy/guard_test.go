package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/boundtest"
	"afterglow/proxy/config"
)

// sendRaw sends a request as it is written and returns the status of the answer; 0 if there is none. %HOST is where the server
// listens.
func sendRaw(t testing.TB, base, request string) int {
	t.Helper()
	addr := strings.TrimPrefix(base, "http://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "%HOST", addr)); err != nil && len(request) < 1<<20 {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// Of the spellings of this machine those pass that clients send; a page in a browser that came here by another name does not.
func TestHostsThatNameThisMachine(t *testing.T) {
	_, base := serve(t, row("a", "http://127.0.0.1:1"))
	for host, want := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:3392": 200, "127.8.9.1:1": 200, "localhost": 200, "LocalHost:3392": 200, "[::1]": 200, "[::1]:3392": 200,
		"localhost:evil": 403, "localhost:": 403, "localhost:0": 403, "localhost:65536": 403, "localhost:+80": 403, "localhost:80:80": 403, "localhost.": 403,
		"[localhost]": 403, "[localhost]:80": 403, "::1": 403, "[::ffff:7f00:1]": 403, "[::ffff:127.0.0.1]:80": 403, "[0:0:0:0:0:0:0:1]": 403, "[::1%25lo]": 403, "[::1]x": 403, "[::1": 403,
		"[127.0.0.1]": 403, "127.1": 403, "2130706433": 403, "0x7f.0.0.1": 403, "0177.0.0.1": 403, "127.0.0.1.": 403, "127.0.0.1.evil.example": 403, "evil.example": 403,
		"evil.example:3392": 403, "localhost.evil.example": 403, "127.0.0.1@evil.example": 403, "0.0.0.0": 403, "[::]": 403, "10.0.0.1": 403,
	} {
		got := sendRaw(t, base, "GET /health HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if got != want && !(want == 403 && got == 400) { // net/http refuses what is no host at all
			t.Errorf("%s: %d, want %d", host, got, want)
		}
	}
	if got := sendRaw(t, base, "GET /health HTTP/1.0\r\n\r\n"); got != 403 {
		t.Errorf("no host: %d", got)
	}
	if got := sendRaw(t, base, "GET http://evil.example/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); got != 403 {
		t.Errorf("another host in the request's line: %d", got)
	}
}

// A page that a browser shows can load images, follow links and fetch, of which many bear no Origin. None of it reaches
// anything but the pages that are for people.
func TestABrowsersRequestsForAnotherPageAreRefused(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	conf := toNative(up.URL)
	conf.Vendors = []config.Vendor{row("v", up.URL)}
	s, base := serveConfig(t, conf)
	paths := []string{"/v/v/v1/models", "/v/v/v1/files?delete=1", "/api/openai/v1/models", "/api/events", "/api/status", "/api/calls", "/api/vendors", "/metrics", "/health", "/api/hello", "/v1/models", "/nothing"}
	type fetch struct{ site, mode, dest string }
	for _, f := range []fetch{
		{"cross-site", "no-cors", "image"}, {"same-site", "no-cors", "script"}, {"cross-site", "navigate", "document"}, {"same-site", "navigate", "document"}, {"cross-site", "navigate", "iframe"},
		{"cross-site", "cors", "empty"}, {"same-site", "cors", "empty"}, {"cross-site", "websocket", "empty"}, {"same-origin", "no-cors", "image"}, {"none", "no-cors", "image"},
		{"Cross-Site", "cors", "empty"}, {"cross-site, none", "cors", "empty"}, {"", "no-cors", "image"}, {"", "No-Cors", "image"}, {"cross-site", "", ""}, {"elsewhere", "", ""},
	} {
		for _, path := range paths {
			resp, text := do(t, "GET", base+path, "", "Sec-Fetch-Site", f.site, "Sec-Fetch-Mode", f.mode, "Sec-Fetch-Dest", f.dest, "Referer", "http://evil.example/")
			if resp.StatusCode != 403 || !strings.Contains(text, "web pages are rejected") {
				t.Errorf("%+v %s: %d %s", f, path, resp.StatusCode, text)
			}
		}
		if resp, text := do(t, "POST", base+"/v1/messages", plainBody, "Sec-Fetch-Site", f.site, "Sec-Fetch-Mode", f.mode, "Sec-Fetch-Dest", f.dest); resp.StatusCode != 403 {
			t.Errorf("%+v: %d %s", f, resp.StatusCode, text)
		}
	}
	for want, list := range map[int][]fetch{
		200: {{"cross-site", "navigate", "document"}, {"same-site", "navigate", "document"}, {"none", "navigate", "document"}, {"same-origin", "navigate", "document"}, {}},
		403: {{"cross-site", "navigate", "iframe"}, {"cross-site", "cors", "empty"}, {"cross-site", "no-cors", "image"}, {"same-origin", "no-cors", "image"}},
	} {
		for _, f := range list {
			if resp, _ := do(t, "GET", base+"/", "", "Sec-Fetch-Site", f.site, "Sec-Fetch-Mode", f.mode, "Sec-Fetch-Dest", f.dest); resp.StatusCode != want {
				t.Errorf("the page, %+v: %d, want %d", f, resp.StatusCode, want)
			}
		}
	}
	if got := sendRaw(t, base, "GET /v/v/v1/models HTTP/1.1\r\nHost: %HOST\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n\r\n"); got != 403 {
		t.Errorf("a second value counts too: %d", got)
	}
	if n := len(up.calls()); n != 0 || ended(s) != 0 {
		t.Errorf("the vendor got %d calls, and there are %d records", n, ended(s))
	}
	// Our own page's, and what fetch in Node.js sends.
	for _, f := range []fetch{{"same-origin", "cors", "empty"}, {"none", "navigate", "document"}, {"", "cors", ""}, {}} {
		if resp, text := do(t, "GET", base+"/v/v/v1/models", "", "Sec-Fetch-Site", f.site, "Sec-Fetch-Mode", f.mode, "Sec-Fetch-Dest", f.dest); resp.StatusCode != 200 {
			t.Errorf("%+v: %d %s", f, resp.StatusCode, text)
		}
	}
}

// The guard decides by what strangers write, and ends no program.
func FuzzGuard(f *testing.F) {
	for _, host := range []string{"127.0.0.1:1", "[::1]", "localhost:evil", "[", ":", "]:", "[::1%lo]:1", "a:b:c"} {
		f.Add(host, "http://"+host, "cross-site", "no-cors", "Bearer x")
	}
	s, err := New(Options{Config: config.Config{Token: "0123456789abcdef", Vendors: []config.Vendor{row("a", "http://127.0.0.1:1")}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, host, origin, site, mode, token string) {
		defer boundtest.Bound(t, 64<<20)()
		r, err := http.NewRequest("GET", "http://127.0.0.1/v/a/v1/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host, r.Header = host, http.Header{"Origin": {origin}, "Sec-Fetch-Site": {site}, "Sec-Fetch-Mode": {mode}, "Authorization": {token}}
		refused := s.check(r)
		if refused == nil && (site == "cross-site" || site == "same-site" || mode == "no-cors" || !strings.Contains(token, "0123456789abcdef")) {
			t.Errorf("%q %q %q %q %q passes", host, origin, site, mode, token)
		}
		if loopbackName(host) && (strings.ContainsAny(host, " /@%#?") || len(host) > len("127.255.255.255:65535")) {
			t.Errorf("%q is this machine", host)
		}
	})
}

// Whatever is written into a path: what leads to the upstream stays below the base that the configuration names.
func TestPathsThatClimbAreRefused(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	conf := toNative(up.URL + "/base")
	conf.Vendors = []config.Vendor{row("v", up.URL+"/base", speaks("openai", up.URL+"/base/openai"))}
	_, base := serveConfig(t, conf)
	for _, path := range []string{
		"%2e%2e/secret", ".%2e/secret", "%2e%2e%2fsecret", "x/%2E%2E/secret", "..;/secret", "x/..;a=b/secret", "..%3b/secret", `..\secret`, `x\..\..\secret`, "..%5csecret", "%2e%2e%5csecret",
		"%252e%252e/secret", "%25252e%25252e%25252fsecret", "%252e%252e/%25", "x%2f..%2f..%2fsecret", "..%00/secret", "..%0a/secret", "%c0%ae%c0%ae/secret", "..%20/secret", "x/%2e/secret", "x%5cy", "..%09/secret",
		"%2e%2e", "x/%2e%2e", "%25252525252525252e%2e/x",
	} {
		for _, below := range []string{"/v/v/", "/v/v/openai/", "/api/openai/", "/api/anthropic/v1/", "/api/gemini/"} {
			status := sendRaw(t, base, "GET "+below+path+" HTTP/1.1\r\nHost: %HOST\r\nConnection: close\r\n\r\n")
			if status != 400 {
				t.Errorf("%s%s: %d", below, path, status)
			}
		}
	}
	for _, path := range []string{"/api/%6fpenai/v1/x", "/%61pi/openai/v1/x", "/%76/v/v1/models"} {
		if status := sendRaw(t, base, "GET "+path+" HTTP/1.1\r\nHost: %HOST\r\nConnection: close\r\n\r\n"); status != 400 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if calls := up.calls(); len(calls) != 0 {
		t.Fatalf("the upstream got %+v", calls)
	}
	for path, want := range map[string]string{
		"/v/v/v1/files/a..b/...": "/base/v1/files/a..b/...", "/api/openai/v1/models/org%2Fmodel": "/base/v1/models/org%2Fmodel", "/v/v/v1/%E4%BD%A0": "/base/v1/%E4%BD%A0",
		"/api/gemini/v1beta/models/g%3AcountTokens": "/base/v1beta/models/g:countTokens", "/v/v/v1/a;b=c/100%25": "/base/v1/a;b=c/100%25",
	} {
		before := len(up.calls())
		if status := sendRaw(t, base, "GET "+path+" HTTP/1.1\r\nHost: %HOST\r\nConnection: close\r\n\r\n"); status != 200 {
			t.Errorf("%s: %d", path, status)
			continue
		}
		if got := up.calls()[before].uri; got != want {
			t.Errorf("%s became %s, want %s", path, got, want)
		}
	}
}

func FuzzPaths(f *testing.F) {
	for _, path := range []string{"/a/..;/b", "/%252e%252e/%25", "/..%c0%ae", "/%", "/a%2fb"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		defer boundtest.Bound(t, 64<<20)()
		if climbs(path) {
			return
		}
		for range mostEscapes - 1 {
			if strings.Contains("/"+path+"/", "/../") || strings.Contains(path, `\`) {
				t.Errorf("%q leads up", path)
			}
			path = escape.ReplaceAllStringFunc(path, unescape)
		}
	})
}

// What a client sends behind its body is a header that nobody has looked at: its own credentials may be there.
func TestTrailersOfAClientReachNobody(t *testing.T) {
	got := make(chan string, 1)
	up := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		got <- fmt.Sprint(string(body), err, r.Trailer)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, plainMessage)
	})
	conf := toNative(up.URL)
	conf.Vendors = []config.Vendor{row("v", up.URL), row("mine", up.URL, func(v *config.Vendor) { v.Auth, v.Key, v.AnyKey = config.AuthClient, "", true })}
	_, base := serveConfig(t, conf)
	for _, path := range []string{"/v1/messages", "/v/v/v1/messages", "/v/v/v1/files", "/v/mine/v1/messages", "/v/mine/v1/files", "/api/openai/v1/files", "/api/anthropic/v1/messages"} {
		for _, announced := range []string{"Trailer: X-Api-Key, Authorization, X-Other\r\n", ""} {
			status := sendRaw(t, base, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %%HOST\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n%sTE: trailers\r\nConnection: close\r\n\r\n%x\r\n%s\r\n0\r\n"+
				"X-Api-Key: evil\r\nAuthorization: Bearer evil\r\nX-Other: evil\r\n\r\n", path, announced, len(plainBody), plainBody))
			if status != 200 {
				t.Fatalf("%s: %d", path, status)
			}
			if text := <-got; strings.Contains(text, "evil") || !strings.Contains(text, "claude-opus") {
				t.Errorf("%s: %s", path, text)
			}
		}
	}
}

// After 401 Claude Code sends again for minutes. Each client gets the error in its own protocol. Programs that use the control
// API get 401, which names what is missing.
func TestAWrongTokenEndsTheTurn(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(`{}`))
	conf := toNative(up.URL)
	conf.Token = "0123456789abcdef"
	conf.Vendors = []config.Vendor{row("claude", up.URL), row("lab", up.URL, func(v *config.Vendor) {
		v.Endpoints = map[string]config.Endpoint{"openai": {Dialect: "openai", BaseURL: up.URL, Auth: config.AuthBearer}}
	}), row("google", up.URL, func(v *config.Vendor) { v.Dialect, v.DefaultModel = "gemini", "g" })}
	_, base := serveConfig(t, conf)
	for path, want := range map[string]struct {
		status     int
		key, value string
	}{
		"/v1/messages":                                {403, "error.type", "permission_error"},
		"/v1/messages/count_tokens":                   {403, "error.type", "permission_error"},
		"/v1/models":                                  {403, "type", "error"},
		"/v/claude/v1/messages":                       {403, "type", "error"},
		"/v/lab/v1/messages":                          {403, "type", "error"},
		"/v/lab/openai/chat/completions":              {403, "error.code", ""},
		"/v/google/v1beta/models/g:generateContent":   {403, "error.status", "PERMISSION_DENIED"},
		"/v/unknown/v1/messages":                      {403, "type", "error"},
		"/api/openai/v1/responses":                    {403, "error.code", ""},
		"/api/gemini/v1beta/models/g:generateContent": {403, "error.status", "PERMISSION_DENIED"},
		"/api/anthropic/v1/messages":                  {403, "type", "error"},
		"/api/status":                                 {401, "error.type", "authentication_error"},
		"/health":                                     {401, "error.type", "authentication_error"},
		"/metrics":                                    {401, "error.type", "authentication_error"},
	} {
		for _, token := range []string{"", "0123456789abcdeX"} {
			resp, text := do(t, "POST", base+path, plainBody, "Content-Type", "application/json", "Authorization", "Bearer "+token)
			got := gjson.Parse(text)
			if resp.StatusCode != want.status || got.Get(want.key).String() != want.value || resp.Header.Get("Retry-After") != "" ||
				!strings.HasPrefix(got.Get("error.message").Str, "missing or wrong Afterglow token. ") ||
				strings.Contains(strings.ToLower(text), "x-api-key") { // Claude Code would only say that it is not logged in
				t.Errorf("%s, token %q: %d %s", path, token, resp.StatusCode, text)
			}
			if strings.Contains(path, "openai") && (got.Get("type").Exists() || !got.Get("error.param").Exists()) {
				t.Errorf("%s: not OpenAI's envelope: %s", path, text)
			}
		}
	}
	if n := len(up.calls()); n != 0 {
		t.Errorf("%d calls went on", n)
	}
}
