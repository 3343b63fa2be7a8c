package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func callsCommand(set *proxy.Setup) *cobra.Command {
	r, which := &remote{set: set}, &callFilter{}
	follow := false
	cmd := &cobra.Command{
		Use:   "calls",
		Short: "Show recent calls and those in progress, or follow them",
		Long: `Show recent calls and those in progress, oldest first. With -f the command prints a line for each call that
starts or ends, until Ctrl-C. With --json it prints {"calls":[…]} with the records of GET /api/calls, newest
first; with -f it prints one record per line.`,
		Example: `  afterglowd calls -n 50 --failed
  afterglowd calls -f --vendor zhipu`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.Misused("%q: expected show, cancel or no argument", args[0])
			}
			if which.last < 1 {
				return cli.Misused("-n: expected a whole number of at least 1")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := r.open(cmd.Context())
			if err != nil {
				return err
			}
			if follow {
				f := follower{c: c, which: which, json: r.json, pace: followPace}
				return f.run(cmd.Context(), cmd.OutOrStdout())
			}
			list, err := c.calls(cmd.Context(), 0)
			if err != nil {
				return err
			}
			list = which.choose(list)
			if r.json {
				return printJSON(cmd.OutOrStdout(), map[string]any{"calls": raws(list)})
			}
			slices.Reverse(list)
			_, err = callTable(list).WriteTo(cmd.OutOrStdout())
			return err
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&follow, "follow", "f", false, "keep running and print a line for each call that starts or ends")
	flags.IntVarP(&which.last, "number", "n", 20, "show the last `N` calls")
	flags.StringVar(&which.vendor, "vendor", "", "only calls that were sent to this `vendor`, even if it failed")
	flags.StringVar(&which.model, "model", "", "only calls to this `model` (the client's name or the vendor's)")
	flags.StringVar(&which.session, "session", "", "only calls of sessions whose `key` or short form starts with this")
	flags.BoolVar(&which.failed, "failed", false, "only calls that failed or were cancelled")
	r.completeFlag(cmd, "vendor")
	r.completeFlag(cmd, "model")
	cmd.AddCommand(callsShow(set), callsCancel(set))
	return r.flags(cmd)
}

// callNumber reads the only argument of calls show and calls cancel.
func callNumber(args []string) (int, error) {
	if len(args) == 1 {
		if n, err := strconv.Atoi(args[0]); err == nil && n > 0 {
			return n, nil
		}
	}
	return 0, cli.Misused("expected a call number, as shown by: afterglowd calls")
}

func callNumberOnly(_ *cobra.Command, args []string) error {
	_, err := callNumber(args)
	return err
}

func callsCancel(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "cancel N",
		Short: "Cancel a call that is in progress",
		Long: `Cancel a call that is queued or in flight. Its client gets an error and does not retry. The command fails
if the call has already ended. With --json it prints the answer to DELETE /api/calls/N.`,
		Args:              callNumberOnly,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := callNumber(args)
			if err != nil {
				return err
			}
			err = r.ask(cmd, http.MethodDelete, "/api/calls/"+strconv.Itoa(n), nil, sentence("Call %d was cancelled.", n))
			if refused(err, http.StatusNotFound) {
				return fmt.Errorf("call %d was not found, or has already ended", n)
			}
			return err
		},
	}
	return r.flags(cmd)
}

// call is what is shown of a record.
type call struct {
	raw json.RawMessage // as the instance sent it

	Number      int       `json:"number"`
	Kind        string    `json:"kind"`
	Operation   string    `json:"operation"`
	Started     time.Time `json:"started"`
	RequestID   string    `json:"request_id"`
	Session     string    `json:"session"`
	Agent       string    `json:"agent"`
	Model       string    `json:"model"`
	Vendor      string    `json:"vendor"`
	VendorModel string    `json:"vendor_model"`
	Phase       string    `json:"phase"` // "" = ended
	Place       int       `json:"place"` // in the queue, 1 = the next
	Status      int       `json:"status"`
	Outcome     string    `json:"outcome"`
	Class       string    `json:"class"`
	Retries     int       `json:"retries"`
	QueuedMS    int64     `json:"queued_ms"`
	FirstMS     int64     `json:"first_event_ms"`
	TookMS      int64     `json:"took_ms"`
	Cost        string    `json:"cost"`
	Adaptations []string  `json:"adaptations"`
	Usage       struct {
		Input         int64 `json:"input_tokens"`
		Output        int64 `json:"output_tokens"`
		CacheRead     int64 `json:"cache_read_input_tokens"`
		CacheCreation int64 `json:"cache_creation_input_tokens"`
	} `json:"usage"`
	Tries []try `json:"tries"`
}

type try struct {
	Vendor   string `json:"vendor"`
	Model    string `json:"model"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason"`
	Status   int    `json:"status"`
	QueuedMS int64  `json:"queued_ms"`
	TookMS   int64  `json:"took_ms"`
}

func (c *call) ended() bool { return c.Phase == "" || c.Phase == "ended" }

func (c *call) failed() bool { return c.ended() && c.Outcome != "ok" }

func (c *call) tokens() int64 {
	return c.Usage.Input + c.Usage.Output + c.Usage.CacheRead + c.Usage.CacheCreation
}

// raws are calls as the instance sent them.
func raws(list []call) []json.RawMessage {
	all := []json.RawMessage{}
	for _, c := range list {
		all = append(all, c.raw)
	}
	return all
}
