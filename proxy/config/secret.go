package config

import (
	"fmt"
	"log/slog"
	"slices"
)

// Secret is a key or a token. It never shows itself: formatted, logged or encoded it is redacted.
type Secret string

const redacted = "[redacted]"

// Placeholder is what a client is given for a key where Afterglow wants none, because many do not start without one. It
// is no secret, and no vendor gets it.
const Placeholder = "afterglow"

// Reveal returns the secret, for the one place that sends or compares it.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter, so that no verb shows the secret.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Secrets are those that the configuration holds: its token, the vendors' keys, and their OAuth clients'.
func (c Config) Secrets() []string {
	all := []string{c.Token.Reveal()}
	for _, v := range c.Vendors {
		all = append(all, v.Key.Reveal(), v.Account.ClientSecret.Reveal())
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}
