// Command afterglow is Afterglow on the desktop: the proxy, its tray icon and its window.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// version is set when the program is built, from FyneApp.toml; "" in a plain go build.
var version string

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit code: 2 for a command line or a configuration that is wrong,
// 1 for any other failure.
func run(args []string, stdout, stderr io.Writer) int {
	set := proxy.Setup{Demo: proxy.DemoOff}
	hidden, understood := false, false // understood: the command line was
	root := &cobra.Command{
		Use:   "afterglow",
		Short: "A local proxy for coding agents that shows its calls in the tray",
		Long: `Afterglow sends the model calls of coding agents along a chain of vendors. Its tray icon shows how many
are in flight, its window one gauge a model. Without a desktop use afterglowd serve.`,
		Args:          cobra.NoArgs,
		Version:       programVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PreRun:        func(*cobra.Command, []string) { understood = true },
		RunE: func(cmd *cobra.Command, _ []string) error {
			return start(cmd.Context(), set, hidden, stderr)
		},
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	flags := root.Flags()
	flags.StringVar(&set.Config, "config", os.Getenv("AFTERGLOW_CONFIG"), "configuration `file` (AFTERGLOW_CONFIG)")
	flags.StringVar(&set.State, "state", os.Getenv("AFTERGLOW_STATE"), "state `folder` (AFTERGLOW_STATE)")
	flags.StringVar(&set.Listen, "listen", "", "`address` to listen on, in place of the configuration's")
	flags.Var(&set.Demo, "demo", "simulated vendors and traffic: on, off, or auto when no vendor has a key")
	flags.Lookup("demo").NoOptDefVal = string(proxy.DemoOn)
	flags.BoolVar(&hidden, "hidden", false, "start in the tray, without the window")
	if err := root.ExecuteContext(context.Background()); err != nil {
		fmt.Fprintln(stderr, "afterglow:", err)
		var problem *config.Error
		if !understood || errors.As(err, &problem) {
			return 2
		}
		return 1
	}
	return 0
}

// programVersion is the version this program was built as, or else the commit.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return cmp.Or(version, info.Main.Version)
	}
	return cmp.Or(version, "unknown")
}
