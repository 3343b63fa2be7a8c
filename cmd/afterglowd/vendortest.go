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
		Short: "Make a small call to a vendor and say how it went",
		Long: `Make a small call to a vendor, as it is in the configuration file, and say how it went. It ends with 1 if the
vendor did not answer. The call waits in the vendor's queue like any other, a minute at most, and its few
tokens count. With --json it is the answer to POST /api/vendors/VENDOR/test.`,
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
				return fmt.Errorf("read the test: %w", err)
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
	text := fmt.Sprintf("%s works: %s answered after %s", cli.Safe(t.vendor.Name), cli.Safe(t.Model), span(max(1, t.TookMS)))
	if t.Answer == "" {
		return text + ", but said nothing within so few tokens."
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
			return "it cannot be called yet", ""
		}
		return "there is no key to call it with", "Give it one with: afterglowd vendor key " + name
	case proxy.TestSignIn:
		return "nobody is signed in", "Sign in with: afterglowd auth login " + name
	case proxy.TestClient:
		return "it cannot be tried from here", ""
	case proxy.TestInvalid:
		if t.Status == 0 {
			return "its row in the configuration is wrong", ""
		}
		return "it does not take the call", fmt.Sprintf("Check base_url (%s), dialect (%s) and the model's name (%s)", t.vendor.BaseURL, t.vendor.Dialect, cmp.Or(t.Model, "none"))
	}
	switch ledger.Class(t.Outcome) {
	case ledger.Auth:
		if t.vendor.signsIn() {
			return "it refuses the sign-in", "Sign in again with: afterglowd auth login " + name
		}
		return "it refuses the key", "Give it another with: afterglowd vendor key " + name
	case ledger.RateLimit:
		return "it is called too often at the moment", "Try again later"
	case ledger.Overloaded:
		return "it is overloaded", "Try again later"
	case ledger.Quota:
		return "its quota or its balance is used up", ""
	case ledger.VendorFail:
		return "it failed, or its answer made no sense", fmt.Sprintf("Check base_url (%s) and dialect (%s) if that stays", t.vendor.BaseURL, t.vendor.Dialect)
	case ledger.Network:
		return "there is no connection to " + t.vendor.BaseURL, ""
	case ledger.Timeout:
		return "it did not answer in time", ""
	case ledger.Broken:
		return "its answer broke off", ""
	case ledger.Queue:
		return "all its slots were taken by other calls", "Try again later, or look with: afterglowd limit"
	case ledger.Gone, ledger.Cancelled:
		return "the test was cancelled", ""
	case ledger.Stopped:
		return "Afterglow was stopped meanwhile", "Try again when it runs"
	}
	return "the test failed, " + t.Outcome, ""
}
