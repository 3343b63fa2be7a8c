package proxy

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/simvendor"
)

// The real clients, connected by their own files, call Afterglow and show the answer; disconnected, their files are as
// they were. AFTERGLOW_REAL_CLIENTS names the folder with their programs: claude, codex and opencode, or some of them.
func TestRealClients(t *testing.T) {
	bin := os.Getenv("AFTERGLOW_REAL_CLIENTS")
	if bin == "" {
		t.Skip("AFTERGLOW_REAL_CLIENTS names no folder with clients")
	}
	for _, c := range []struct {
		id, kind, path string
		run            []string
		file, before   string
	}{
		{"claude-code", "", "", []string{"claude", "-p", "hi"}, "claude/settings.json", "{\n  \"env\": {\"DISABLE_TELEMETRY\": \"1\"},\n  \"includeCoAuthoredBy\": false\n}\n"},
		{"codex", "route", "openai", []string{"codex", "exec", "--skip-git-repo-check", "--sandbox", "read-only", "hi"}, "codex/config.toml", "# mine\nmodel = \"gpt-5.5\"\n\n[analytics]\nenabled = false # not here\n"},
		{"opencode", "route", "zhipu", []string{"opencode", "run", "--model", "afterglow/glm-5.1", "hi"}, "xdg/opencode/opencode.jsonc",
			// opencode adds $schema itself where it is missing
			"{\n  // mine\n  \"$schema\": \"https://opencode.ai/config.json\",\n  \"autoupdate\": false,\n  \"share\": \"disabled\",\n}\n"},
	} {
		t.Run(c.id, func(t *testing.T) {
			program := filepath.Join(bin, c.run[0])
			if _, err := os.Stat(program); err != nil {
				t.Skip(err)
			}
			home := clientHome(t)
			file := filepath.Join(home, c.file)
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			writeFile(t, file, c.before)
			s := connectable(t, filepath.Join(home, "state"))
			if err := s.Connect(c.id, connect.Choice{}); err != nil {
				t.Fatal(err)
			}
			out := runClient(t, home, program, c.run[1:])
			if !strings.Contains(out, "Hello from a simulated vendor.") {
				t.Errorf("it printed %s\nwith %s", out, textOf(t, file))
			}
			served := false
			for _, call := range endedCalls(s) {
				rec := s.json(call, nil, false)
				t.Logf("%s %s %s %s: %d %s", rec.Kind, rec.Operation, rec.Vendor, rec.VendorModel, rec.Status, rec.Outcome)
				served = served || rec.Outcome == "ok" && (c.kind == "" || rec.Kind == c.kind && rec.Vendor == c.path)
			}
			if !served {
				t.Error("no call came")
			}
			if _, err := s.Disconnect(c.id); err != nil {
				t.Error(err)
			}
			if got := textOf(t, file); got != c.before {
				t.Errorf("got %q, want %q", got, c.before)
			}
		})
	}
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
	v := simulated(t, func(c simvendor.Call) simvendor.Answer {
		if strings.HasSuffix(c.Path, "/chat/completions") {
			return simvendor.Chat{Model: c.Model, Text: "Hello from a simulated vendor."}.Answer()
		}
		return simvendor.Text("Hello from a simulated vendor.")
	})
	up := newUpstream(t, answerResponses)
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

// runClient runs a client with nothing of this environment but where its files are.
func runClient(t *testing.T, home, program string, args []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Join(home, "project")
	if err := os.MkdirAll(cmd.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "ANTHROPIC_API_KEY=theirs", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "HTTPS_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1"}
	for _, name := range []string{"HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		cmd.Env = append(cmd.Env, name+"="+os.Getenv(name))
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr, cmd.Stdin = &out, &out, strings.NewReader("")
	cmd.WaitDelay = time.Minute
	if err := cmd.Run(); err != nil {
		t.Errorf("%s: %v", program, err)
	}
	return out.String()
}

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
