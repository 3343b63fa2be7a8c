package main

import (
	"context"
	"errors"

	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// rows is what usage needs of a ledger.
type rows interface {
	Rows(ctx context.Context, q ledger.Query, prices price.Table) ([]ledger.Row, error)
}

// openLedger opens a ledger's file to read it, whether or not an instance writes to it.
func openLedger(path string) (rows, error) {
	return nil, errors.New("the ledger cannot be read")
}

// pricesOf is the price list of a configuration.
func pricesOf(config.Config) price.Table { return nil }

// ledgerFile is the ledger's name in the state folder.
const ledgerFile = "ledger.db"
