package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/connect"
)

func clientsCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "clients",
		Short: "Show which coding agents are connected to Afterglow",
		Long: `Show which coding agents are connected to Afterglow, and which of their files says so. With --json it is a list
of {"client","name","file","state","error","vendors","chain"}.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, t, err := r.clients(cmd)
			if err != nil {
				return err
			}
			all := d.List(t)
			if r.json {
				return printJSON(cmd.OutOrStdout(), all)
			}
			table := cli.NewTable("CLIENT", "STATE", "FILE")
			for _, s := range all {
				state := string(s.State)
				if s.Error != "" {
					state += ": " + s.Error
				}
				table.Row(s.ID, state, s.File)
			}
			_, err = table.WriteTo(cmd.OutOrStdout())
			return err
		},
	}
	return r.flags(cmd)
}

func connectCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	vendor := ""
	cmd := &cobra.Command{
		Use:   "connect claude-code|codex|opencode",
		Short: "Send a coding agent's calls to Afterglow",
		Long: `Send a coding agent's calls to Afterglow by its own configuration file; disconnect restores it byte for byte. The
address is that of the running instance or else the configuration's. Claude Code calls the chain; Codex and
opencode call one vendor, the first of the chain that speaks their API, or that of --vendor.`,
		Example: `  afterglowd connect claude-code
  afterglowd connect opencode --vendor zhipu`,
		Args:      oneClient,
		ValidArgs: connect.IDs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, t, err := r.clients(cmd)
			if err != nil {
				return err
			}
			if err := d.Connect(args[0], vendor, t); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is connected to %s.\n", args[0], cli.Safe(t.Address))
			return nil
		},
	}
	cmd.Flags().StringVar(&vendor, "vendor", "", "the vendor that Codex or opencode calls")
	r.addressFlag(cmd)
	return cmd
}

func disconnectCommand(set *proxy.Setup) *cobra.Command {
	return &cobra.Command{
		Use:       "disconnect claude-code|codex|opencode",
		Short:     "Take back what connect did",
		Long:      `Take back what connect did. What was changed in the client's file since stays.`,
		Args:      oneClient,
		ValidArgs: connect.IDs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := set.StateDir()
			if err != nil {
				return err
			}
			if err := connect.New(dir).Disconnect(args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is as it was before it was connected.\n", args[0])
			return nil
		},
	}
}

func oneClient(_ *cobra.Command, args []string) error {
	if len(args) != 1 || !slices.Contains(connect.IDs(), args[0]) {
		return cli.Misused("expected one of %s", strings.Join(connect.IDs(), ", "))
	}
	return nil
}

// clients are those of this user, and what they are to be connected to.
func (r *remote) clients(cmd *cobra.Command) (*connect.Desk, connect.Target, error) {
	_, conf, err := r.set.Load()
	if err != nil {
		return nil, connect.Target{}, err
	}
	address, err := r.wherever(cmd, conf)
	if err != nil {
		return nil, connect.Target{}, err
	}
	dir, err := r.set.StateDir()
	if err != nil {
		return nil, connect.Target{}, err
	}
	return connect.New(dir), connect.To(address, conf), nil
}
