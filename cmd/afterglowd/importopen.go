package main

import (
	"context"
	"errors"
)

// convertConfig turns a coding-proxy configuration into one of ours; the notes say what could not be taken over.
func convertConfig(yaml []byte) (toml string, notes []string, err error) {
	return "", nil, errors.New("this configuration cannot be converted")
}

// importUsage takes the calls of a coding-proxy database over into a ledger, which it makes if need be, and
// returns how many were new.
func importUsage(ctx context.Context, ledgerPath, from string) (added int, err error) {
	return 0, errors.New("the ledger cannot be written")
}
