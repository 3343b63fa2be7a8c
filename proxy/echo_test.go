package proxy

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"afterglow/proxy/config"
)

// What is planted where a vendor repeats what it knows: its key, another vendor's, our token, and the client's own.
const (
	echoKey    = "sk-kept-SECRET/KEY+0123456789"
	echoOther  = "sk-other-SECRET-KEY-987654321"
	echoToken  = "our-own-token-0123"
	echoClient = "sk-ant-clients-own-4711"
	echoWeak   = "wordlike-key" // no answer is rid of it, only what is kept of one
)

// echoes are a secret as it may be repeated, in a JSON string and in a header.
func echoes(secret string) []string {
	units := ""
	for _, c := range []byte(secret) {
		units += fmt.Sprintf(`\u%04x`, c)
	}
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`), units,
		base64.StdEncoding.EncodeToString([]byte("Bearer " + secret + " ")), base64.URLEncoding.EncodeToString([]byte(secret)),
	}
}

// echoing is a vendor that repeats a text in the way that the test says.
type echoing struct {
	mu         sync.Mutex
	way, words string
}

func (e *echoing) say(way, words string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.way, e.words = way, words
}

func (e *echoing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	way, words := e.way, e.words
	e.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	stream := strings.Contains(string(body), `"stream":true`)
	switch way {
	case "401", "429", "500":
		status := map[string]int{"401": 401, "429": 429, "500": 500}[way]
		refusing(status, `{"type":"error","error":{"type":"api_error","code":"`+words+`","message":"bad key `+words+`"},"request_id":"`+words+`"}`)(w, r)
	case "text":
		refusing(502, "no such key: "+words)(w, r)
	case "header":
		w.Header().Set("X-Request-Url", "http://h/?q="+words)
		w.Header().Set("Request-Id", "r-"+words)
		answering("fine")(w, r)
	case "hint":
		w.Header().Set("Link", "<"+words+">")
		w.WriteHeader(http.StatusEarlyHints)
		answering("fine")(w, r)
	case "model":
		if stream {
			sendEvents(w, strings.Replace(message("fine"), `"model":"m"`, `"model":"`+words+`"`, 1))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, strings.Replace(plainMessage, `"model":"m"`, `"model":"`+words+`"`, 1))
	case "answer":
		if stream {
			sendEvents(w, strings.Replace(message("fine"), `"text":"fine"`, `"text":"`+words+`"`, 1))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, strings.Replace(plainMessage, "hello", words, 1))
	case "late":
		sendEvents(w, strings.Split(message("fine"), "event: message_delta")[0]+"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\""+words+"\"}}\n\n")
	case "garbage":
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(conn, "HTTP/1.1 "+words+" what\r\n\r\n")
			conn.Close()
		}
	}
}

// Whatever a vendor repeats, and however it writes it: no client, record, row, metric, notice or line of the log has it.
func TestAKeyThatAVendorRepeatsIsNowhere(t *testing.T) {
	e := &echoing{}
	v := vendorServer(t, e.ServeHTTP)
	s, base, dir, stop := serveKept(t, config.Config{
		Ledger: config.Ledger{Evidence: true}, Token: echoToken,
		Vendors: []config.Vendor{
			row("lab", v.URL, func(v *config.Vendor) { v.Key = echoKey }),
			row("weak", "http://127.0.0.1:1", func(v *config.Vendor) { v.Key = echoWeak }),
			row("other", "http://127.0.0.1:1", func(v *config.Vendor) { v.Key = echoOther }),
		},
		Native: map[string]config.Native{"anthropic": {Enabled: true, BaseURL: v.URL, Connect: longest, Timeout: longest}},
	})
	if err := s.ChangeSettings(func(now *Settings) { now.LogLevel = "debug" }); err != nil {
		t.Fatal(err)
	}
	s.Capture(true)
	said := &strings.Builder{}
	ask := func(method, path, body string) {
		resp, text := do(t, method, base+path, body, "X-Afterglow-Token", echoToken, "Authorization", "Bearer "+echoClient, "Content-Type", "application/json")
		h, _ := json.Marshal(resp.Header)
		fmt.Fprintln(said, path, resp.StatusCode, string(h), text)
	}
	calls := 0
	for _, secret := range []string{echoKey, echoOther, echoToken, echoClient, echoWeak} {
		ways := []string{"401", "429", "500", "text", "header", "hint", "model", "answer", "late", "garbage"}
		if secret == echoWeak {
			ways = []string{"401", "500", "text", "header"}
		}
		for _, words := range echoes(secret) {
			for _, way := range ways {
				if strings.Contains(words, `\`) && (way == "garbage" || way == "text" || way == "header" || way == "hint") {
					continue // nothing reads such escapes there
				}
				e.say(way, words)
				s.ResetVendor("")
				ask("POST", "/v1/messages", plainBody)
				ask("POST", "/v/lab/v1/messages", streamBody)
				ask("POST", "/api/anthropic/v1/messages", streamBody)
				if calls += 3; way == "401" {
					ask("POST", "/v1/messages/count_tokens", plainBody)
				}
			}
		}
		for _, path := range []string{"/api/status", "/api/calls", "/metrics", "/api/dashboard/timeline", "/api/dashboard/sessions", "/api/dashboard/summary", "/api/concurrency", "/v1/models"} {
			ask("GET", path, "")
		}
		for n := max(1, calls-200); n <= calls; n++ {
			ask("GET", fmt.Sprint("/api/calls/", n), "")
		}
	}
	eventually(t, "all ended", func() bool { return ended(s) >= calls })
	detail := s.Status()
	fmt.Fprintf(said, "%+v", detail)
	stop()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		said.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{echoKey, echoOther, echoToken, echoClient, echoWeak} {
		for i, words := range echoes(secret) {
			if i == 5 { // the ends of base64 are of other bytes too
				words = words[11 : len(words)-4]
			}
			if at := strings.Index(said.String(), words); at >= 0 {
				t.Errorf("%s: …%s…", words, said.String()[max(0, at-200):min(said.Len(), at+100)])
			}
		}
	}
}

// A vendor that does not speak HTTP is quoted in the error of its connection.
func TestAKeyInAnAnswerThatIsNoHTTPIsNowhere(t *testing.T) {
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			io.WriteString(conn, "HTTP/1.1 "+echoKey+" what\r\n\r\n")
			conn.Close()
		}
	})
	_, base := serve(t, row("lab", v.URL, func(v *config.Vendor) { v.Key = echoKey }))
	for _, path := range []string{"/v1/messages", "/v/lab/v1/messages"} {
		resp, text := do(t, "POST", base+path, plainBody, "Content-Type", "application/json")
		if strings.Contains(text, "SECRET") || !strings.Contains(text, "****") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, text)
		}
	}
}
