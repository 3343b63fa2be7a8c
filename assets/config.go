package assets

import _ "embed"

// DefaultConfig is TOML: the built-in vendors.
//
//go:embed default.toml
var DefaultConfig string
