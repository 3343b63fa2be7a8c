package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func orderCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "order [VENDOR...]",
		Short: "Show the order of the vendors, or change it while calls are running",
		Long: `Show the order of the vendors, or change it while calls are running. Name every vendor of the chain once, and
join the vendors of a pool with "+". The new order stays after a restart, until order reset. The state and
the used quota of each vendor stay. With --json it prints {"tier_order":["a",["b","c"]]}, with a list for a
pool; without arguments also "reordered", which is true if the order is not the configured one.`,
		Example: `  afterglowd order kimi zhipu+minimax anthropic
  afterglowd order reset`,
		Args: func(_ *cobra.Command, args []string) error {
			_, err := readOrder(args)
			return err
		},
		ValidArgsFunction: r.completeVendors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return r.showOrder(cmd)
			}
			order, err := readOrder(args)
			if err != nil {
				return err
			}
			return r.ask(cmd, http.MethodPut, "/api/tier-order", map[string]any{"vendors": order}, printOrder)
		},
	}
	reset := &remote{set: set}
	cmd.AddCommand(reset.flags(&cobra.Command{
		Use:   "reset",
		Short: "Restore the configured order",
		Long:  "Restore the configured order. With --json it prints the answer to DELETE /api/tier-order.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return reset.ask(cmd, http.MethodDelete, "/api/tier-order", nil, printOrder)
		},
	}))
	return r.flags(cmd)
}

// pool is a tier. In JSON a single vendor is its name.
type pool []string

// MarshalJSON implements json.Marshaler.
func (p pool) MarshalJSON() ([]byte, error) {
	if len(p) == 1 {
		return json.Marshal(p[0])
	}
	return json.Marshal([]string(p))
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *pool) UnmarshalJSON(text []byte) error {
	var name string
	if json.Unmarshal(text, &name) == nil {
		*p = pool{name}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(p))
}

// readOrder reads the arguments, a pool as "a+b".
func readOrder(args []string) ([]pool, error) {
	var order []pool
	for _, arg := range args {
		tier := pool(strings.Split(arg, "+"))
		for _, name := range tier {
			if name == "" {
				return nil, cli.Misused("%q: expected a vendor, or vendors joined by +", arg)
			}
		}
		order = append(order, tier)
	}
	return order, nil
}

func (r *remote) showOrder(cmd *cobra.Command) error {
	c, err := r.open(cmd.Context())
	if err != nil {
		return err
	}
	var st status
	if err := c.get(cmd.Context(), "/api/status", &st); err != nil {
		return err
	}
	order, last := []pool{}, 0
	for i, place := range st.places() {
		if place != last {
			order, last = append(order, nil), place
		}
		order[place-1] = append(order[place-1], st.Tiers[i].Name)
	}
	if r.json {
		return printJSON(cmd.OutOrStdout(), map[string]any{"tier_order": order, "reordered": st.Reordered})
	}
	return printTiers(cmd.OutOrStdout(), order)
}

// printOrder prints an answer that has the order.
func printOrder(w io.Writer, answer []byte) error {
	var now struct {
		Order []pool `json:"tier_order"`
	}
	if err := json.Unmarshal(answer, &now); err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	return printTiers(w, now.Order)
}

func printTiers(w io.Writer, order []pool) error {
	table := cli.NewTable("TIER", "VENDORS").Right(0)
	for i, tier := range order {
		table.Row(strconv.Itoa(i+1), strings.Join(tier, "+"))
	}
	_, err := table.WriteTo(w)
	return err
}
