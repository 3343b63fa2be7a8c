package main

import (
	"errors"
	"fmt"
	"io"
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
		Long: `Show which coding agents are connected to Afterglow, and their settings files. Below the table are other settings
that decide where the calls of a connected client go: in its own file, in the project of this folder, in an
administrator's file and in this shell. With --json it prints a list of
{"client","name","file","state","address","error","vendors","chain","also","credentials","login_vendors","findings"}:
address is what the client calls, also has other files of the client that were connected, and findings has
those settings, {"kind","file","key","value","overrides","replaced","aside"}.`,
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
			return printClients(cmd.OutOrStdout(), all)
		},
	}
	return r.flags(cmd)
}

func printClients(out io.Writer, all []connect.Status) error {
	table := cli.NewTable("CLIENT", "STATE", "FILE")
	for _, s := range all {
		table.Row(s.ID, stateOf(s), s.File)
		for _, file := range s.Also {
			table.Row(s.ID, "also connected", file)
		}
	}
	if _, err := table.WriteTo(out); err != nil {
		return err
	}
	for _, s := range all {
		if s.State != connect.Connected {
			continue
		}
		for i, f := range s.Findings {
			if i == 0 {
				fmt.Fprintf(out, "\n%s:\n", s.ID)
			}
			fmt.Fprintf(out, "  %s\n", cli.Safe(f.String()))
		}
	}
	return nil
}

func stateOf(s connect.Status) string {
	over := s.Overridden()
	switch {
	case s.Error != "":
		return string(s.State) + ": " + s.Error
	case s.State == connect.Elsewhere:
		return string(s.State) + " (" + s.Address + ")"
	case over != nil:
		return string(s.State) + ", but overridden by " + placeOf(*over)
	}
	return string(s.State)
}

// placeOf is where a setting stands.
func placeOf(f connect.Finding) string {
	switch {
	case f.File == "":
		return f.Key + " in this shell"
	case f.Key == "":
		return f.File
	}
	return f.File + " (" + f.Key + ")"
}

// connecting is one run of connect.
type connecting struct {
	vendor      string
	credentials credentialFlags
	setAside    bool
}

func connectCommand(set *proxy.Setup) *cobra.Command {
	r, c := &remote{set: set}, &connecting{}
	cmd := &cobra.Command{
		Use:   "connect claude-code|codex|opencode",
		Short: "Send a coding agent's calls to Afterglow",
		Long: `Send a coding agent's calls to Afterglow. The command writes Afterglow's address into the agent's own settings file;
disconnect restores the file exactly. The address is that of the running instance, or else the configured one.
Claude Code uses the vendor chain. Codex and opencode use one vendor: the first one in the chain that has their
API, or the one of --vendor.

Claude Code gets a placeholder for a key, so it starts without a login. If a vendor of the chain uses the client's
own credentials, the command asks whether Claude Code keeps its own login. --placeholder and --own-credentials
answer that. Without a terminal, Claude Code keeps its own login if it is signed in.

The command lists settings that send calls elsewhere, or that contain another vendor's key or model: in the client's
file, in the project of this folder, in an administrator's file and in this shell. It asks whether to set them
aside until the client is disconnected; --set-aside and --set-aside=false answer that.`,
		Example: `  afterglowd connect claude-code
  afterglowd connect claude-code --placeholder --set-aside
  afterglowd connect opencode --vendor zhipu`,
		Args:      oneClient,
		ValidArgs: connect.IDs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, t, err := r.clients(cmd)
			if err != nil {
				return err
			}
			return c.run(cmd, d, t, args[0])
		},
	}
	cmd.Flags().StringVar(&c.vendor, "vendor", "", "the vendor that Codex or opencode uses")
	c.credentials.add(cmd)
	cmd.Flags().BoolVar(&c.setAside, "set-aside", false, "set aside settings that send calls elsewhere, until the client is disconnected")
	r.addressFlag(cmd)
	return cmd
}

func (c *connecting) run(cmd *cobra.Command, d *connect.Desk, t connect.Target, id string) error {
	with := connect.Choice{Vendor: c.vendor, Credentials: c.credentials.chosen()}
	if id != "claude-code" && with.Credentials != connect.Usual {
		return cli.Misused("--placeholder and --own-credentials are for claude-code")
	}
	if id == "claude-code" && len(t.LoginVendors()) > 0 && with.Credentials == connect.Usual {
		var err error
		if with.Credentials, err = askCredentials(cmd, d, t); err != nil {
			return err
		}
	}
	found, err := d.Look(id, with, t)
	if err != nil {
		return err
	}
	if with.SetAside, err = c.askAside(cmd, found); err != nil {
		return err
	}
	if err := d.Connect(id, with, t); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s is connected to %s.%s\n", id, cli.Safe(t.Address), c.signed(d, t, id))
	for _, s := range d.List(t) {
		if over := s.Overridden(); s.ID == id && over != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "Its calls do not reach Afterglow yet: %s overrides the connection.\n", cli.Safe(placeOf(*over)))
		}
	}
	return nil
}

