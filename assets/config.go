package assets

import _ "embed"

// DefaultConfig is TOML: the built-in vendors.
//
//go:embed default.toml
var DefaultConfig string

// Prices is TOML: what the models of the built-in vendors cost, and on which day.
//
//go:embed prices.toml
var Prices string
