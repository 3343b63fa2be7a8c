package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

// against runs a command line against an instance that answers as handler does.
func against(t *testing.T, handler http.HandlerFunc, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	set := proxy.Setup{State: t.TempDir()}
	root := &cobra.Command{Use: "afterglowd"}
	root.AddCommand(callsCommand(&set), statusCommand(&set), unbindCommand(&set))
	var out, errs bytes.Buffer
	code = cli.Run(context.Background(), root, append(args, "--address", server.URL), &out, &errs)
	return code, out.String(), errs.String()
}

// says answers every request with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const twoCalls = `{"calls":[
	{"number":8,"session":"{\"session_id\":\"5f0c1f8e-3b5d\"}","agent":"agent-123456","model":"claude-opus-5-5","vendor":"zhipu","vendor_model":"glm-5.1","phase":"streaming","queued_ms":1200,"first_event_ms":812,"took_ms":61000},
	{"number":7,"session":"s\u001b[2J","model":"a\nb","vendor":"kimi","vendor_model":"kimi-k2.5","phase":"ended","status":529,"outcome":"\u001b]0;x\u0007","took_ms":9,"cost":"¥3.40","usage":{"input_tokens":1200,"output_tokens":34},
	 "tries":[{"vendor":"zhipu","verdict":"next_tier"},{"vendor":"lab","verdict":"skipped"}]}]}`

// RC-78: a session, a model or a vendor's words do not speak to the terminal.
func TestCallsTable(t *testing.T) {
	code, out, errs := against(t, says(200, twoCalls), "calls")
	const want = `NO  TIME                 SESSION   AGENT     MODEL                       VENDOR  PHASE      QUEUED   FIRST  TOOK  TOKENS   COST  STATUS  OUTCOME
 7  -                    s\x1b[2J  -         a\x0ab -> kimi-k2.5         kimi    ended           -       -  9 ms   1,234  ¥3.40  529     \x1b]0;x\x07
 8  -                    5f0c1f8e  agent-12  claude-opus-5-5 -> glm-5.1  zhipu   streaming   1.2 s  812 ms  1m1s       -      -  -       -
`
	if strings.Join(strings.Fields(out), " ") != strings.Join(strings.Fields(want), " ") || code != 0 || strings.Contains(out, "\x1b") {
		t.Errorf("code %d, got\n%s%s\nwant\n%s", code, out, errs, want)
	}
}

// A queued call says its place in the line.
func TestCallsTellAPlaceInTheQueue(t *testing.T) {
	const queued = `{"number":7,"phase":"queued","place":2,"model":"m","vendor":"zhipu","queued_ms":1200}`
	for _, args := range [][]string{{"calls"}, {"calls", "show", "7"}} {
		body := queued
		if len(args) == 1 {
			body = `{"calls":[` + queued + `]}`
		}
		if code, out, errs := against(t, says(200, body), args...); code != 0 || !strings.Contains(out, "queued 2 ") && !strings.Contains(out, "queued 2\n") {
			t.Errorf("%v: code %d, got\n%s%s", args, code, out, errs)
		}
	}
}

func TestCallsFilters(t *testing.T) {
	for flags, want := range map[string]string{
		"-n 1": "8", "-n 9": "7 8", "--failed": "7", "--vendor zhipu": "7 8", "--vendor lab": "", "--vendor kimi": "7",
		"--model glm-5.1": "8", "--model claude-opus-5-5": "8", "--session 5f0c": "8", `--session {"session`: "8", "--session nobody": "",
	} {
		code, out, errs := against(t, says(200, twoCalls), append([]string{"calls"}, strings.Fields(flags)...)...)
		var numbers []string
		for _, line := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
			numbers = append(numbers, strings.Fields(line)[0])
		}
		if got := strings.Join(numbers, " "); code != 0 || got != want {
			t.Errorf("%s: got %q, want %q; %s", flags, got, want, errs)
		}
	}
}

