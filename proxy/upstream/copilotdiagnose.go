package upstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/credential"
)

// CopilotModels asks Copilot which models there are, and returns its answer as it came. The error is an
// *anthropic.Error.
func (v *Vendor) CopilotModels(ctx context.Context) ([]byte, error) {
	c, ok := v.account.(*copilot)
	if !ok {
		return nil, anthropic.Errorf(http.StatusNotFound, "%s is not GitHub Copilot", v.conf.Name)
	}
	status, body, err := c.get(ctx, "/models")
	var refused *anthropic.Error
	switch {
	case errors.As(err, &refused):
		refused.Status, refused.Type = http.StatusServiceUnavailable, "authentication_error"
		return nil, refused
	case err != nil:
		return nil, anthropic.Errorf(http.StatusBadGateway, "cannot reach Copilot: %v", err)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return nil, &anthropic.Error{Status: http.StatusServiceUnavailable, Type: "authentication_error", Message: fmt.Sprintf("Copilot answered %d", status)}
	case status != http.StatusOK || len(gjson.GetBytes(body, "data").Array()) == 0:
		return nil, anthropic.Errorf(http.StatusBadGateway, "Copilot answered %d without models", status)
	}
	return body, nil
}

// CopilotDiagnostics is what is known of a Copilot account, without secrets.
type CopilotDiagnostics struct {
	Vendor      string    `json:"vendor"`
	AccountType string    `json:"account_type"`
	SignedIn    bool      `json:"signed_in"`
	Configured  bool      `json:"configured_token"` // the GitHub token is the configuration's
	Problem     string    `json:"problem,omitempty"`
	Host        string    `json:"host"`
	Models      []string  `json:"models"`
	Fetched     time.Time `json:"models_fetched,omitzero"`
}

// Diagnose returns a Copilot account's diagnostics; ok is false for any other vendor.
func (v *Vendor) Diagnose() (d CopilotDiagnostics, ok bool) {
	c, ok := v.account.(*copilot)
	if !ok {
		return d, false
	}
	d = CopilotDiagnostics{Vendor: v.conf.Name, AccountType: v.conf.Account.Type, SignedIn: c.usable(), Configured: v.conf.Key != "", Host: c.base()}
	d.Models, d.Fetched = append([]string{}, c.catalogue.list()...), c.catalogue.when()
	c.mu.Lock()
	d.Problem = cmp.Or(c.problem, v.keeper.Reason(credential.ProviderGitHub))
	c.mu.Unlock()
	return d, true
}
