package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

func checkCommand(set *proxy.Setup) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration and print the vendor chain",
		Long: `Check the configuration and print the vendor chain. The exit code is 1 if no call can be served: no vendor has a
key, and none uses the client's own. If an instance is running, its keys count, because its environment may hold others
than this shell's. If it is a demo, check says so. With --json it prints one object: "file", "exists", "listen",
"vendors", each with "tier", "vendor", "base_url", "key" in words, "limit" and "account_limit" (0 = none), "serves" (a
call can be served), "instance" (where one is running), and "demo" (its vendors are simulated).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, conf, err := set.Load()
			if err != nil {
				return err
			}
			dir, err := set.StateDir()
			if err != nil {
				return err
			}
			chain := checkedChain{conf: conf, store: credential.Open(dir), now: lookAround(cmd.Context(), set)}
			checked := chain.check(file)
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), checked)
			} else {
				err = checked.print(cmd.OutOrStdout())
			}
			if err == nil && !checked.Serves {
				err = errors.New("no key: no call can be served; the column KEY says what each vendor needs")
			}
			return err
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
	Serves  bool          `json:"serves"` // a call can be served
	Running string        `json:"instance,omitempty"`
	Demo    bool          `json:"demo"` // of the instance

	note    string // for people
	history string // what is wrong with the running instance's call history
}

type checkedTier struct {
	Tier    int    `json:"tier"`
	Vendor  string `json:"vendor"`
	BaseURL string `json:"base_url"`
	Key     string `json:"key"`
	Limit   int    `json:"limit"`
	Account int    `json:"account_limit"`
}

// instanceNow is what the running instance says of itself.
type instanceNow struct {
	address string
	status
}

// lookTimeout is how long check waits for an instance to answer.
const lookTimeout = 3 * time.Second

// lookAround asks the running instance, nil if there is none that answers.
func lookAround(ctx context.Context, set *proxy.Setup) *instanceNow {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	c, err := (&remote{set: set}).open(ctx)
	if err != nil {
		return nil
	}
	now := &instanceNow{address: c.address}
	if err := c.get(ctx, "/api/status", &now.status); err != nil {
		return nil
	}
	return now
}

// checkedChain is a configuration's chain, with what is known of its keys.
type checkedChain struct {
	conf  config.Config
	store *credential.Store
	now   *instanceNow // nil: none runs
}

func (c checkedChain) check(file string) checkedConfig {
	checked := checkedConfig{File: file, Exists: c.conf.Path != "", Listen: c.conf.Listen, Vendors: []checkedTier{}}
	keys := false
	for tier, members := range c.conf.Order() {
		for range members { // the vendors stand in the order of the tiers
			v := c.conf.Vendors[len(checked.Vendors)]
			key, has := c.key(v)
			checked.Vendors = append(checked.Vendors, checkedTier{tier + 1, v.Name, v.BaseURL, key, v.Limit.Default, v.Limit.Total})
			keys = keys || has
			checked.Serves = checked.Serves || has || v.Auth == config.AuthClient
		}
	}
	if c.now != nil {
		checked.Running, checked.Demo = c.now.address, c.now.Demo
		if words := c.now.Ledger.words(); words != "" {
			checked.history = "Call history of the running instance: " + words + "."
		}
	}
	switch {
	case checked.Demo:
		checked.note = fmt.Sprintf("The instance at %s is a demo: it calls simulated vendors, and none of these.", checked.Running)
	case !keys && checked.Serves:
		checked.note = "No vendor has a key: only calls with the client's own Claude login or key are served."
	}
	return checked
}

// key says what a vendor is called with, and whether that is something of ours. The running instance's word counts: it
// has an environment of its own.
func (c checkedChain) key(v config.Vendor) (words string, has bool) {
	words, has = standing(c.store, v)
	if c.now == nil || c.now.Demo || v.Auth == config.AuthClient || v.Auth == config.AuthNone {
		return words, has
	}
	i := slices.IndexFunc(c.now.Tiers, func(t tier) bool { return t.Name == v.Name && (t.KeyVar == "" || t.KeyVar == v.KeyVar) })
	if i < 0 {
		return words, has
	}
	switch there := c.now.Tiers[i].hasKey(); {
	case there && !has:
		return "in the running instance, not in this shell", true
	case has && !there:
		return words + ", but not in the running instance", false
	case proxy.TierState(c.now.Tiers[i].State) == proxy.Rejected:
		return words + ", and the vendor rejected it", true
	}
	return words, has
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
	if _, err := table.WriteTo(w); err != nil {
		return err
	}
	for _, note := range []string{c.note, c.history} {
		if note != "" {
			if _, err := fmt.Fprintln(w, note); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyState says what a vendor's row calls it with, and whether that is there.
func keyState(v config.Vendor) (words string, has bool) {
	switch {
	case v.Auth == config.AuthClient:
		return "from client", false
	case v.Auth == config.AuthNone:
		return "not needed", true
	case v.Key != "":
		return "set", true
	case v.SignsIn():
		return "no OAuth client: set " + v.KeyVar, false
	}
	return "no key: set " + v.KeyVar, false
}

func number(limit int) string {
	if limit == 0 {
		return "-"
	}
	return strconv.Itoa(limit)
}
