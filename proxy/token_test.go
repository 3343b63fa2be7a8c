package proxy

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"afterglow/proxy/config"
)

// Whoever gets a call, and however the client spells our token, where it may stand beside its own credentials: it does not
// go on.
func TestOurTokenReachesNoVendor(t *testing.T) {
	const token = "our-token/of+1234"
	up := newTestAPI(t, jsonAnswer(plainMessage))
	conf := toNative(up.URL)
	conf.Token = token
	conf.Vendors = []config.Vendor{row("keyed", up.URL), row("mine", up.URL, func(v *config.Vendor) { v.Auth, v.Key, v.AnyKey = config.AuthClient, "", true })}
	_, base := serveConfig(t, conf)
	percent := ""
	for _, c := range []byte(token) {
		percent += fmt.Sprintf("%%%02x", c)
	}
	spelled := []string{token, url.QueryEscape(token), percent, base64.StdEncoding.EncodeToString([]byte("x:" + token)), base64.URLEncoding.EncodeToString([]byte(token))}
	sent := 0
	for _, path := range []string{"/v1/messages", "/v/keyed/v1/messages", "/v/mine/v1/messages", "/v/keyed/v1/files", "/api/openai/v1/chat/completions", "/api/anthropic/v1/messages", "/api/gemini/v1beta/models/g:generateContent"} {
		for _, h := range []http.Header{
			{"Authorization": {"bearer " + token}}, {"Authorization": {"BEARER   " + token}}, {"Authorization": {"Bearer sk-theirs", "Bearer " + token}}, {"X-Api-Key": {"theirs", token}},
			{"X-Goog-Api-Key": {token}}, {"X-Custom": {"a " + token + " b"}}, {"X-Custom": {spelled[1]}}, {"Authorization": {"Basic " + spelled[3]}}, {"User-Agent": {"ua/1 (" + token + ")"}},
			{"Cookie": {"t=" + token}}, {"X-Afterglow-Token": {token, token}},
		} {
			for _, query := range append([]string{"beta=true"}, spelled...) {
				if query != "beta=true" {
					query = "beta=true&key=" + query + "&x=" + query
				}
				req, err := http.NewRequest("POST", base+path+"?"+query, strings.NewReader(plainBody))
				if err != nil {
					t.Fatal(err)
				}
				req.Header = h.Clone()
				req.Header.Set("Content-Type", "application/json")
				req.Header.Add("X-Afterglow-Token", token)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				if text := read(t, resp); resp.StatusCode != 200 {
					t.Fatalf("%s %v: %d %s", path, h, resp.StatusCode, text)
				}
				sent++
			}
		}
	}
	calls := up.calls()
	if len(calls) != sent {
		t.Fatalf("%d calls came, want %d", len(calls), sent)
	}
	for _, c := range calls {
		got := fmt.Sprint(c.uri, c.header)
		for _, text := range spelled {
			if strings.Contains(got, strings.Trim(text, "=")) {
				t.Errorf("%s", got)
			}
		}
		if !strings.Contains(c.uri, "beta=true") || c.header.Get("X-Afterglow-Token") != "" {
			t.Error(got)
		}
	}
	if c := calls[len(spelled)*2+6]; c.header.Get("X-Api-Key") != "key-of-keyed" {
		t.Errorf("%+v", c.header)
	}
	for _, path := range []string{"/v/keyed/v1/" + url.PathEscape(token), "/api/openai/v1/" + percent} {
		if resp, text := do(t, "GET", base+path, "", "X-Afterglow-Token", token); resp.StatusCode != 400 || strings.Contains(text, token) {
			t.Errorf("%s: %d %s", path, resp.StatusCode, text)
		}
	}
	if n := len(up.calls()); n != sent {
		t.Errorf("%d calls more", n-sent)
	}
}

// The client's own credentials stay where ours are taken out.
func TestWhatStandsBesideOurTokenStays(t *testing.T) {
	const token = "0123456789abcdef"
	up := newTestAPI(t, jsonAnswer(`{}`))
	conf := toNative(up.URL)
	conf.Token = token
	_, base := serveConfig(t, conf)
	req, err := http.NewRequest("GET", base+"/api/openai/v1/models?a=1;b=%zz&key=theirs", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header["Authorization"] = []string{"bearer " + token, "Bearer sk-theirs"}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	read(t, resp)
	if c := up.calls()[0]; fmt.Sprint(c.header["Authorization"]) != "[Bearer sk-theirs]" || c.uri != "/v1/models?a=1;b=%zz&key=theirs" {
		t.Errorf("%s %v", c.uri, c.header)
	}
	for header, want := range map[string]int{
		"Bearer " + token: 200, "bearer " + token: 200, token: 200, "Basic " + token: 401, "Bearer " + token + "x": 401, "Bearer " + token[:15]: 401, "": 401, "Bearer ": 401,
	} {
		if resp, _ := do(t, "GET", base+"/health", "", "Authorization", header); resp.StatusCode != want {
			t.Errorf("%q: %d, want %d", header, resp.StatusCode, want)
		}
	}
}

// A client's own credentials go to no vendor that has a key, wherever they stand.
func TestAClientsCredentialsStayFromAVendorWithAKey(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(plainMessage))
	_, base := serve(t, row("keyed", up.URL))
	for _, path := range []string{"/v1/messages", "/v/keyed/v1/messages", "/v1/messages/count_tokens"} {
		do(t, "POST", base+path+"?key=planted-1&beta=true&Access_Token=planted-2&api%5Fkey=planted-3", plainBody, "Content-Type", "application/json",
			"Authorization", "Bearer planted-4", "Api-Key", "planted-5", "X-Auth-Token", "planted-6", "X-Goog-Api-Key", "planted-7", "Cookie", "planted-8", "Proxy-Authorization", "planted-9")
	}
	for _, c := range up.calls() {
		if got := fmt.Sprint(c.uri, c.header); strings.Contains(got, "planted") || !strings.Contains(c.uri, "beta=true") || c.header.Get("X-Api-Key") != "key-of-keyed" {
			t.Error(got)
		}
	}
	if len(up.calls()) != 3 {
		t.Error(len(up.calls()))
	}
}
