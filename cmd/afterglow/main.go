// Command afterglow is Afterglow on the desktop: the proxy, its tray icon and its window.
package main

import (
	"cmp"
	"context"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

// version is set when the program is built, from FyneApp.toml; "" in a plain go build.
var version string

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	set := proxy.Setup{Version: programVersion()}
	hidden := false
	root := &cobra.Command{
		Use:   "afterglow",
		Short: "A local proxy for coding agents that shows its calls in the tray",
		Long: `Afterglow sends the model calls of coding agents along a chain of vendors. Its tray icon shows how many
are in flight, its window one gauge a model. Without a desktop use afterglowd serve.`,
		Args:    cobra.NoArgs,
		Version: programVersion(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return start(cmd.Context(), set, hidden, stderr)
		},
	}
	cli.PlaceFlags(root.Flags(), &set)
	cli.ServeFlags(root.Flags(), &set)
	root.Flags().BoolVar(&hidden, "hidden", false, "start in the tray, without the window")
	return cli.Run(context.Background(), root, args, stdout, stderr)
}

// programVersion is the version this program was built as, or else the commit.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return cmp.Or(version, info.Main.Version)
	}
	return cmp.Or(version, "unknown")
}
