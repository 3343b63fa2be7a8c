package simvendor

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func start(t *testing.T, opts Options) *Vendor {
	t.Helper()
	v, err := Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

func send(t *testing.T, v *Vendor, body string, header ...string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequest("POST", v.URL()+"/v1/messages?beta=true", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp, string(answer), err
}

func TestTextAsStreamAndWhole(t *testing.T) {
	v := start(t, Options{})
	resp, answer, err := send(t, v, `{"model":"m","stream":true}`)
	if err != nil || resp.Header.Get("Content-Type") != "text/event-stream" || !strings.HasSuffix(answer, "{\"type\":\"message_stop\"}\n\n") {
		t.Fatalf("%v %v %s", err, resp.Header, answer)
	}
	resp, answer, err = send(t, v, `{"model":"m"}`)
	if err != nil || resp.Header.Get("Content-Type") != "application/json" || !strings.Contains(answer, `"text":"Hello from a simulated vendor."`) {
		t.Fatalf("%v %v %s", err, resp.Header, answer)
	}
	calls := v.Calls()
	if len(calls) != 2 || calls[0].N != 1 || !calls[0].Stream || calls[1].Model != "m" || calls[1].Query != "beta=true" || calls[1].Body != `{"model":"m"}` {
		t.Fatalf("%+v", calls)
	}
}

func TestOneTooManyIsRefused(t *testing.T) {
	gate := make(chan struct{})
	v := start(t, Options{Concurrency: 1, Script: func(Call) Answer { return Answer{Chunks: []Chunk{{Gate: gate, Bytes: "x"}}} }})
	done := make(chan struct{})
	go func() {
		defer close(done)
		send(t, v, `{}`)
	}()
	for now := 0; now == 0; now, _ = v.Load() {
		time.Sleep(time.Millisecond)
	}
	if resp, answer, _ := send(t, v, `{}`); resp.StatusCode != 429 || !strings.Contains(answer, `"code":"1302"`) {
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	close(gate)
	<-done
	if resp, _, _ := send(t, v, `{}`); resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode)
	}
	if _, peak := v.Load(); peak != 1 {
		t.Fatal("peak", peak)
	}
}

func TestKeyIsChecked(t *testing.T) {
	v := start(t, Options{Key: "right"})
	if resp, _, _ := send(t, v, `{}`, "x-api-key", "wrong"); resp.StatusCode != 401 {
		t.Fatal(resp.StatusCode)
	}
	if resp, _, _ := send(t, v, `{}`, "x-api-key", "right"); resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode)
	}
}

func TestChunksAndCut(t *testing.T) {
	v := start(t, Options{Script: func(Call) Answer {
		return Answer{Header: http.Header{"Content-Type": {"text/event-stream"}}, Chunks: []Chunk{{Bytes: "da"}, {Bytes: "ta: 1"}}, Cut: true}
	}})
	resp, answer, err := send(t, v, `{"stream":true}`)
	if err == nil || answer != "data: 1" || resp.StatusCode != 200 {
		t.Fatalf("%q %v", answer, err)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	v, err := Start(Options{Script: func(Call) Answer { return Answer{Chunks: []Chunk{{Gate: make(chan struct{})}}} }})
	if err != nil {
		t.Fatal(err)
	}
	stuck := make(chan error)
	go func() {
		resp, err := http.Post(v.URL(), "application/json", strings.NewReader(`{"stream":true}`))
		if err == nil {
			resp.Body.Close()
		}
		stuck <- err
	}()
	for now := 0; now == 0; now, _ = v.Load() {
		time.Sleep(time.Millisecond)
	}
	v.Close()
	<-stuck
	http.DefaultClient.CloseIdleConnections()
}

func TestDemoTraffic(t *testing.T) {
	defer goleak.VerifyNone(t)
	d, err := StartDemo()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if len(d.Config.Vendors) != 4 || d.Config.Vendors[0].Limit.Total != 5 || d.Config.Vendors[0].Accepts.Thinking != "enabled" {
		t.Fatalf("%+v", d.Config)
	}
	v, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Traffic(ctx, v.URL(), 1)
	}()
	deadline := time.Now().Add(20 * time.Second)
	for len(v.Calls()) == 0 && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	<-done
	if calls := v.Calls(); len(calls) == 0 || !calls[0].Stream || !strings.HasPrefix(calls[0].Model, "claude-") {
		t.Fatalf("%+v", calls)
	}
}
