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
		Short: "Show, test and change the configured vendors while calls are running",
		Long: `Show, test and change the configured vendors while calls are running. The running instance changes single values
of its configuration file and applies them at once. Everything else in the file stays as it is.`,
		Example: `  afterglowd vendor key kimi
  afterglowd vendor test kimi
  afterglowd vendor enable kimi`,
	}
	cmd.AddCommand(vendorList(set), vendorTest(set), vendorKey(set),
		vendorSwitch(set, "enable", "Add a vendor to the chain", "It becomes the last vendor, but before a last tier that uses the client's own credentials", true),
		vendorSwitch(set, "disable", "Remove a vendor from the chain", "Its row stays in the file, and its key stays stored", false))
	return cmd
}

func vendorList(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show all configured vendors, in the chain or not",
		Long: `Show all configured vendors, in the chain or not, and the other built-in ones. The table says where a key is
stored, and never shows the key. With --json it prints the answer to GET /api/vendors.`,
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
		Long: short + `. ` + what + `.
With --json it prints the answer to PUT /api/vendors/VENDOR.`,
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
			where := "is now in the chain"
			if !on {
				where = "is no longer in the chain"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s.%s\n", cli.Safe(args[0]), where, at.now.aside())
			return printTiers(cmd.OutOrStdout(), at.now.Tiers)
		},
	}
	return r.flags(cmd)
}
