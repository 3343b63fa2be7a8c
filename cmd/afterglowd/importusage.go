package main

import (
	"context"

	"afterglow/proxy/ledger"
)

// importUsage takes the calls of a coding-proxy database over into a ledger, which it makes if need be, and
// returns how many were new.
func importUsage(ctx context.Context, ledgerPath, from string) (added int, err error) {
	l, err := ledger.Open(ledger.Options{Path: ledgerPath})
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Import(ctx, from)
}
