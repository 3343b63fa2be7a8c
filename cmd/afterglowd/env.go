package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

func envCommand(set *proxy.Setup) *cobra.Command {
	r, credentials := &remote{set: set}, credentialFlags{}
	cmd := &cobra.Command{
		Use:   "env [bash|zsh|fish|powershell|cmd]",
		Short: "Print the shell variables that send Claude Code to Afterglow",
		Long: `Print the shell variables that send Claude Code to Afterglow: the address of the running instance, or else the
configured one, and credentials. ANTHROPIC_AUTH_TOKEN is the configured token, or else a placeholder with which
Claude Code starts without a login. If a vendor of the chain uses the client's own credentials and Claude Code is
signed in, its credentials stay, and the token is printed in ANTHROPIC_CUSTOM_HEADERS. To choose, pass --placeholder
or --own-credentials. Without an argument the shell is taken from $SHELL. With --json it prints one object:
{"ANTHROPIC_BASE_URL":"http://127.0.0.1:3392"}.`,
		Example: `  eval "$(afterglowd env)"
  afterglowd env fish | source
  afterglowd env powershell | Out-String | Invoke-Expression`,
		ValidArgs: connect.Shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && !slices.Contains(connect.Shells, args[0]) {
				return cli.Misused("expected one of %s", strings.Join(connect.Shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			_, t, err := r.clients(cmd)
			if err != nil {
				return err
			}
			vars := connect.Variables(t, credentials.chosen(), connect.ThisShell())
			if r.json {
				object := map[string]string{}
				for _, v := range vars {
					object[v.Name] = v.Value
				}
				return printJSON(cmd.OutOrStdout(), object)
			}
			for _, v := range vars {
				fmt.Fprintln(cmd.OutOrStdout(), v.Line(shellOf(args)))
			}
			return nil
		},
	}
	credentials.add(cmd)
	return r.flags(cmd)
}

// credentialFlags choose what Claude Code signs its calls with.
type credentialFlags struct{ placeholder, own bool }

func (f *credentialFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.placeholder, "placeholder", false, "Claude Code needs no login; vendors that take its own credentials get none")
	cmd.Flags().BoolVar(&f.own, "own-credentials", false, "Claude Code keeps its own login or key")
	cmd.MarkFlagsMutuallyExclusive("placeholder", "own-credentials")
}

func (f *credentialFlags) chosen() connect.Credentials {
	switch {
	case f.placeholder:
		return connect.Placeholder
	case f.own:
		return connect.Own
	}
	return connect.Usual
}

// planned is the address that an instance will have: that of --address or the configuration's.
func (r *remote) planned(conf config.Config) (string, error) {
	if r.address != "" {
		return hostPort(r.address)
	}
	return connect.Reachable(conf.Listen), nil
}

// shellOf is the shell that was asked for, or else the user's.
func shellOf(args []string) string {
	if len(args) == 1 {
		return args[0]
	}
	shell := strings.TrimSuffix(path.Base(filepath.ToSlash(os.Getenv("SHELL"))), ".exe")
	switch {
	case slices.Contains(connect.Shells, shell):
		return shell
	case shell == "pwsh" || runtime.GOOS == "windows" && os.Getenv("SHELL") == "":
		return "powershell"
	}
	return "bash"
}
