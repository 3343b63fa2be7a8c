package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func vendorCommand(set *proxy.Setup) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "vendor",
		Short: "Show, try and change the vendors of the configuration while calls run",
		Long: `Show, try and change the vendors of the configuration while calls run. The running instance changes single
values of its configuration file, takes them at once, and leaves everything else in the file as it is written.`,
		Example: `  afterglowd vendor key kimi
  afterglowd vendor test kimi
  afterglowd vendor enable kimi`,
	}
	cmd.AddCommand(vendorList(set), vendorTest(set), vendorKey(set),
		vendorSwitch(set, "enable", "Put a vendor into the chain", "put it last, but before a last tier that gets the client's own credentials", true),
		vendorSwitch(set, "disable", "Take a vendor out of the chain", "its row stays in the file, and its key where it is kept", false))
	return cmd
}

func vendorList(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show the vendors of the configuration file, in the chain or not",
		Long: `Show the vendors of the configuration file, in the chain or not, and those that are built in. Where a key is
is shown, never the key. With --json it is the answer to GET /api/vendors.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.ask(cmd, http.MethodGet, "/api/vendors", nil, showVendors)
		},
	}
	return r.flags(cmd)
}

// vendorPath is a vendor's in the control API.
func vendorPath(name string) string { return "/api/vendors/" + url.PathEscape(name) }

// vendorSwitch is enable or disable; what says what it does to the chain.
func vendorSwitch(set *proxy.Setup, use, short, what string, on bool) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   use + " VENDOR",
		Short: short,
		Long: short + `: ` + what + `.
With --json it is the answer to PUT /api/vendors/VENDOR.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: r.completeVendor(func(v vendorRow) bool { return v.Enabled != on }),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := r.vendor(cmd, args[0])
			if err != nil {
				return err
			}
			answer, err := at.client.do(cmd.Context(), http.MethodPut, vendorPath(args[0]), map[string]any{"enabled": on})
			if err != nil {
				return err
			}
			if r.json {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			at, err = r.vendor(cmd, args[0])
			if err != nil {
				return err
			}
			where := "is in the chain"
			if !on {
				where = "is not in the chain"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s.%s\n", cli.Safe(args[0]), where, at.now.aside())
			return printTiers(cmd.OutOrStdout(), at.now.Tiers)
		},
	}
	return r.flags(cmd)
}
