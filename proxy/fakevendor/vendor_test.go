package fakevendor

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"go.uber.org/goleak"
)

func start(t testing.TB, opts Options) *Vendor {
	t.Helper()
	v, err := Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// client has no idle connections left when the test ends.
func client(t testing.TB) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func newRequest(ctx context.Context, v *Vendor, body string, header ...string) *http.Request {
	req, err := http.NewRequestWithContext(ctx, "POST", v.URL()+"/v1/messages?beta=true", strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

// send returns the answer as far as it came, and the error that ended it.
func send(t testing.TB, v *Vendor, body string, header ...string) (resp *http.Response, answer string, err error) {
	t.Helper()
	resp, err = client(t).Do(newRequest(t.Context(), v, body, header...))
	if err != nil {
		return &http.Response{}, "", err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return resp, string(read), err
}

// patience is how long a test waits for what must happen. A slow machine may need long.
const patience = 3 * time.Minute

// await waits until the load is as wanted.
func await(t testing.TB, v *Vendor, wanted func(Load) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := v.Await(ctx, wanted); err != nil {
		t.Fatal(err)
	}
}

func TestKeyIsChecked(t *testing.T) {
	v := start(t, Options{Key: "right"})
	for _, tc := range []struct {
		name, value string
		status      int
	}{
		{"X-Other", "", 401},
		{"X-Api-Key", "wrong", 401},
		{"Authorization", "right", 401},
		{"X-Api-Key", "right", 200},
		{"Authorization", "Bearer right", 200},
	} {
		resp, answer, err := send(t, v, `{}`, tc.name, tc.value)
		if err != nil || resp.StatusCode != tc.status {
			t.Errorf("%+v: %d %v", tc, resp.StatusCode, err)
		}
		if tc.status == 401 && gjson.Get(answer, "error.type").Str != "authentication_error" {
			t.Errorf("%+v: %s", tc, answer)
		}
	}
	zhipu := start(t, Options{Key: "right", Denied: ZhipuError(401, "1000", "身份验证失败")})
	if resp, answer, _ := send(t, zhipu, `{}`); resp.StatusCode != 401 || gjson.Get(answer, "error.code").Str != "1000" {
		t.Errorf("%d %s", resp.StatusCode, answer)
	}
}

func TestEndpoints(t *testing.T) {
	v := start(t, Options{})
	for _, tc := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"POST", "/v1/messages/count_tokens?beta=true", 200, `{"input_tokens":4}`},
		{"POST", "/api/anthropic/v1/messages/count_tokens", 200, `{"input_tokens":4}`},
		{"GET", "/", 404, `{"type":"error","error":{"type":"not_found_error","message":"no such endpoint"},"request_id":"req_simulated"}`},
	} {
		req, err := http.NewRequest(tc.method, v.URL()+tc.path, strings.NewReader(`{"model":"m"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != tc.status || string(body) != tc.body {
			t.Errorf("%s %s: %d %s", tc.method, tc.path, resp.StatusCode, body)
		}
	}
	down := start(t, Options{CountTokens: Always(Refuse(503, "down"))})
	resp, err := client(t).Post(down.URL()+"/v1/messages/count_tokens", "application/json", nil)
	if err != nil || resp.StatusCode != 503 {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
}

func TestSetScript(t *testing.T) {
	v := start(t, Options{})
	v.SetScript(InTurn(Refuse(429, "a"), Refuse(529, "b").With("Retry-After", "7"), Text("third")))
	var got []int
	for range 4 {
		resp, _, err := send(t, v, `{}`)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, resp.StatusCode)
		if after := resp.Header.Get("Retry-After"); (after == "7") != (resp.StatusCode == 529) {
			t.Errorf("%d: retry-after %q", resp.StatusCode, after)
		}
	}
	if got[0] != 429 || got[1] != 529 || got[2] != 200 || got[3] != 200 {
		t.Fatal(got)
	}
	v.SetScript(ByModel(map[string]Script{"a": Always(Refuse(500, "")), "b": Plausible}))
	for model, status := range map[string]int{"a": 500, "b": 200, "c": 404} {
		if resp, _, _ := send(t, v, `{"model":"`+model+`"}`); resp.StatusCode != status {
			t.Errorf("%s: %d", model, resp.StatusCode)
		}
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	start(t, Options{}).Close() // the runtime opens its own files at the first use of the network
	before := openFiles(t)
	v, err := Start(Options{Script: InTurn(Silence(), Text("hi").Held(2, make(chan struct{})), Text("hi").Paced(0, time.Hour), Chunked("").CutAfter(1, Stall))})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	ended := make(chan error)
	for range 8 {
		go func() {
			resp, err := transport.RoundTrip(newRequest(context.Background(), v, `{"stream":true}`))
			if err == nil {
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			ended <- err
		}()
	}
	await(t, v, InFlight(8))
	v.Close()
	if load := v.Load(); load.InFlight != 0 || load.Ended != 8 || load.Gone != 0 {
		t.Errorf("%+v", load)
	}
	for range 8 {
		if <-ended == nil {
			t.Error("a call that was cut looks finished")
		}
	}
	v.Close()
	transport.CloseIdleConnections()
	// The client's transport closes its side when it gets to it.
	for deadline := time.Now().Add(patience); openFiles(t) > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d files open, %d before", openFiles(t), before)
		}
	}
}

// openFiles is how many file descriptors the process has, where that can be known.
func openFiles(t *testing.T) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
