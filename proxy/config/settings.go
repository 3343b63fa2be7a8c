package config

import (
	"fmt"
	"time"
)

// Settings are what was set while the program ran. Where a field is nil the configuration's counts.
type Settings struct {
	LogLevel  *string        `json:"log_level,omitempty"`    // as ParseLevel reads it
	Retention *time.Duration `json:"retention_ns,omitempty"` // how long the ledger keeps rows; 0 = for ever
	Evidence  *bool          `json:"evidence,omitempty"`     // the ledger keeps every frame of usage
}

// Check says which field has a value that it cannot have, by its name in the configuration, and what was
// expected.
func (s Settings) Check() error {
	if s.LogLevel != nil {
		if _, err := ParseLevel(*s.LogLevel); err != nil {
			return fmt.Errorf("log.level: %w", err)
		}
	}
	if s.Retention != nil {
		if err := checkRetention(*s.Retention); err != nil {
			return fmt.Errorf("ledger.retention: %w", err)
		}
	}
	return nil
}

// Over lays the settings over a configuration's.
func (s Settings) Over(conf Config) Config {
	if s.LogLevel != nil {
		if level, err := ParseLevel(*s.LogLevel); err == nil {
			conf.Log.Level = level
		}
	}
	conf.Ledger.Retention = or(s.Retention, conf.Ledger.Retention)
	conf.Ledger.Evidence = or(s.Evidence, conf.Ledger.Evidence)
	return conf
}

func (s Settings) clone() Settings {
	return Settings{LogLevel: copied(s.LogLevel), Retention: copied(s.Retention), Evidence: copied(s.Evidence)}
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// Settings returns a copy of what was set.
func (s *State) Settings() Settings { return s.copy().Settings }

// SetSettings keeps settings, in place of all that were kept. The error is that of Check, or says that the file
// could not be written.
func (s *State) SetSettings(set Settings) error {
	if err := set.Check(); err != nil {
		return err
	}
	return s.change(func(f *stateFile) { f.Settings = set.clone() })
}
