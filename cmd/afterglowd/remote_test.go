package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

func TestReachable(t *testing.T) {
	for listen, want := range map[string]string{
		"0.0.0.0:3392": "127.0.0.1:3392", "[::]:3392": "[::1]:3392", ":3392": "127.0.0.1:3392", "localhost:1": "127.0.0.1:1",
		"127.0.0.1:3392": "127.0.0.1:3392", "192.0.2.7:1": "192.0.2.7:1", "[::1]:1": "[::1]:1",
	} {
		if got := connect.Reachable(listen); got != want {
			t.Errorf("%s: got %s, want %s", listen, got, want)
		}
	}
}

func TestAddressFlag(t *testing.T) {
	for given, want := range map[string]string{"127.0.0.1:1": "127.0.0.1:1", "http://localhost:2/": "127.0.0.1:2", "http://[::1]:3": "[::1]:3"} {
		if got, err := hostPort(given); err != nil || got != want {
			t.Errorf("%s: got %s, %v", given, got, err)
		}
	}
	for _, given := range []string{"nowhere", "http://127.0.0.1", "https://127.0.0.1:1", "http://u:p@127.0.0.1:1", "http://127.0.0.1:1/x", "127.0.0.1:", "://"} {
		var exit *cli.Exit
		if got, err := hostPort(given); !errors.As(err, &exit) || exit.Code != 2 {
			t.Errorf("%s: got %s, %v", given, got, err)
		}
	}
}

// A server that was killed leaves its file: the address refuses, and the configuration's is tried.
func TestStaleInstanceFile(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir()
	set := proxy.Setup{Config: filepath.Join(dir, "config.toml"), State: dir, Listen: l.Addr().String()}
	for file, text := range map[string]string{set.Config: `tiers = ["anthropic"]`, proxy.InstancePath(dir): `{"address":"127.0.0.1:1","pid":1}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := (&remote{set: &set}).open(context.Background())
	if err != nil || c.address != l.Addr().String() {
		t.Error(c, err)
	}
}

func TestEnvQuotesForEveryShell(t *testing.T) {
	conf := config.Config{Token: `a'b\c$d`, Vendors: []config.Vendor{{Auth: config.AuthBearer}}}
	for shell, want := range map[string]string{
		"bash": `export ANTHROPIC_AUTH_TOKEN='a'\''b\c$d'`, "zsh": `export ANTHROPIC_AUTH_TOKEN='a'\''b\c$d'`,
		"fish": `set -gx ANTHROPIC_AUTH_TOKEN 'a\'b\\c$d'`, "powershell": `$Env:ANTHROPIC_AUTH_TOKEN = 'a''b\c$d'`,
	} {
		if got := connect.Variables(connect.To("127.0.0.1:1", conf), connect.Usual, connect.Shell{})[1].Line(shell); got != want {
			t.Errorf("%s: got %s, want %s", shell, got, want)
		}
	}
}

// The client's own sign-in goes through to Anthropic, so that the token must not take its header.
func TestEnvLeavesTheClientsCredentials(t *testing.T) {
	conf := config.Config{Token: "t", Vendors: []config.Vendor{{Auth: config.AuthBearer}, {Auth: config.AuthClient}}}
	if vars := connect.Variables(connect.To("127.0.0.1:1", conf), connect.Usual, connect.Shell{}); len(vars) != 2 || vars[1] != (connect.Variable{Name: "ANTHROPIC_CUSTOM_HEADERS", Value: "X-Afterglow-Token: t"}) {
		t.Error(vars)
	}
}

func TestShellIsTheUsers(t *testing.T) {
	for shell, want := range map[string]string{"/bin/zsh": "zsh", "/usr/bin/fish": "fish", "/bin/sh": "bash", "/opt/pwsh": "powershell"} {
		t.Setenv("SHELL", shell)
		if got := shellOf(nil); got != want {
			t.Errorf("%s: got %s", shell, got)
		}
	}
}
