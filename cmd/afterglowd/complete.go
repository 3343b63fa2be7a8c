package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completeTimeout is how long somebody waits for a completion.
const completeTimeout = time.Second

// vendors are the names of the chain's vendors: the running instance's, or else the configuration's.
func (r *remote) vendors(ctx context.Context) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	if c, err := r.open(ctx); err == nil {
		var st status
		if c.get(ctx, "/api/status", &st) == nil {
			for _, t := range st.Tiers {
				names = append(names, t.Name)
			}
			return names
		}
	}
	if _, conf, err := r.set.Load(); err == nil {
		for _, v := range conf.Vendors {
			names = append(names, v.Name)
		}
	}
	return names
}

// models are the names of vendor models, of one vendor or with "" of all: those that were called, and those
// that the configuration names.
func (r *remote) models(ctx context.Context, vendor string) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	if c, err := r.open(ctx); err == nil {
		var now concurrency
		if c.get(ctx, "/api/concurrency", &now) == nil {
			for _, g := range now.Gauges {
				if vendor == "" || g.Vendor == vendor {
					names = append(names, g.Model)
				}
			}
		}
	}
	_, conf, err := r.set.Load()
	if err != nil {
		return names
	}
	for _, v := range conf.Vendors {
		if vendor != "" && v.Name != vendor {
			continue
		}
		names = append(names, v.DefaultModel)
		for _, rule := range v.Models {
			names = append(names, rule.To)
		}
		for model := range v.Limit.Models {
			names = append(names, model)
		}
	}
	slices.Sort(names)
	return slices.Compact(slices.DeleteFunc(names, func(n string) bool { return n == "" }))
}

// completeVendors completes vendors that are not given yet.
func (r *remote) completeVendors(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	names := slices.DeleteFunc(r.vendors(cmd.Context()), func(n string) bool { return slices.Contains(args, n) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeVendor completes one vendor of the configuration file, in the chain or not, as far as keep wants it.
func (r *remote) completeVendor(keep func(vendorRow) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return r.configured(cmd.Context(), keep), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeModel completes VENDOR MODEL.
func (r *remote) completeModel(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return r.vendors(cmd.Context()), cobra.ShellCompDirectiveNoFileComp
	case 1:
		return r.models(cmd.Context(), args[0]), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completeFlag completes a flag that takes vendors or models, one or a list, as its name says.
func (r *remote) completeFlag(cmd *cobra.Command, flag string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
		names := r.vendors(cmd.Context())
		if flag == "model" {
			names = r.models(cmd.Context(), "")
		}
		given := begin[:strings.LastIndex(begin, ",")+1]
		for i, name := range names {
			names[i] = given + name
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag is not there: a programmer's mistake
	}
}
