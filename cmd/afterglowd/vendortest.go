package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// tryTimeout is how long an instance may take to try a vendor; it gives up by itself after a minute.
const tryTimeout = 90 * time.Second

func vendorTest(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "test VENDOR",
		Short: "Send a test call to a vendor and show the result",
		Long: `Send a test call to a vendor, as it is in the configuration file, and show the result. The exit code is 1 if the
vendor did not answer. The call waits in the vendor's queue like any other, for up to a minute, and costs a few
tokens. With --json it prints the answer to POST /api/vendors/VENDOR/test.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: r.completeVendor(func(vendorRow) bool { return true }),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := r.vendor(cmd, args[0])
			if err != nil {
				return err
			}
			at.client.http.Timeout = tryTimeout
			answer, err := at.client.do(cmd.Context(), http.MethodPost, vendorPath(args[0])+"/test", struct{}{})
			if err != nil {
				return err
			}
			t := tried{vendor: at.row}
			if err := json.Unmarshal(answer, &t); err != nil {
				return fmt.Errorf("read the test result: %w", err)
			}
			if r.json {
				if err := printJSON(cmd.OutOrStdout(), answer); err != nil {
					return err
				}
			}
			if !t.OK {
				return errors.New(t.failure())
			}
			if !r.json {
				fmt.Fprintln(cmd.OutOrStdout(), t.success())
			}
			return nil
		},
	}
	return r.flags(cmd)
}

// tried is what is shown of the answer to POST /api/vendors/{name}/test.
type tried struct {
	vendor vendorRow

	OK      bool   `json:"ok"`
	Model   string `json:"model"`
	Answer  string `json:"answer"`
	TookMS  int64  `json:"took_ms"`
	Outcome string `json:"outcome"`
	Status  int    `json:"status"`
	Reason  string `json:"reason"`
}

func (t *tried) success() string {
	text := fmt.Sprintf("%s works: %s answered in %s", cli.Safe(t.vendor.Name), cli.Safe(t.Model), span(max(1, t.TookMS)))
	if t.Answer == "" {
		return text + ", with an empty answer: the test allows only a few tokens."
	}
	return text + ": " + cli.Safe(t.Answer)
}

// failure is a line that says what went wrong, what the vendor said of it, and what to do.
func (t *tried) failure() string {
	what, advice := t.why()
	if t.Status != 0 {
		what += fmt.Sprintf(" (status %d)", t.Status)
	}
	text := t.vendor.Name + ": " + what
	if t.Reason != "" {
		text += ": " + strings.TrimSuffix(t.Reason, ".")
	}
	if advice != "" {
		text += ". " + advice
	}
	return text
}

// why says in words what an outcome means, and what can be done.
func (t *tried) why() (what, advice string) {
	name := t.vendor.Name
	switch t.Outcome {
	case proxy.TestNoKey:
		if t.vendor.signsIn() { // the client of its own that signing in needs
			return "it cannot be used yet", ""
		}
		return "it has no API key", "Add one with: afterglowd vendor key " + name
	case proxy.TestSignIn:
		return "you are not signed in", "Sign in with: afterglowd auth login " + name
	case proxy.TestClient:
		return "it cannot be tested here", ""
	case proxy.TestInvalid:
		if t.Status == 0 {
			return "its row in the configuration is not valid", ""
		}
		return "it rejected the request", fmt.Sprintf("Check base_url (%s), dialect (%s) and the model name (%s)", t.vendor.BaseURL, t.vendor.Dialect, cmp.Or(t.Model, "none"))
	}
	switch ledger.Class(t.Outcome) {
	case ledger.Auth:
		if t.vendor.signsIn() {
			return "it rejected the sign-in", "Sign in again with: afterglowd auth login " + name
		}
		return "it rejected the API key", "Replace the key with: afterglowd vendor key " + name
	case ledger.RateLimit:
		return "it received too many calls", "Try again later"
	case ledger.Overloaded:
		return "it is overloaded", "Try again later"
	case ledger.Quota:
		return "its quota or balance is used up", ""
	case ledger.VendorFail:
		return "it returned an error, or an answer that is not valid", fmt.Sprintf("Check base_url (%s) and dialect (%s) if this happens again", t.vendor.BaseURL, t.vendor.Dialect)
	case ledger.Network:
		return "Afterglow cannot connect to " + t.vendor.BaseURL, ""
	case ledger.Timeout:
		return "it did not answer in time", ""
	case ledger.Broken:
		return "its answer was interrupted", ""
	case ledger.Queue:
		return "no slot became free in time", "Try again later, or raise the limit with: afterglowd limit"
	case ledger.Gone, ledger.Cancelled:
		return "the test was cancelled", ""
	case ledger.Stopped:
		return "Afterglow was stopped meanwhile", "Try again when it runs"
	}
	return "the test failed, " + t.Outcome, ""
}
