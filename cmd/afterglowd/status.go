package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func statusCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the state of the running instance: vendors, limits and problems",
		Long: `Show the state of the running instance. The first table has the vendors in the order of the chain: state,
breaker, used quota and remaining rate limit. The second table has the calls in flight and queued, for each
model that was called and for each account limit. With --json it prints the answer to GET /api/status.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.ask(cmd, http.MethodGet, "/api/status", nil, func(w io.Writer, answer []byte) error {
				var st status
				if err := json.Unmarshal(answer, &st); err != nil {
					return fmt.Errorf("read status: %w", err)
				}
				return st.print(w)
			})
		},
	}
	return r.flags(cmd)
}

// status is what is shown of GET /api/status.
type status struct {
	Listen    string  `json:"listen"`
	Paused    bool    `json:"paused"`
	Demo      bool    `json:"demo"`
	Problem   string  `json:"problem"`
	Reordered bool    `json:"reordered"`
	Ledger    history `json:"ledger"`
	Tiers     []tier  `json:"tiers"`
}

// history is the state of the call history.
type history struct {
	Waiting int    `json:"waiting"`
	Dropped int64  `json:"dropped"`
	Problem string `json:"problem"`
}

// words say what is wrong with the call history, "" if nothing is.
func (h history) words() string {
	var all []string
	if h.Problem != "" {
		all = append(all, cli.Safe(h.Problem))
		if h.Waiting > 0 {
			all = append(all, fmt.Sprintf("%d calls wait in memory", h.Waiting))
		}
	}
	if h.Dropped > 0 {
		all = append(all, fmt.Sprintf("%d calls were not recorded", h.Dropped))
	}
	return strings.Join(all, "; ")
}

type tier struct {
	Name    string    `json:"name"`
	Pool    int       `json:"pool"`
	State   string    `json:"state"`
	Reason  string    `json:"reason"`
	KeyVar  string    `json:"key_variable"`
	Until   time.Time `json:"until"`
	Breaker struct {
		State string    `json:"state"`
		Until time.Time `json:"opens_until"`
	} `json:"circuit_breaker"`
	Quota     *quota `json:"quota_guard"`
	Weekly    *quota `json:"weekly_quota_guard"`
	RateLimit struct {
		Limited   bool    `json:"is_rate_limited"`
		Remaining float64 `json:"remaining_seconds"`
	} `json:"rate_limit"`
	Models []struct {
		Model  string    `json:"model"`
		Reason string    `json:"reason"`
		Until  time.Time `json:"until"`
	} `json:"models_out"`
	Diagnostics struct {
		Concurrency map[string]gauge `json:"concurrency"`
		Account     *account         `json:"account"`
	} `json:"diagnostics"`
}

type quota struct {
	Percent float64 `json:"usage_percent"`
	State   string  `json:"state"`
}

type gauge struct {
	InUse   int  `json:"in_use"`
	Pending int  `json:"pending"`
	Peak    int  `json:"peak_pending_recent"`
	Limit   *int `json:"limit"`
	Ceiling *int `json:"ceiling"`
	Ending  bool `json:"ending"`
}

type account struct {
	Limit   int  `json:"limit"`
	Ceiling *int `json:"ceiling"`
	Ending  bool `json:"ending"`
	InUse   int  `json:"in_use"`
	Pending int  `json:"pending"`
}

func (st *status) print(w io.Writer) error {
	fmt.Fprintf(w, "Afterglow on %s\n", cli.Safe(st.Listen))
	if st.Demo {
		fmt.Fprintln(w, "Demo mode: the vendors are simulated.")
	}
	if st.Paused {
		fmt.Fprintln(w, cli.Red(w, "Paused: new calls are rejected."))
	}
	if st.Problem != "" {
		fmt.Fprintln(w, cli.Red(w, "Problem: "+cli.Safe(st.Problem)))
	}
	if words := st.Ledger.words(); words != "" {
		fmt.Fprintln(w, cli.Red(w, "Call history: "+words+"."))
	}
	if !st.Demo && !slices.ContainsFunc(st.Tiers, tier.hasKey) {
		fmt.Fprintln(w, cli.Red(w, "No key: no call can be served."))
	}
	if st.Reordered {
		fmt.Fprintln(w, "Custom order in use. To restore the configured order, run: afterglowd order reset")
	}
	fmt.Fprintln(w)
	if _, err := st.tierTable().WriteTo(w); err != nil {
		return err
	}
	gauges, some := st.gaugeTable()
	if !some {
		return nil
	}
	fmt.Fprintln(w)
	_, err := gauges.WriteTo(w)
	return err
}

func (st *status) tierTable() *cli.Table {
	table := cli.NewTable("TIER", "VENDOR", "STATE", "UNTIL", "BREAKER", "5H", "7D", "RATE LIMIT", "REASON").Right(0, 5, 6)
	for i, place := range st.places() {
		t := st.Tiers[i]
		limited := ""
		if t.RateLimit.Limited {
			limited = span(int64(t.RateLimit.Remaining * 1000))
		}
		table.Row(strconv.Itoa(place), t.Name, stateWord(t.State), clock(t.Until), breakerWord(t), t.Quota.String(), t.Weekly.String(), limited, t.why())
		for _, m := range t.Models {
			table.Row("", "  "+m.Model, stateWord(string(proxy.Out)), clock(m.Until), "", "", "", "", m.Reason)
		}
	}
	return table
}

// places are the numbers of the tiers; the members of a pool share theirs.
func (st *status) places() []int {
	var all []int
	last := 0
	for _, t := range st.Tiers {
		if t.Pool == 0 || t.Pool != last {
			last++
		}
		all = append(all, last)
	}
	return all
}

// hasKey reports whether the vendor has what it is called with.
func (t tier) hasKey() bool {
	return proxy.TierState(t.State) != proxy.NoKey && proxy.TierState(t.State) != proxy.SignedOut
}

// why is the tier's reason, with the variable of a key that was rejected.
func (t tier) why() string {
	if proxy.TierState(t.State) == proxy.Rejected && t.KeyVar != "" {
		return t.KeyVar + ": " + t.Reason
	}
	return t.Reason
}

// stateWord says a tier's state as the window does.
func stateWord(state string) string {
	switch proxy.TierState(state) {
	case proxy.NoKey:
		return "no key"
	case proxy.Rejected:
		return "key rejected"
	case proxy.SignedOut:
		return "sign in"
	case proxy.Probing:
		return "will retry"
	case proxy.Out:
		return "unavailable"
	}
	return state // "ready", or one that a newer instance has
}

func breakerWord(t tier) string {
	if t.Breaker.Until.IsZero() {
		return t.Breaker.State
	}
	return t.Breaker.State + " until " + clock(t.Breaker.Until)
}

// String is how much is used, "" where there is no quota.
func (q *quota) String() string {
	if q == nil {
		return ""
	}
	return fmt.Sprintf("%.0f%%", q.Percent)
}

// gaugeTable is the second table, and whether it has a line.
func (st *status) gaugeTable() (*cli.Table, bool) {
	table := cli.NewTable("VENDOR", "MODEL", "IN FLIGHT", "LIMIT", "QUEUED", "PEAK").Right(2, 3, 4, 5)
	some := false
	for _, t := range st.Tiers {
		for _, model := range slices.Sorted(maps.Keys(t.Diagnostics.Concurrency)) {
			g := t.Diagnostics.Concurrency[model]
			table.Row(t.Name, model, strconv.Itoa(g.InUse), inForce(g.Limit, g.Ceiling, g.Ending), strconv.Itoa(g.Pending), strconv.Itoa(g.Peak))
			some = true
		}
		if a := t.Diagnostics.Account; a != nil {
			table.Row(t.Name, "(account)", strconv.Itoa(a.InUse), inForce(&a.Limit, a.Ceiling, a.Ending), strconv.Itoa(a.Pending), "")
			some = true
		}
	}
	return table, some
}
