package main

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func vendorKey(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "key VENDOR",
		Short: "Store a new API key for a vendor, used from the next call on",
		Long: `Store a new API key for a vendor, used from the next call on. The key is read from the terminal, without
showing it, or from standard input. The running instance stores it in the system keyring. If there is none,
it stores it in a file in the state folder that only you can read. It also writes key = "keyring" into the
vendor's row. With --json it prints the answer to PUT /api/vendors/VENDOR/key, which does not contain the key.`,
		Example: `  afterglowd vendor key kimi
  pass show kimi | afterglowd vendor key kimi`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: r.completeVendor(func(v vendorRow) bool { return !v.signsIn() }),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := r.vendor(cmd, args[0])
			if err != nil {
				return err
			}
			if at.row.signsIn() {
				return fmt.Errorf("%s uses sign-in instead of a key. Sign in with: afterglowd auth login %s", args[0], args[0])
			}
			key, err := readKey(cmd, args[0])
			if err != nil {
				return err
			}
			answer, err := at.client.do(cmd.Context(), http.MethodPut, vendorPath(args[0])+"/key", map[string]string{"key": key.Reveal()})
			if err != nil {
				return err
			}
			if r.json {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), at.keyKept())
			return err
		},
	}
	return r.flags(cmd)
}

// keyKept says that the vendor's key was taken, and what is still to be done.
func (at *vendorAt) keyKept() string {
	name := cli.Safe(at.row.Name)
	text := fmt.Sprintf("The key of %s is stored in %s.%s Test it with: afterglowd vendor test %s", name, cli.Safe(at.now.Keys), at.now.aside(), name)
	if !at.row.Enabled {
		text += fmt.Sprintf("\n%s is not in the chain and gets no calls. Add it with: afterglowd vendor enable %s", name, name)
	}
	return text
}
