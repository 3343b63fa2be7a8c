package proxy

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/boundtest"
	"afterglow/proxy/config"
	"afterglow/proxy/route"
)

// FuzzModelOf: the model of a body that is on its way to a vendor is found in JSON and in forms, or there is none.
func FuzzModelOf(f *testing.F) {
	f.Add("application/json", `{"model":"m","stream":true}`)
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--x--\r\n")
	f.Add("multipart/form-data; boundary=", "--\r\n\r\n--")
	f.Add("multipart/form-data; boundary*0=a; boundary*1=b", strings.Repeat("--ab\r\n", 50))
	f.Fuzz(func(t *testing.T, kind, body string) {
		defer boundtest.Bound(t, 128<<20)()
		if model, _, err := modelOf(kind, body); err == nil && len(model) > len(body) {
			t.Errorf("%q of %q", model, body)
		}
		if without, ok := withoutModel(body); ok && (!json.Valid([]byte(without)) && json.Valid([]byte(body))) {
			t.Errorf("%q became %q", body, without)
		}
	})
}

// FuzzWithoutToken: wherever a client writes our token, it is not in what goes on.
func FuzzWithoutToken(f *testing.F) {
	const token = "our-token/of+1234"
	s, err := New(Options{Config: config.Config{Token: token, Vendors: []config.Vendor{row("a", "http://127.0.0.1:1")}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("X-Custom", "Bearer "+token, "key="+url.QueryEscape(token)+"&a=1", "/v/a/x")
	f.Add("Authorization", "bearer our-token%2Fof%2B1234", "a;key=our%2dtoken/of+1234", "/v/a/our-token%2fof+1234")
	f.Fuzz(func(t *testing.T, name, value, query, path string) {
		defer boundtest.Bound(t, 64<<20)()
		r := &http.Request{Header: http.Header{name: {value, "other"}, tokenHeader: {token}}, URL: &url.URL{Path: path, RawQuery: query}}
		h, query, refused := s.withoutToken(r)
		if refused != nil {
			return
		}
		plain, _ := url.QueryUnescape(query)
		escaped, _ := url.PathUnescape(query)
		for _, text := range []string{query, plain, escaped, strings.Join(h[name], " "), h.Get(tokenHeader), r.URL.EscapedPath(), r.URL.Path} {
			if strings.Contains(text, token) && text != plain { // a "+" that stands for a blank is no part of a token
				t.Errorf("%q %q %q %q: %q goes on", name, value, query, path, text)
			}
		}
	})
}

// FuzzControlBodies: what a request to the control API says is read, or is an error.
func FuzzControlBodies(f *testing.F) {
	for _, text := range []string{`{"vendors":["a",["b","c"]]}`, `{"log_level":"debug","retention_days":1e300}`, `{"models":[{"match":"/(/","to":""}],"limit":{"models":{"x":1},"max_wait_seconds":1e18}}`, `{"key":"none","name":"\u0000"}`, `[]`, `{"limit":[]}`} {
		f.Add(text)
	}
	file, err := config.ReadFile(filepath.Join(f.TempDir(), "none"), noEnv)
	if err != nil {
		f.Fatal(err)
	}
	all, err := file.Drafts()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 64<<20)()
		root := gjson.Parse(text)
		if len(text) > maxControlBody || !json.Valid([]byte(text)) || !root.IsObject() { // which is refused before
			return
		}
		_, _ = readOrder(root)
		_ = readSettings(root, &Settings{})
		for _, name := range []string{"kimi", "new"} {
			if _, d, err := mergedDraft(all, name, root); err == nil && d.Confirmed != "" {
				t.Error("a request confirms what only the window may")
			}
		}
	})
}

// FuzzInstanceFile: a file that another process wrote, or half of it, names an address or is an error.
func FuzzInstanceFile(f *testing.F) {
	f.Add([]byte(`{"address":"127.0.0.1:1","pid":3}`))
	f.Add([]byte(`{"address":"[::1","pid":1e99}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		defer boundtest.Bound(t, 64<<20)()
		if err := os.WriteFile(InstancePath(dir), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if i, err := ReadInstance(dir); err == nil && !strings.Contains(i.Address, ":") {
			t.Errorf("%q: %+v", text, i)
		}
	})
}

// FuzzQuotaFile: what was used of quotas is taken as far as it can be.
func FuzzQuotaFile(f *testing.F) {
	f.Add([]byte(`{"a":{"hours":[{"minute":1,"tokens":5}],"week":null}}`))
	f.Add([]byte(`{"a":{"hours":[{"minute":-9223372036854775808,"tokens":9223372036854775807},{"minute":9223372036854775807,"tokens":1}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		defer boundtest.Bound(t, 64<<20)()
		var usage route.Usage
		if json.Unmarshal(text, &usage) != nil {
			return
		}
		m := route.NewMemory(func() {})
		v := row("a", "http://127.0.0.1:1", func(v *config.Vendor) { v.Quota = config.Quota{Window: 3600e9, Tokens: 10, Threshold: 99, Probe: 1e9} })
		m.Health.Configure([]config.Vendor{v})
		m.Health.Restore(usage)
		if _, err := json.Marshal(m.Health.Usage()); err != nil {
			t.Error(err)
		}
	})
}
