package config

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Ledger is where calls are kept and how long.
type Ledger struct {
	Enabled   bool
	File      string        // "" = ledger.db in the state folder; see Path
	Retention time.Duration // how long a row is kept; 0 = for ever
	Evidence  bool          // every frame of usage is kept as it came
}

// Path is the ledger's file. A relative one is in the state folder.
func (l Ledger) Path(stateDir string) string { return inFolder(stateDir, cmp.Or(l.File, "ledger.db")) }

// Log is what the program writes about itself, and where.
type Log struct {
	Level   slog.Level
	Format  string // "text" or "json"
	File    string // "" = as the command has it; see Path
	MaxSize int64  // bytes at which a file is put aside and a new one begun
	Keep    int    // files that were put aside; they are compressed
}

// Path is the log's file, otherwise being its name where the configuration gives none; "" = there is none. A
// relative one is in the state folder.
func (l Log) Path(stateDir, otherwise string) string {
	if name := cmp.Or(l.File, otherwise); name != "" {
		return inFolder(stateDir, name)
	}
	return ""
}

func inFolder(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// DefaultLog is the log of a configuration that says nothing of it.
func DefaultLog() Log { return (&checker{}).log(logFile{}) }

const (
	defaultRetention = 180 * day
	minRetention     = day
	maxRetention     = 3650 * day
	defaultLogSize   = 5 << 20
	minLogSize       = 64 << 10 // the longest lines fit
	maxLogSize       = 1 << 30
	defaultLogKeep   = 5
	maxLogKeep       = 1000
)

type ledgerFile struct {
	// `false`: no call is recorded
	// Default: true
	Enabled *bool `toml:"enabled"`
	// a relative path is in the state folder; `~/` is your home folder
	// Default: `"ledger.db"`, in the state folder
	File *string `toml:"file"`
	// how long a row is kept, from 1 day to 3650 days; `0` = forever
	// Default: "180d"
	Retention *duration `toml:"retention"`
	// `true`: also stores the raw token counts of the vendor
	// Default: false
	Evidence *bool `toml:"evidence"`
}

type logFile struct {
	// `"debug"`, `"info"`, `"warn"` or `"error"`. `afterglowd serve --verbose` always uses `"debug"`
	// Default: "info"
	Level *string `toml:"level"`
	// `"text"`, or `"json"` for one object per line
	// Default: "text"
	Format *string `toml:"format"`
	// `afterglow` writes to this file and to stderr; `afterglowd serve` writes only to stderr unless this is set. A
	// relative path is in the state folder; `~/` is your home folder. The mode is 0600
	// Default: `"afterglow.log"` for `afterglow`
	File *string `toml:"file"`
	// a file of this size is compressed and a new one is started; 64KiB to 1GiB
	// Default: "5MiB"
	MaxSize *size `toml:"max_size"`
	// how many compressed files are kept
	// Default: 5
	Keep *int `toml:"keep"`
}

func (c *checker) ledger(f ledgerFile) Ledger {
	l := Ledger{
		Enabled:   or(f.Enabled, true),
		File:      c.path("ledger.file", f.File),
		Retention: time.Duration(or(f.Retention, duration(defaultRetention))),
		Evidence:  or(f.Evidence, false),
	}
	if err := checkRetention(l.Retention); err != nil {
		c.problem("ledger.retention", "%v", err)
	}
	return l
}

func checkRetention(d time.Duration) error {
	if d != 0 && (d < minRetention || d > maxRetention) {
		return fmt.Errorf("expected 0 (forever) or %d to %d days", minRetention/day, maxRetention/day)
	}
	return nil
}

func (c *checker) log(f logFile) Log {
	l := Log{
		Format:  or(f.Format, "text"),
		File:    c.path("log.file", f.File),
		MaxSize: int64(or(f.MaxSize, defaultLogSize)),
		Keep:    or(f.Keep, defaultLogKeep),
	}
	var err error
	if l.Level, err = ParseLevel(or(f.Level, "info")); err != nil {
		c.problem("log.level", "%v", err)
	}
	if l.Format != "text" && l.Format != "json" {
		c.problem("log.format", `expected "text" or "json", got %q`, l.Format)
	}
	if l.MaxSize < minLogSize || l.MaxSize > maxLogSize {
		c.problem("log.max_size", "expected 64KiB to 1GiB")
	}
	if l.Keep < 1 || l.Keep > maxLogKeep {
		c.problem("log.keep", "expected 1 to %d files, got %d", maxLogKeep, l.Keep)
	}
	return l
}

// levels are the log's, by name.
var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// ParseLevel reads "debug", "info", "warn" or "error".
func ParseLevel(name string) (slog.Level, error) {
	level, ok := levels[name]
	if !ok {
		return level, fmt.Errorf(`expected "debug", "info", "warn" or "error", got %q`, name)
	}
	return level, nil
}

// LevelName is the name that ParseLevel reads.
func LevelName(level slog.Level) string { return strings.ToLower(level.String()) }

// path expands a file's name; "~/" is the user's home.
func (c *checker) path(key string, written *string) string {
	name := c.text(key, written, "")
	rest, found := strings.CutPrefix(name, "~/")
	if !found {
		return name
	}
	home, err := os.UserHomeDir()
	if err != nil {
		c.problem(key, "expected a path without ~: %v", err)
	}
	return filepath.Join(home, rest)
}
