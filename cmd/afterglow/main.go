// Command afterglow is Afterglow on the desktop: the proxy, its tray icon and its window.
package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

// version is set when the program is built, from FyneApp.toml; "" in a plain go build.
var version string

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	return cli.Run(context.Background(), rootCommand(stderr), args, stdout, stderr)
}

func rootCommand(stderr io.Writer) *cobra.Command {
	set := proxy.Setup{Version: cli.Version(version)}
	hidden := false
	root := &cobra.Command{
		Use:   "afterglow",
		Short: "A local proxy for coding agents, with a tray icon and a window",
		Long: `Afterglow sends the model calls of coding agents to a chain of vendors. Its tray icon shows how many calls are
in flight, and its window shows the calls, queues and limits of each model. Without a desktop use afterglowd serve.`,
		Args:    cobra.NoArgs,
		Version: cli.VersionAndCommit(version),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return startOrSay(cmd.Context(), set, hidden, stderr)
		},
	}
	cli.PlaceFlags(root.Flags(), &set)
	cli.ServeFlags(root.Flags(), &set)
	root.Flags().BoolVar(&hidden, "hidden", false, "start in the tray, without opening the window")
	return root
}
