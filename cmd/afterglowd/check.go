package main

import (
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

func checkCommand(set *proxy.Setup) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check a configuration and print the chain that it makes",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, conf, err := set.Load()
			if err != nil {
				return err
			}
			if conf.Path == "" {
				fmt.Fprintf(cmd.OutOrStdout(), "%s does not exist: the chain is what the environment has keys for.\n", file)
			} else {
				fmt.Fprintf(cmd.OutOrStdout(), "%s is correct.\n", file)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "listen %s\n", conf.Listen)
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "TIER\tVENDOR\tBASE URL\tKEY\tLIMIT\tACCOUNT")
			next := 0
			for tier, members := range conf.Order() {
				for range members { // the vendors stand in the order of the tiers
					v := conf.Vendors[next]
					next++
					fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", tier+1, v.Name, v.BaseURL, keyState(v), number(v.Limit.Default), number(v.Limit.Total))
				}
			}
			return table.Flush()
		},
	}
}

func keyState(v config.Vendor) string {
	switch {
	case v.Auth == config.AuthClient:
		return "the client's"
	case v.Auth == config.AuthNone:
		return "none needed"
	case v.Key != "":
		return "set"
	case v.SignsIn() && v.KeyVar == "":
		return "by sign-in"
	case v.Keyring:
		return "with the credentials"
	}
	if v.SignsIn() {
		return "no OAuth client: set " + v.KeyVar
	}
	return "no key: set " + v.KeyVar
}

func number(limit int) string {
	if limit == 0 {
		return "-"
	}
	return strconv.Itoa(limit)
}
