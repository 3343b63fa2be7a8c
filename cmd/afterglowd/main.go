// Command afterglowd is Afterglow without a desktop: the same proxy, for servers and for machines
// without a screen.
package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/vendor"
)

// version is set when the program is built, from FyneApp.toml.
var version = "devel"

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var set proxy.Setup
	root := &cobra.Command{
		Use:     "afterglowd",
		Short:   "A local proxy that sends model calls along a chain of vendors",
		Version: version,
	}
	cli.PlaceFlags(root.PersistentFlags(), &set)
	root.AddCommand(serveCommand(&set), checkCommand(&set), authCommand(&set, vendor.Sites{}))
	return cli.Run(ctx, root, args, stdout, stderr)
}
