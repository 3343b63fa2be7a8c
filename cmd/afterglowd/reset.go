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
		Short: "Call every vendor again that was left alone, and perhaps change the order",
		Long: `Call every vendor again that was left alone: breakers are closed and deadlines forgotten; what was used of
quotas stays. One VENDOR moves to the front of the chain as well; several are the whole order, as order
takes it. If the order cannot be taken, nothing is reset. With --json it is the answer to POST /api/reset.`,
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
				fmt.Fprintln(w, "Every vendor is called again.")
				if order == nil {
					return nil
				}
				return printOrder(w, answer)
			})
		},
	}
	cmd.Flags().StringSliceVarP(&named, "vendors", "v", nil, "vendors, in place of the arguments: `a[,b…]`")
	r.completeFlag(cmd, "vendors")
	return r.flags(cmd)
}
