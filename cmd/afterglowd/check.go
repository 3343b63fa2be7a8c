package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

func checkCommand(set *proxy.Setup) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration and print the vendor chain",
		Long: `Check the configuration and print the vendor chain. With --json it prints one object: "file", "exists",
"listen", "vendors", each with "tier", "vendor", "base_url", "key" in words, "limit" and "account_limit" (0 = none).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, conf, err := set.Load()
			if err != nil {
				return err
			}
			checked := checkedConfig{file, conf.Path != "", conf.Listen, chainOf(conf)}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), checked)
			}
			return checked.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// checkedConfig is what check --json prints. Scripts rely on it.
type checkedConfig struct {
	File    string        `json:"file"`
	Exists  bool          `json:"exists"`
	Listen  string        `json:"listen"`
	Vendors []checkedTier `json:"vendors"`
}

type checkedTier struct {
	Tier    int    `json:"tier"`
	Vendor  string `json:"vendor"`
	BaseURL string `json:"base_url"`
	Key     string `json:"key"`
	Limit   int    `json:"limit"`
	Account int    `json:"account_limit"`
}

func chainOf(conf config.Config) []checkedTier {
	chain := []checkedTier{}
	for tier, members := range conf.Order() {
		for range members { // the vendors stand in the order of the tiers
			v := conf.Vendors[len(chain)]
			chain = append(chain, checkedTier{tier + 1, v.Name, v.BaseURL, keyState(v), v.Limit.Default, v.Limit.Total})
		}
	}
	return chain
}

func (c *checkedConfig) print(w io.Writer) error {
	if c.Exists {
		fmt.Fprintf(w, "%s is valid.\n", cli.Safe(c.File))
	} else {
		fmt.Fprintf(w, "%s does not exist. The chain has the vendors whose keys are set in the environment.\n", cli.Safe(c.File))
	}
	fmt.Fprintf(w, "listen %s\n", c.Listen)
	table := cli.NewTable("TIER", "VENDOR", "BASE URL", "KEY", "LIMIT", "ACCOUNT")
	for _, t := range c.Vendors {
		table.Row(strconv.Itoa(t.Tier), t.Vendor, t.BaseURL, t.Key, number(t.Limit), number(t.Account))
	}
	_, err := table.WriteTo(w)
	return err
}
func keyState(v config.Vendor) string {
	switch {
	case v.Auth == config.AuthClient:
		return "from client"
	case v.Auth == config.AuthNone:
		return "not needed"
	case v.Key != "":
		return "set"
	case v.SignsIn() && v.KeyVar == "":
		return "sign-in"
	case v.Keyring:
		return "stored"
	}
	if v.SignsIn() {
		return "no OAuth client: set " + v.KeyVar
	}
	return "no key: set " + v.KeyVar
}

func number(limit int) string {
	if limit == 0 {
		return "-"
	}
	return strconv.Itoa(limit)
}
