package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/logging"
)

func serveCommand(set *proxy.Setup) *cobra.Command {
	verbose, disconnect := false, false
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the proxy until it is stopped",
		Long: `Run the proxy until it is stopped. After SIGTERM, SIGINT or SIGHUP it waits for the calls in progress, up
to the configured drain time. A second signal ends it at once. At its end it prints which coding agents are still connected.
With --disconnect, or if the setting of the desktop application is "always", it disconnects them. The next start with
the same state folder connects them again.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			claim, err := set.Claim()
			if err != nil {
				return err
			}
			defer claim.Release()
			log, err := cli.OpenLog(*set, "", cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer log.Close()
			if err := claim.Problem(); err != nil {
				log.Warn("the state folder cannot be locked, so a second Afterglow would not notice this one", "error", err)
			}
			if verbose {
				log.SetLevel(slog.LevelDebug)
			}
			return serve(cmd, *set, log, func(s *proxy.Server) bool {
				if cmd.Flags().Changed(disconnectFlag) {
					return disconnect
				}
				return s.Desktop().DisconnectOnQuit == config.QuitAlways
			})
		},
	}
	cli.ServeFlags(cmd.Flags(), set)
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "log everything, whatever log level is configured")
	cmd.Flags().BoolVar(&disconnect, disconnectFlag, false, "disconnect the clients at the end, until the next start")
	return cmd
}

const disconnectFlag = "disconnect"

// serve runs the proxy. disconnect is asked at its end whether clients are to be disconnected.
func serve(cmd *cobra.Command, set proxy.Setup, log *logging.Log, disconnect func(*proxy.Server) bool) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(proxy.GCPercent)
	}
	ctx, stop := cli.UntilSignal(cmd.Context())
	defer stop()
	server, err := proxy.Open(ctx, set, log)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.Listen(); err != nil {
		return err
	}
	st := server.Status()
	fmt.Fprintf(cmd.OutOrStdout(), "Afterglow listens on http://%s\n", st.Addr)
	if st.Demo {
		fmt.Fprintln(cmd.OutOrStdout(), "Demo mode: the vendors and the calls are simulated.")
	}
	fmt.Fprintf(cmd.OutOrStdout(), "  export ANTHROPIC_BASE_URL=http://%s\n", st.Addr)
	if st.NoLogin {
		fmt.Fprintln(cmd.OutOrStdout(), "  export ANTHROPIC_AUTH_TOKEN="+config.Placeholder)
	}
	return runAndLeave(ctx, server, func() {
		leaveClients(server, disconnect(server), set, cmd.OutOrStdout(), cmd.ErrOrStderr())
	})
}
