package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

func clientsCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "clients",
		Short: "Show which coding agents are connected to Afterglow",
		Long: `Show which coding agents are connected to Afterglow, and which of their files says so. With --json it is a list
of {"client","name","file","state","address","error","vendors","chain","also"}: address is what the client calls,
also are more files of it that were connected.`,
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
				table.Row(s.ID, stateOf(s), s.File)
				for _, file := range s.Also {
					table.Row(s.ID, "was connected there", file)
				}
			}
			_, err = table.WriteTo(cmd.OutOrStdout())
			return err
		},
	}
	return r.flags(cmd)
}

func stateOf(s connect.Status) string {
	switch {
	case s.Error != "":
		return string(s.State) + ": " + s.Error
	case s.State == connect.Elsewhere:
		return string(s.State) + " (" + s.Address + ")"
	}
	return string(s.State)
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
			if err := d.Connect(args[0], connect.Choice{Vendor: vendor}, t); err != nil {
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
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "disconnect claude-code|codex|opencode",
		Short: "Take back what connect did",
		Long: `Take back what connect did. What was changed in the client's file since stays. Where the backup is gone,
what leads to Afterglow is taken out. 1 if the client was not connected.`,
		Args:      oneClient,
		ValidArgs: connect.IDs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := set.StateDir()
			if err != nil {
				return err
			}
			d := connect.New(dir)
			_, t, err := r.clients(cmd)
			if err != nil {
				t = connect.Target{} // with a backup it works without a configuration too
			}
			all, err := d.Disconnect(args[0], false, t)
			return disconnected(cmd, all, err)
		},
	}
	r.addressFlag(cmd)
	return cmd
}

// disconnected says what has come of it.
func disconnected(cmd *cobra.Command, all []connect.Restored, err error) error {
	for _, r := range all {
		fmt.Fprintf(cmd.OutOrStdout(), "%s is disconnected. %s\n", r.Client, cli.Safe(r.String()))
	}
	return err
}

func oneClient(_ *cobra.Command, args []string) error {
	if len(args) != 1 || !slices.Contains(connect.IDs(), args[0]) {
		return cli.Misused("expected one of %s", strings.Join(connect.IDs(), ", "))
	}
	return nil
}

// clients are those of this user, and what they are to be connected to: the running instance, which knows its vendors
// also where they are simulated, or what the configuration says.
func (r *remote) clients(cmd *cobra.Command) (*connect.Desk, connect.Target, error) {
	dir, err := r.set.StateDir()
	if err != nil {
		return nil, connect.Target{}, err
	}
	_, conf, broken := r.set.Load()
	c, err := r.open(cmd.Context())
	var exit *cli.Exit
	switch {
	case err == nil:
		t, err := r.running(cmd, c, conf)
		return connect.New(dir), t, err
	case broken != nil:
		return nil, connect.Target{}, broken
	case !errors.As(err, &exit) || exit.Code != exitNoInstance:
		return nil, connect.Target{}, err
	}
	address, err := r.planned(conf)
	return connect.New(dir), connect.To(address, conf), err
}

// running is the target that an instance describes. One that does not know the question has the configuration's vendors.
func (r *remote) running(cmd *cobra.Command, c *client, conf config.Config) (connect.Target, error) {
	var now proxy.ClientsAnswer
	err := c.get(cmd.Context(), "/api/clients", &now)
	if refused(err, http.StatusNotFound) {
		return connect.To(c.address, conf), nil
	}
	t := connect.Target{Address: c.address, ClientAuth: now.ClientAuth, VendorKeys: now.VendorKeys, Vendors: now.Vendors}
	if now.Token {
		t.Token = conf.Token
	}
	return t, err
}
