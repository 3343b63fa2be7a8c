package proxy

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// RC-78: markup in a name that a client or a vendor chose comes back as text of JSON, in which not even the sign
// that begins a tag is left, and no browser is left to guess what it is.
func TestMarkupInNamesStaysText(t *testing.T) {
	const markup = `<img src=x onerror="alert(1)">&'`
	stream := strings.Replace(message("hi"), `"model":"m"`, `"model":"<img onerror=served>"`, 1)
	s, base := serve(t, row("v", vendorServer(t, func(w http.ResponseWriter, r *http.Request) { sendEvents(w, stream) }).URL))
	body := strings.Replace(streamBody, "claude-opus-5-5", strings.ReplaceAll(markup, `"`, `\"`), 1)
	if resp, answer := post(t, base, body, "X-Claude-Code-Session-Id", markup); resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode, answer)
	}
	lastRecord(t, s, 1)
	if status, answer := control(t, "PUT", base+"/api/session-vendor", `{"session_key":"<img onerror=bound>","vendors":["v"]}`); status != 200 {
		t.Fatal(status, answer)
	}
	for name, tc := range map[string]struct{ method, path, body, at, want string }{
		"record":              {"GET", "/api/calls", "", "calls.0.model", markup},
		"session":             {"GET", "/api/calls", "", "calls.0.session", markup},
		"what was served":     {"GET", "/api/calls", "", "calls.0.model_served", "<img onerror=served>"},
		"gauge":               {"GET", "/api/concurrency", "", "gauges.0.model", markup},
		"status":              {"GET", "/api/status", "", "tiers.0.name", "v"},
		"binding":             {"GET", "/api/session-vendor", "", "bindings.0.session_key", "<img onerror=bound>"},
		"unknown vendor":      {"PUT", "/api/concurrency", `{"vendor":"<img onerror=v>","model":"m","limit":1}`, "type", "error"},
		"unknown in an order": {"PUT", "/api/tier-order", `{"vendors":["<img onerror=v>"]}`, "type", "error"},
		"no such binding":     {"DELETE", "/api/session-vendor/" + url.PathEscape(markup), "", "status", "not_found"},
		"no such path":        {"GET", "/api/" + url.PathEscape(markup), "", "type", "error"},
	} {
		req, err := http.NewRequest(tc.method, base+tc.path, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer := read(t, resp)
		if got := gjson.Get(answer, tc.at).Str; got != tc.want || strings.ContainsAny(answer, "<>&") ||
			resp.Header.Get("Content-Type") != "application/json" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v %s", name, resp.StatusCode, resp.Header, answer)
		}
	}
}