func TestCallsShow(t *testing.T) {
	const record = `{"number":7,"kind":"messages","operation":"messages","model":"m\u001b","vendor":"kimi","status":200,"outcome":"ok","retries":2,"adaptations":["context_management"],
		"usage":{"input_tokens":1200},"request_header":{"User-Agent":"claude-cli/2\u001b","Accept":["a","b"]},
		"tries":[{"vendor":"zhipu","model":"glm-5.1","verdict":"next_tier","reason":"429 [1302] busy","status":429,"took_ms":15020},{"vendor":"kimi","model":"kimi-k2.5","verdict":"commit"}]}`
	code, out, errs := against(t, says(200, record), "calls", "show", "7")
	for _, want := range []string{
		"call         7\n", `model        m\x1b`, "retries      2\n", "adaptations  context_management\n", "1,200 input", "\nrequest header\n",
		`  User-Agent: claude-cli/2\x1b`, "  Accept: b\n", "zhipu   glm-5.1    next_tier  429          -  15.0 s  429 [1302] busy\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s%s", want, out, errs)
		}
	}
	if code != 0 || strings.Contains(out, "\x1b") {
		t.Errorf("code %d, %q", code, out)
	}
}

func TestCallsCancel(t *testing.T) {
	var asked string
	code, out, _ := against(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.URL.Path
		fmt.Fprint(w, `{"status":"cancelled"}`)
	}, "calls", "cancel", "7")
	if code != 0 || asked != "DELETE /api/calls/7" || out != "Call 7 was cancelled.\n" {
		t.Error(code, asked, out)
	}
	code, _, errs := against(t, says(404, `{"status":"not_found"}`), "calls", "cancel", "7")
	if code != 1 || !strings.Contains(errs, "call 7 was not found, or has already ended") {
		t.Error(code, errs)
	}
}

func TestAnswersThatAreNotAfterglows(t *testing.T) {
	for _, h := range []http.HandlerFunc{says(200, "<html>"), says(200, ""), says(200, "[]"), says(302, ""), says(500, "oh\x1b[2J")} {
		code, _, errs := against(t, h, "status")
		if code != 1 || !strings.Contains(errs, "another program is answering at") {
			t.Error(code, errs)
		}
	}
	code, _, errs := against(t, says(403, `{"type":"error","error":{"type":"x","message":"no\u001b[2J"}}`), "status")
	if code != 1 || errs != "afterglowd: no\\x1b[2J (status 403)\n" {
		t.Errorf("%d %q", code, errs)
	}
}

// RC-77
func TestUnbindEscapesTheKey(t *testing.T) {
	var path string
	code, _, _ := against(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		fmt.Fprint(w, `{"status":"removed"}`)
	}, "unbind", `{"session_id":"a/b"}`)
	if want := "/api/session-vendor/%7B%22session_id%22:%22a%2Fb%22%7D"; code != 0 || path != want {
		t.Errorf("%d: got %s, want %s", code, path, want)
	}
}

// A follower shows each call when it comes and when it ends, and none twice.
func TestCallsFollow(t *testing.T) {
	answers := []string{
		`{"calls":[{"number":2,"phase":"queued"},{"number":1,"phase":"ended","outcome":"ok"}]}`,
		`{"calls":[{"number":3,"phase":"ended","outcome":"ok"},{"number":2,"phase":"streaming"},{"number":1,"phase":"ended","outcome":"ok"}]}`,
		`{"calls":[{"number":3,"phase":"ended","outcome":"ok"},{"number":2,"phase":"ended","outcome":"cancelled"}]}`,
		`{"calls":[{"number":3,"phase":"ended","outcome":"ok"},{"number":2,"phase":"ended","outcome":"cancelled"}]}`,
	}
	var mu sync.Mutex
	var asked []string
	ctx, stop := context.WithCancel(context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.RawQuery)
		if len(asked) > len(answers) {
			stop()
			return
		}
		fmt.Fprint(w, answers[len(asked)-1])
	}))
	defer server.Close()
	f := follower{c: newClient(server.Listener.Addr().String(), "", nil), which: &callFilter{last: 20}, pace: time.Millisecond}
	var out bytes.Buffer
	if err := f.run(ctx, &out); err != nil {
		t.Fatal(err)
	}
	if want := "1  ended  ok\n2  queued\n3  ended  ok\n2  ended  cancelled\n"; out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if got := strings.Join(asked, " "); got != " after=1 after=1 after=3 after=3" {
		t.Error(got)
	}
}
