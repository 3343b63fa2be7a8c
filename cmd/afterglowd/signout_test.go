package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/upstream"
)

// A running instance went on with a sign-in that the command line had forgotten.
func TestAuthLogoutTellsTheRunningInstance(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	answers := []string{"cancelled", "signed out"}
	status := http.StatusOK
	var asked []string
	instance := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"status":%q}`, answers[len(asked)])
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+" "+r.Header.Get(tokenHeader))
	}))
	defer instance.Close()
	dir := t.TempDir()
	set := proxy.Setup{Config: filepath.Join(dir, "config.toml"), State: dir}
	found, err := json.Marshal(proxy.Instance{Address: instance.Listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		set.Config:              "listen = \"127.0.0.1:0\"\ntoken = \"0123456789abcdef\"\ntiers = [\"copilot\"]",
		proxy.InstancePath(dir): string(found),
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	logout := func() (int, string) {
		root := &cobra.Command{Use: "afterglowd"}
		root.AddCommand(authCommand(&set, upstream.Sites{}))
		var out bytes.Buffer
		return cli.Run(context.Background(), root, []string{"auth", "logout", "github"}, &out, &out), out.String()
	}
	code, out := logout()
	if code != 0 || !strings.Contains(out, "The running instance signed out.") {
		t.Error(code, out)
	}
	const call = "DELETE /api/reauth/github application/json 0123456789abcdef"
	if got := strings.Join(asked, "\n"); got != call+"\n"+call {
		t.Error(got)
	}
	asked, status = nil, http.StatusNotFound // its chain has no such vendor
	if code, out := logout(); code != 0 || strings.Contains(out, "signed out") || len(asked) != 1 {
		t.Error(code, out)
	}
	asked, status = nil, http.StatusInternalServerError
	if code, out := logout(); code != 1 || !strings.Contains(out, "sign out of the running instance") {
		t.Error(code, out)
	}
}
