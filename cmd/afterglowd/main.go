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
	"afterglow/proxy/migrate"
	"afterglow/proxy/upstream"
)

// version is set when the program is built, from FyneApp.toml; "" in a plain go build.
var version string

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Run(ctx, rootCommand(), args, stdout, stderr)
}

func rootCommand() *cobra.Command {
	set := proxy.Setup{Version: cli.Version(version)}
	root := &cobra.Command{
		Use:   "afterglowd",
		Short: "A local proxy that sends model calls to a chain of vendors",
		Long: `A local proxy that sends model calls to a chain of vendors, and the commands to manage it. The exit code is
0 for success, 1 for a failure, 2 if the command line or the configuration is wrong, and 3 if the command
needs a running instance and there is none.`,
		Version: cli.VersionAndCommit(version),
	}
	cli.PlaceFlags(root.PersistentFlags(), &set)
	root.AddCommand(serveCommand(&set), checkCommand(&set), authCommand(&set, upstream.Sites{}), envCommand(&set), importCommand(&set, converters{migrate.Convert, importUsage}),
		statusCommand(&set), callsCommand(&set), usageCommand(&set, openBook),
		limitCommand(&set), orderCommand(&set), resetCommand(&set), bindCommand(&set), unbindCommand(&set),
		clientsCommand(&set), connectCommand(&set), disconnectCommand(&set),
		vendorCommand(&set))
	return root
}
