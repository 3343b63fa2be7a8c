package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func bindCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	list, strict := false, false
	cmd := &cobra.Command{
		Use:   "bind KEY VENDOR... | bind --list",
		Short: "Send the calls of a session to certain vendors first",
		Long: `Send the calls of a session to these vendors first, in this order. With --strict they go to no other vendor.
KEY is the session key, as shown by calls --json; "*" in it matches any text. The binding stays after a
restart, until unbind. With --json it prints the answer to PUT or GET /api/session-vendor.`,
		Example: `  afterglowd bind 5f0c1f8e-3b5d-4c57-9a06-6f1f0a8a2b11 kimi
  afterglowd bind '{"session_id":"a/b"}' kimi zhipu --strict
  afterglowd bind --list`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case list && (len(args) > 0 || strict):
				return cli.Misused("--list takes no arguments")
			case !list && len(args) < 2:
				return cli.Misused("expected a session key and at least one vendor, or --list")
			case !list && args[0] == "":
				return cli.Misused("expected a session key")
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return r.completeVendors(cmd, args[1:], begin)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return r.ask(cmd, http.MethodGet, "/api/session-vendor", nil, showBindings)
			}
			b, first := binding{args[0], args[1:], strict}, "first"
			if strict {
				first = "only"
			}
			return r.ask(cmd, http.MethodPut, "/api/session-vendor", b,
				sentence("The calls of %s go to %s %s.", cli.Safe(b.Key), cli.Safe(strings.Join(b.Vendors, ", ")), first))
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "list the bindings")
	cmd.Flags().BoolVar(&strict, "strict", false, "send calls to no other vendor")
	return r.flags(cmd)
}

// binding is the body of PUT /api/session-vendor.
type binding struct {
	Key     string   `json:"session_key"`
	Vendors []string `json:"vendors"`
	Strict  bool     `json:"strict"`
}

func showBindings(w io.Writer, answer []byte) error {
	var now struct {
		Bindings []binding `json:"bindings"`
	}
	if err := json.Unmarshal(answer, &now); err != nil {
		return fmt.Errorf("read bindings: %w", err)
	}
	table := cli.NewTable("SESSION", "VENDORS", "STRICT")
	for _, b := range now.Bindings {
		strict := "no"
		if b.Strict {
			strict = "yes"
		}
		table.Row(b.Key, strings.Join(b.Vendors, ", "), strict)
	}
	_, err := table.WriteTo(w)
	return err
}

func unbindCommand(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "unbind KEY",
		Short: "Remove the binding of a session",
		Long: `Remove the binding of a session. A [[sessions]] row of the configuration then applies again. The command
fails if the key is not bound. With --json it prints the answer to DELETE /api/session-vendor.`,
		Example: `  afterglowd unbind '{"session_id":"a/b"}'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return cli.Misused("expected a session key")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := r.ask(cmd, http.MethodDelete, "/api/session-vendor/"+escapeKey(args[0]), nil, sentence("%s is no longer bound.", cli.Safe(args[0])))
			if refused(err, http.StatusNotFound) {
				return fmt.Errorf("%s is not bound", args[0])
			}
			return err
		},
	}
	return r.flags(cmd)
}

// escapeKey makes any text one part of a path. A key of dots alone would be a way upwards.
func escapeKey(key string) string { return strings.ReplaceAll(url.PathEscape(key), ".", "%2E") }
