package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"

	"afterglow/cmd/cli"
)

// signOut tells the running instance, if there is one, that nobody is signed in with a provider any more. "" is no
// provider.
func (r *remote) signOut(cmd *cobra.Command, provider string) error {
	if provider == "" {
		return nil
	}
	c, err := r.open(cmd.Context())
	var exit *cli.Exit
	if errors.As(err, &exit) && exit.Code == exitNoInstance && r.address == "" {
		return nil
	}
	if err != nil {
		return err
	}
	const tries = 2 // the first may only end a sign-in that is under way
	for range tries {
		answer, err := c.do(cmd.Context(), http.MethodDelete, "/api/reauth/"+url.PathEscape(provider), nil)
		if refused(err, http.StatusNotFound) {
			return nil // its chain has no such vendor
		}
		if err != nil {
			return fmt.Errorf("sign out of the running instance: %w", err)
		}
		if gjson.GetBytes(answer, "status").Str != "cancelled" {
			break
		}
	}
	fmt.Fprintln(cmd.OutOrStdout(), "The running instance signed out.")
	return nil
}
