package main

import (
	"errors"
	"fmt"
	"io"
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

// shells are those that env knows.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func envCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "env [bash|zsh|fish|powershell]",
		Short: "Print what to set in a shell so that Claude Code calls Afterglow",
		Long: `Print what to set in a shell so that Claude Code calls Afterglow: its address, that of the running instance
or else the configuration's, and where the configuration has a token, the token. The token stands in
ANTHROPIC_AUTH_TOKEN, or where a vendor of the chain is called with the client's own credentials, which
that would displace, in ANTHROPIC_CUSTOM_HEADERS. Without an argument the shell is that of $SHELL.
With --json it is one object: {"ANTHROPIC_BASE_URL":"http://127.0.0.1:3392"}.`,
		Example: `  eval "$(afterglowd env)"
  afterglowd env fish | source
  afterglowd env powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && !slices.Contains(shells, args[0]) {
				return cli.Misused("expected one of %s", strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			_, conf, err := set.Load()
			if err != nil {
				return err
			}
			address, err := r.wherever(cmd, conf)
			if err != nil {
				return err
			}
			vars := connect.Variables(connect.To(address, conf))
			if r.json {
				object := map[string]string{}
				for _, v := range vars {
					object[v.Name] = v.Value
				}
				return printJSON(cmd.OutOrStdout(), object)
			}
			printVariables(cmd.OutOrStdout(), shellOf(args), vars)
			return nil
		},
	}
	return r.flags(cmd)
}

// wherever is the address of the running instance, or where none runs the one that it will have.
func (r *remote) wherever(cmd *cobra.Command, conf config.Config) (string, error) {
	c, err := r.open(cmd.Context())
	if err == nil {
		return c.address, nil
	}
	var exit *cli.Exit
	if !errors.As(err, &exit) || exit.Code != exitNoInstance {
		return "", err
	}
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
	case slices.Contains(shells, shell):
		return shell
	case shell == "pwsh" || runtime.GOOS == "windows" && os.Getenv("SHELL") == "":
		return "powershell"
	}
	return "bash"
}

// printVariables writes the lines of a shell. A value is quoted so that the shell takes nothing in it as its own.
func printVariables(w io.Writer, shell string, vars []connect.Variable) {
	for _, v := range vars {
		switch shell {
		case "fish":
			quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v.Value)
			fmt.Fprintf(w, "set -gx %s '%s'\n", v.Name, quoted)
		case "powershell":
			fmt.Fprintf(w, "$Env:%s = '%s'\n", v.Name, strings.ReplaceAll(v.Value, `'`, `''`))
		default:
			fmt.Fprintf(w, "export %s='%s'\n", v.Name, strings.ReplaceAll(v.Value, `'`, `'\''`))
		}
	}
}