// askCredentials asks whether Claude Code keeps its own credentials.
func askCredentials(cmd *cobra.Command, d *connect.Desk, t connect.Target) (connect.Credentials, error) {
	own := strings.Join(t.LoginVendors(), ", ")
	question := fmt.Sprintf("These vendors use Claude Code's own login: %s. The others need no login.\n"+
		"Should Claude Code keep its own login? Without it, Claude Code cannot use %s.", own, own)
	yes, asked, err := cli.Ask(cmd.InOrStdin(), cmd.ErrOrStderr(), cli.SafeLines(question), connect.SignedIn(d.Shell))
	switch {
	case err != nil || !asked:
		return connect.Usual, err
	case yes:
		return connect.Own, nil
	}
	return connect.Placeholder, nil
}

// askAside prints what was found, and asks whether it is to be set aside.
func (c *connecting) askAside(cmd *cobra.Command, found []connect.Finding) (bool, error) {
	can := false
	for _, f := range found {
		fmt.Fprintln(cmd.OutOrStdout(), cli.Safe(f.String()))
		can = can || f.Aside
	}
	switch {
	case cmd.Flags().Changed("set-aside"):
		return c.setAside, nil
	case !can:
		return false, nil
	}
	yes, asked, err := cli.Ask(cmd.InOrStdin(), cmd.ErrOrStderr(), "Set these aside until the client is disconnected?", false)
	if err == nil && !asked {
		fmt.Fprintln(cmd.OutOrStdout(), "To set aside what is possible until the client is disconnected, use --set-aside.")
	}
	return yes, err
}

// signed says with what a client signs its calls.
func (c *connecting) signed(d *connect.Desk, t connect.Target, id string) string {
	for _, s := range d.List(t) {
		switch {
		case s.ID != id:
		case s.Credentials == connect.Placeholder:
			return " It needs no login."
		case s.Credentials == connect.Own:
			return " It uses its own login."
		}
	}
	return ""
}

func disconnectCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	var all, force bool
	cmd := &cobra.Command{
		Use:   "disconnect claude-code|codex|opencode|--all",
		Short: "Restore the settings of a coding agent",
		Long: `Restore the settings of a coding agent, and print the result: whether the file is exactly as it was before, or
what is different. Changes that were made to the file in the meantime stay. If the backup is gone, Afterglow's
settings are removed. If another program on this machine wrote its own address into the file, such as another
Afterglow, nothing is changed; --force then removes what is left of this one. The exit code is 1 if the client
was not connected. --all disconnects every client, and is 0 if none was connected.`,
		Example: `  afterglowd disconnect claude-code
  afterglowd disconnect --all`,
		Args: func(cmd *cobra.Command, args []string) error {
			if all {
				return cobra.NoArgs(cmd, args)
			}
			return oneClient(cmd, args)
		},
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
			if !all {
				done, err := d.Disconnect(args[0], force, t)
				printRestored(cmd.OutOrStdout(), done)
				return err
			}
			done, err := d.DisconnectAll(t)
			printRestored(cmd.OutOrStdout(), done)
			if err == nil && len(done) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "No client was connected.")
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "disconnect every client")
	cmd.Flags().BoolVar(&force, "force", false, "also if another program wrote its own address in the meantime")
	cmd.MarkFlagsMutuallyExclusive("all", "force")
	r.addressFlag(cmd)
	return cmd
}

// printRestored says what has come of each file.
func printRestored(out io.Writer, all []connect.Restored) {
	for _, r := range all {
		says := " is disconnected. "
		if r.Project || r.Here {
			says = ": "
		}
		fmt.Fprintf(out, "%s%s%s\n", r.Client, says, cli.Safe(r.String()))
	}
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
	d := connect.New(dir)
	d.Shell = connect.ThisShell()
	_, conf, broken := r.set.Load()
	c, err := r.open(cmd.Context())
	var exit *cli.Exit
	switch {
	case err == nil:
		t, err := r.running(cmd, c, conf)
		return d, t, err
	case broken != nil:
		return nil, connect.Target{}, broken
	case !errors.As(err, &exit) || exit.Code != exitNoInstance:
		return nil, connect.Target{}, err
	}
	address, err := r.planned(conf)
	return d, connect.To(address, conf), err
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
