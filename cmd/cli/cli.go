// Package cli is what the commands share: flags, exit codes and the end by signal.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// Run executes the command line and returns the exit code: that of an Exit, 2 for a command line or a
// configuration that is wrong, 1 for any other failure. It sets the root's PersistentPreRun.
func Run(ctx context.Context, root *cobra.Command, args []string, stdout, stderr io.Writer) int {
	understood := false // the command line was
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = !root.HasSubCommands()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.InitDefaultCompletionCmd(args...)
	for _, cmd := range root.Commands() {
		refuseUnknown(cmd)
	}
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %s\n", root.Name(), SafeLines(err.Error()))
	var problem *config.Error
	var exit *Exit
	if errors.As(err, &exit) {
		return exit.Code
	}
	if !understood || errors.As(err, &problem) {
		return 2
	}
	return 1
}

// refuseUnknown makes a command that only has others below it refuse a name that is none of theirs; cobra would
// show its help and call that a success.
func refuseUnknown(cmd *cobra.Command) {
	if !cmd.HasSubCommands() || cmd.Runnable() {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// Exit is an error with an exit code of its own.
type Exit struct {
	Code int
	Err  error
}

// Error implements error.
func (e *Exit) Error() string { return e.Err.Error() }

// Unwrap returns the error without the code.
func (e *Exit) Unwrap() error { return e.Err }

// Misused says that the command line is wrong: exit code 2.
func Misused(format string, args ...any) error { return &Exit{2, fmt.Errorf(format, args...)} }

// PlaceFlags adds the flags for where the configuration and the state are.
func PlaceFlags(flags *pflag.FlagSet, set *proxy.Setup) {
	flags.StringVar(&set.Config, "config", os.Getenv("AFTERGLOW_CONFIG"), "configuration `file` (AFTERGLOW_CONFIG)")
	flags.StringVar(&set.State, "state", os.Getenv("AFTERGLOW_STATE"), "state `folder` (AFTERGLOW_STATE)")
}

// ServeFlags adds the flags of a command that runs the proxy.
func ServeFlags(flags *pflag.FlagSet, set *proxy.Setup) {
	set.Demo = proxy.DemoOff
	flags.StringVar(&set.Listen, "listen", "", "`address` to listen on, instead of the configured one")
	flags.Var(&set.Demo, "demo", "simulated vendors and calls: on, off, or auto (if no vendor has a key)")
	flags.Lookup("demo").NoOptDefVal = string(proxy.DemoOn)
}

// UntilSignal returns a context that the first SIGTERM, SIGINT or SIGHUP ends; the second ends the program. SIGHUP comes
// when the terminal is closed. From now on SIGPIPE is ignored: if the reader of the standard output or error goes away,
// as journald does when it is restarted, writing there fails, and the program goes on.
func UntilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Ignore(syscall.SIGPIPE)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt, syscall.SIGHUP)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done(): // ended otherwise; what is left to do may be cut by one signal
		}
		<-signals
		os.Exit(1)
	}()
	return ctx, cancel
}
