package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/upstream"
)

// A user signs in on the command line: the code is shown, the token is kept and never shown.
func TestAuthLoginWithGitHub(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	hub := &fakevendor.GitHub{Token: "gho_planted", Polls: 1}
	server := httptest.NewServer(hub)
	defer server.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, []byte("listen = \"127.0.0.1:0\"\ntiers = [\"copilot\"]"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	auth := func(args ...string) int {
		out.Reset()
		errs.Reset()
		set := proxy.Setup{Config: file, State: dir}
		root := &cobra.Command{Use: "afterglowd"}
		root.AddCommand(authCommand(&set, upstream.Sites{GitHubDevice: server.URL + fakevendor.GitHubDevicePath, GitHubToken: server.URL + fakevendor.GitHubTokenPath}))
		return cli.Run(context.Background(), root, append([]string{"auth"}, args...), &out, &errs)
	}
	if code := auth("login", "github"); code != 0 || !strings.Contains(out.String(), "enter the code "+fakevendor.UserCode) || strings.Contains(out.String(), "planted") {
		t.Fatal(code, out.String(), errs.String())
	}
	if token, err := credential.OpenFile(dir).Get("github"); err != nil || token.Access != "gho_planted" {
		t.Error(token, err)
	}
	if code := auth("status"); code != 0 || !strings.Contains(out.String(), "signed in with github") {
		t.Error(out.String())
	}
	if code := auth("logout", "copilot"); code != 0 {
		t.Error(errs.String())
	}
	hub.Lock()
	hub.Refusal = "access_denied"
	hub.Unlock()
	if code := auth("login", "copilot"); code != 1 || !strings.Contains(errs.String(), "access_denied") {
		t.Error(code, errs.String())
	}
	if _, err := credential.OpenFile(dir).Get("github"); err != credential.ErrNone {
		t.Error(err)
	}
}
