package main

import (
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func resetCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	var named []string
	cmd := &cobra.Command{
		Use:   "reset [VENDOR...]",
		Short: "Retry all unavailable vendors now, and optionally change the order",
		Long: `Retry all unavailable vendors now: breakers are closed and waiting times are dropped. The used quota stays.
If you name one VENDOR, it also moves to the front of the chain. If you name several, they are the whole new
order, as for the order command. If the order is not valid, nothing is reset. With --json it prints the
answer to POST /api/reset.`,
		Example: `  afterglowd reset
  afterglowd reset kimi
  afterglowd reset -v kimi,zhipu,anthropic`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && len(named) > 0 {
				return cli.Misused("expected vendors as arguments or with -v, not both")
			}
			_, err := readOrder(append(named, args...))
			return err
		},
		ValidArgsFunction: r.completeVendors,
		RunE: func(cmd *cobra.Command, args []string) error {
			order, err := readOrder(append(named, args...))
			if err != nil {
				return err
			}
			body := map[string]any{}
			if order != nil {
				body["vendors"] = order
			}
			return r.ask(cmd, http.MethodPost, "/api/reset", body, func(w io.Writer, answer []byte) error {
				fmt.Fprintln(w, "All vendors are available again.")
				if order == nil {
					return nil
				}
				return printOrder(w, answer)
			})
		},
	}
	cmd.Flags().StringSliceVarP(&named, "vendors", "v", nil, "the vendors as one list, instead of arguments: `a[,b…]`")
	r.completeFlag(cmd, "vendors")
	return r.flags(cmd)
}
