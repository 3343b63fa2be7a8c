package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy/config"
)

// vendorsNow is what is shown of GET /api/vendors.
type vendorsNow struct {
	File    string      `json:"file"`
	Exists  bool        `json:"exists"`
	Live    bool        `json:"live"`
	Keys    string      `json:"keys"` // where they are kept, for people
	Tiers   []pool      `json:"tiers"`
	Vendors []vendorRow `json:"vendors"`
	Presets []vendorRow `json:"presets"`
}

type vendorRow struct {
	Name    string      `json:"name"`
	Dialect string      `json:"dialect"`
	BaseURL string      `json:"base_url"`
	Auth    config.Auth `json:"auth"`
	Key     string      `json:"key"` // where it is
	KeyVar  string      `json:"key_variable"`
	Limit   struct {
		Default int `json:"default"` // 0 = none
		Total   int `json:"total"`
	} `json:"limit"`
	Enabled bool `json:"enabled"`
}

// signsIn reports whether a user signs in to the vendor, so that it has no key.
func (v vendorRow) signsIn() bool {
	return v.Auth == config.AuthCopilot || v.Auth == config.AuthGoogle
}

// called says what the vendor is called with, as far as its row says.
func (v vendorRow) called() string {
	switch {
	case v.Auth == config.AuthClient:
		return "from client"
	case v.Auth == config.AuthNone:
		return "not needed"
	case v.signsIn():
		return "sign-in"
	}
	return map[string]string{"variable": "${" + v.KeyVar + "}", "keyring": "stored", "file": "in config file"}[v.Key]
}

// tier is a vendor's place in the chain, from 1; 0 if it has none.
func (n *vendorsNow) tier(name string) int {
	return 1 + slices.IndexFunc(n.Tiers, func(t pool) bool { return slices.Contains(t, name) })
}

// find is a vendor by its name, a built-in one too.
func (n *vendorsNow) find(name string) (vendorRow, bool) {
	all := slices.Concat(n.Vendors, n.Presets)
	if i := slices.IndexFunc(all, func(v vendorRow) bool { return v.Name == name }); i >= 0 {
		return all[i], true
	}
	return vendorRow{}, false
}

// aside is what people should know who change a file that is not what runs; "" if it is.
func (n *vendorsNow) aside() string {
	if n.Live {
		return ""
	}
	return fmt.Sprintf(" This instance runs in demo mode: changes are saved in %s and apply after a restart without the demo.", cli.Safe(n.File))
}

func namesOf(rows []vendorRow) (names []string) {
	for _, v := range rows {
		names = append(names, v.Name)
	}
	return names
}

func showVendors(w io.Writer, answer []byte) error {
	var now vendorsNow
	if err := json.Unmarshal(answer, &now); err != nil {
		return fmt.Errorf("read vendors: %w", err)
	}
	about := "Vendors in " + cli.Safe(now.File) + "."
	if !now.Exists {
		about = cli.Safe(now.File) + " does not exist. The chain has the vendors whose keys are set in the environment."
	}
	fmt.Fprintf(w, "%s%s\n", about, now.aside())
	table := cli.NewTable("TIER", "VENDOR", "API FORMAT", "BASE URL", "KEY", "LIMIT", "ACCOUNT").Right(0, 5, 6)
	for _, v := range now.Vendors {
		place := ""
		if n := now.tier(v.Name); n > 0 {
			place = strconv.Itoa(n)
		}
		table.Row(place, v.Name, v.Dialect, v.BaseURL, v.called(), number(v.Limit.Default), number(v.Limit.Total))
	}
	_, err := table.WriteTo(w)
	if err == nil && len(now.Presets) > 0 {
		_, err = fmt.Fprintf(w, "Other built-in vendors: %s.\n", cli.Safe(strings.Join(namesOf(now.Presets), ", ")))
	}
	return err
}

// vendorAt is a vendor of a running instance's configuration.
type vendorAt struct {
	client *client
	now    vendorsNow
	row    vendorRow
}

// vendor finds one by its name.
func (r *remote) vendor(cmd *cobra.Command, name string) (*vendorAt, error) {
	c, err := r.open(cmd.Context())
	if err != nil {
		return nil, err
	}
	at := &vendorAt{client: c}
	if err := c.get(cmd.Context(), "/api/vendors", &at.now); err != nil {
		return nil, err
	}
	var ok bool
	if at.row, ok = at.now.find(name); !ok {
		all := namesOf(slices.Concat(at.now.Vendors, at.now.Presets))
		return nil, fmt.Errorf("unknown vendor %q: expected one of %s", name, strings.Join(all, ", "))
	}
	return at, nil
}

// configured are the names of the vendors that the configuration file has or could have, as far as keep wants them; of
// the chain alone where no instance runs.
func (r *remote) configured(ctx context.Context, keep func(vendorRow) bool) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	c, err := r.open(ctx)
	var now vendorsNow
	if err != nil || c.get(ctx, "/api/vendors", &now) != nil {
		return r.vendors(ctx)
	}
	for _, v := range slices.Concat(now.Vendors, now.Presets) {
		if keep(v) {
			names = append(names, v.Name)
		}
	}
	return names
}
