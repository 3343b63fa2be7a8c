// Command afterglowd is Afterglow without a desktop: the same proxy, for servers and for machines
// without a screen.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// version is set when the program is built, from FyneApp.toml.
var version = "devel"

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit code: 2 for a command line or a configuration that is
// wrong, 1 for any other failure.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var set proxy.Setup
	understood := false // the command line was
	root := &cobra.Command{
		Use:              "afterglowd",
		Short:            "A local proxy that sends model calls along a chain of vendors",
		Version:          version,
		SilenceErrors:    true,
		SilenceUsage:     true,
		PersistentPreRun: func(*cobra.Command, []string) { understood = true },
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVar(&set.Config, "config", os.Getenv("AFTERGLOW_CONFIG"), "configuration `file` (AFTERGLOW_CONFIG)")
	flags.StringVar(&set.State, "state", os.Getenv("AFTERGLOW_STATE"), "state `folder` (AFTERGLOW_STATE)")
	root.AddCommand(serveCommand(&set), checkCommand(&set))
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(stderr, "afterglowd:", err)
		var problem *config.Error
		if !understood || errors.As(err, &problem) {
			return 2
		}
		return 1
	}
	return 0
}
