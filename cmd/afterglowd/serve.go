package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"afterglow/proxy"
)

func serveCommand(set *proxy.Setup) *cobra.Command {
	set.Demo = proxy.DemoOff
	verbose := false
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the proxy until it is told to stop",
		Long: `Run the proxy until it is told to stop. SIGTERM and SIGINT let calls under way finish, for as long
as the configuration's drain; a second signal ends at once.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			level := slog.LevelInfo
			if verbose {
				level = slog.LevelDebug
			}
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
			return serve(cmd, *set, log)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&set.Listen, "listen", "", "`address` to listen on, in place of the configuration's")
	flags.Var(&set.Demo, "demo", "simulated vendors and traffic: on, off, or auto when no vendor has a key")
	flags.Lookup("demo").NoOptDefVal = string(proxy.DemoOn)
	flags.BoolVarP(&verbose, "verbose", "v", false, "log more")
	return cmd
}

func serve(cmd *cobra.Command, set proxy.Setup, log *slog.Logger) error {
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	server, err := proxy.Open(ctx, set, log)
	if err != nil {
		return err
	}
	if err := server.Listen(); err != nil {
		return err
	}
	st := server.Status()
	fmt.Fprintf(cmd.OutOrStdout(), "Afterglow listens on http://%s\n", st.Addr)
	if st.Demo {
		fmt.Fprintln(cmd.OutOrStdout(), "The vendors are simulated, and so is the traffic.")
	}
	fmt.Fprintf(cmd.OutOrStdout(), "  export ANTHROPIC_BASE_URL=http://%s\n", st.Addr)
	return server.Run(ctx)
}

// untilSignal returns a context that the first signal ends; the second ends the program.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	go func() {
		defer signal.Stop(signals)
		select {
		case <-ctx.Done():
			return
		case <-signals:
			cancel()
		}
		<-signals
		os.Exit(1)
	}()
	return ctx, cancel
}
