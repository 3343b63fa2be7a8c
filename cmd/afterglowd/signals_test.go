//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// startServe starts afterglowd as a program of its own, with one vendor at url. out is its standard output and error, of
// which all up to where it listens, at base, is read. The test ends it.
func startServe(t *testing.T, url string) (cmd *exec.Cmd, out *os.File, base, state string) {
	t.Helper()
	dir := t.TempDir()
	file, state := filepath.Join(dir, "config.toml"), filepath.Join(dir, "state")
	text := fmt.Sprintf("listen = \"127.0.0.1:0\"\n[[vendors]]\nname = \"own\"\ndialect = \"anthropic\"\nbase_url = %q\n"+
		"auth = \"x-api-key\"\nkey = \"k-0123456789\"\ndefault_model = \"m\"\n", url)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command("afterglowd", "serve", "--config", file, "--state", state)
	cmd.Stdout, cmd.Stderr, cmd.Env = end, end, append(os.Environ(), "HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end.Close()
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait(); out.Close() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, base, ok := strings.Cut(lines.Text(), "listens on "); ok {
			return cmd, out, base, state
		}
	}
	t.Fatal("it ended before it listened")
	return
}

const hello = `{"model":"claude-sonnet-4-6","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}`

func answerMessage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"ok"}],`+
		`"stop_reason":"end_turn","usage":{"input_tokens":5,"output_tokens":2}}`)
}

func TestALogThatNobodyReadsEndsNoCall(t *testing.T) {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answerMessage(w) }))
	defer vendor.Close()
	_, out, base, _ := startServe(t, vendor.URL)
	out.Close()
	for range 3 { // each writes a line of the log at its end
		resp, err := http.Post(base+"/v1/messages", "application/json", strings.NewReader(hello))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Fatal(resp.Status)
		}
	}
}

func TestAHangupWaitsForTheCallsAsTERMDoes(t *testing.T) {
	asked, ended := make(chan struct{}), make(chan struct{})
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		close(asked)
		<-ended
		answerMessage(w)
	}))
	defer vendor.Close()
	cmd, out, base, state := startServe(t, vendor.URL)
	go io.Copy(io.Discard, out)
	status := make(chan string, 1)
	go func() {
		resp, err := http.Post(base+"/v1/messages", "application/json", strings.NewReader(hello))
		if err != nil {
			status <- err.Error()
			return
		}
		resp.Body.Close()
		status <- resp.Status
	}()
	<-asked
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for { // it listens no longer: the signal has been heard
		resp, err := http.Get(base + "/health")
		if err != nil {
			break
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			break
		}
	}
	close(ended)
	if got := <-status; got != "200 OK" {
		t.Error(got)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(state, "instance.json")); !os.IsNotExist(err) {
		t.Error("instance.json is left:", err)
	}
}
