package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

// accountModel stands for all models of an account in the control API.
const accountModel = "*"

func limitCommand(set *proxy.Setup) *cobra.Command {
	r, ofAccount := &remote{set: set}, false
	cmd := &cobra.Command{
		Use:   "limit [VENDOR MODEL N | VENDOR --account N]",
		Short: "Show the limits, or change one while calls are running",
		Long: `Show how many calls may be in flight at the same time, or change that while calls are running. MODEL is the
vendor's name for the model, as status shows it. --account is the limit across all models of the vendor.
The new limit stays after a restart, until limit reset. A vendor without limits in the configuration has
none to change. With --json it prints the answer to GET or PUT /api/concurrency.`,
		Example: `  afterglowd limit zhipu glm-5.1 5
  afterglowd limit zhipu --account 12
  afterglowd limit reset zhipu glm-5.1`,
		Args: func(_ *cobra.Command, args []string) error {
			_, err := readLimit(args, ofAccount)
			return err
		},
		ValidArgsFunction: r.completeModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return r.ask(cmd, http.MethodGet, "/api/concurrency", nil, showLimits)
			}
			set, err := readLimit(args, ofAccount)
			if err != nil {
				return err
			}
			return r.ask(cmd, http.MethodPut, "/api/concurrency", set, sentence("%s: the limit of %s is now %d.", cli.Safe(set.Vendor), set.what(), set.Limit))
		},
	}
	cmd.Flags().BoolVar(&ofAccount, "account", false, "the limit across all models of the vendor")
	cmd.AddCommand(limitReset(set))
	return r.flags(cmd)
}

// limitSetting is the body of PUT /api/concurrency.
type limitSetting struct {
	Vendor string `json:"vendor"`
	Model  string `json:"model"`
	Limit  int    `json:"limit"`
}

func (l limitSetting) what() string {
	if l.Model == accountModel {
		return "the account"
	}
	return cli.Safe(l.Model)
}

// readLimit reads the arguments; none are the zero setting.
func readLimit(args []string, ofAccount bool) (limitSetting, error) {
	if ofAccount && len(args) == 2 {
		args = []string{args[0], accountModel, args[1]}
	} else if len(args) == 0 && !ofAccount {
		return limitSetting{}, nil
	} else if len(args) != 3 || ofAccount {
		return limitSetting{}, cli.Misused("expected VENDOR MODEL N, or VENDOR --account N")
	}
	n, err := strconv.Atoi(args[2])
	if err != nil || n < 1 {
		return limitSetting{}, cli.Misused("%q: expected a whole number of at least 1", args[2])
	}
	if args[0] == "" || args[1] == "" {
		return limitSetting{}, cli.Misused("expected the name of a vendor and the name of a model")
	}
	return limitSetting{args[0], args[1], n}, nil
}

// concurrency is what is shown of GET /api/concurrency.
type concurrency struct {
	Accounts []struct {
		Vendor string `json:"vendor"`
		account
	} `json:"accounts"`
	Gauges []struct {
		Vendor string `json:"vendor"`
		Model  string `json:"model"`
		gauge
	} `json:"gauges"`
}

func showLimits(w io.Writer, answer []byte) error {
	var now concurrency
	if err := json.Unmarshal(answer, &now); err != nil {
		return fmt.Errorf("read limits: %w", err)
	}
	table := cli.NewTable("VENDOR", "MODEL", "LIMIT", "IN FLIGHT", "QUEUED").Right(2, 3, 4)
	for _, a := range now.Accounts {
		table.Row(a.Vendor, "(account)", inForce(&a.Limit, a.Ceiling, a.Ending), strconv.Itoa(a.InUse), strconv.Itoa(a.Pending))
	}
	for _, g := range now.Gauges {
		table.Row(g.Vendor, g.Model, inForce(g.Limit, g.Ceiling, g.Ending), strconv.Itoa(g.InUse), strconv.Itoa(g.Pending))
	}
	_, err := table.WriteTo(w)
	return err
}

func limitReset(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "reset [VENDOR [MODEL]]",
		Short: "Restore the configured limits of a model, a vendor, or all vendors",
		Long: `Restore the configured limits of a model, a vendor, or all vendors. The model "*" is the vendor's account.
With --json it prints the answer to DELETE /api/concurrency.`,
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: r.completeModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			which := map[string]string{}
			for i, name := range args {
				which[[]string{"vendor", "model"}[i]] = name
			}
			return r.ask(cmd, http.MethodDelete, "/api/concurrency", which, sentence("The configured limits are in use again."))
		},
	}
	return r.flags(cmd)
}
