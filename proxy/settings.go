package proxy

import (
	"time"
)

// Settings are what can be changed while the program runs. They lie over the configuration's and are kept.
type Settings struct {
	LogLevel  string        // "debug", "info", "warn", "error"
	Retention time.Duration // how long the ledger keeps rows; 0 = for ever
	Evidence  bool          // the ledger keeps every frame of usage as it came
}

// Settings returns those in force.
func (s *Server) Settings() Settings { return Settings{} }

// SetSettings changes them. The error names the field and what was expected, or says that the state file could
// not be written.
func (s *Server) SetSettings(set Settings) error { return nil }
