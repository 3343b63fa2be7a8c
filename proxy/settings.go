package proxy

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
)

// Logging is what of a log can be changed while it is used; see package logging.
type Logging interface {
	SetLevel(slog.Level)
	Hide(secrets ...string) // they are masked from now on
}

// Settings are what can be changed while the program runs. They lie over the configuration's and are kept.
type Settings struct {
	LogLevel  string        // "debug", "info", "warn", "error"
	Retention time.Duration // how long the ledger keeps rows; 0 = for ever
	Evidence  bool          // the ledger keeps every frame of usage as it came
}

// Settings returns those in force.
func (s *Server) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return settingsOf(s.settings.Over(s.current().conf))
}

func settingsOf(conf config.Config) Settings {
	return Settings{config.LevelName(conf.Log.Level), conf.Ledger.Retention, conf.Ledger.Evidence}
}

// ChangeSettings changes them: edit gets those in force, and nobody changes them meanwhile. What is set to the
// configuration's own follows it again. The error names the field and what was expected, or says that the state file could
// not be written; the settings are then in force all the same.
func (s *Server) ChangeSettings(edit func(*Settings)) error {
	s.choose.Lock()
	defer s.choose.Unlock()
	set := s.Settings()
	edit(&set)
	changed, err := s.takeSettings(set)
	if err != nil || s.state == nil {
		return err
	}
	if err := s.state.SetSettings(changed); err != nil {
		return fmt.Errorf("keep settings: %w", err)
	}
	return nil
}

// takeSettings puts settings in force and returns what of them is not the configuration's.
func (s *Server) takeSettings(set Settings) (changed config.Settings, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := settingsOf(s.current().conf)
	if set.LogLevel != own.LogLevel {
		changed.LogLevel = &set.LogLevel
	}
	if set.Retention != own.Retention {
		changed.Retention = &set.Retention
	}
	if set.Evidence != own.Evidence {
		changed.Evidence = &set.Evidence
	}
	if err := changed.Check(); err != nil {
		return changed, err
	}
	s.settings = changed
	s.applySettings(s.current().conf)
	return changed, nil
}

// applySettings puts a configuration's log and ledger in force, with the settings over them. The caller holds the
// mutex, or has the server to itself.
func (s *Server) applySettings(conf config.Config) {
	conf = s.settings.Over(conf)
	s.hidden.Hide(conf.Secrets()...)
	if s.logging != nil {
		s.logging.Hide(conf.Secrets()...)
		if s.level == nil || *s.level != conf.Log.Level { // a flag may have set another for now
			s.logging.SetLevel(conf.Log.Level)
		}
	}
	s.level = &conf.Log.Level
	s.budget.most.Store(cmp.Or(conf.MaxBodies, math.MaxInt64))
	if s.ledger != nil {
		s.ledger.SetRetention(conf.Ledger.Retention)
	}
	s.evidence.Store(conf.Ledger.Evidence && s.ledger != nil)
}

// credentialsChanged is called when somebody has signed in, or a key was found with the credentials.
func (s *Server) credentialsChanged() {
	s.hidden.Hide(s.keeper.Secrets()...)
	if s.logging != nil {
		s.logging.Hide(s.keeper.Secrets()...)
	}
	s.limiter.Notify()
}

type settingsJSON struct {
	LogLevel  string  `json:"log_level"`
	Retention float64 `json:"retention_days"` // 0 = for ever
	Evidence  bool    `json:"evidence"`
}

const dayLong = 24 * time.Hour

// getSettings serves GET /api/settings.
func (s *Server) getSettings(w http.ResponseWriter, _ *http.Request) {
	set := s.Settings()
	writeJSON(w, http.StatusOK, settingsJSON{set.LogLevel, set.Retention.Hours() / dayLong.Hours(), set.Evidence})
}

// putSettings serves PUT /api/settings: what is not named stays as it is.
func (s *Server) putSettings(w http.ResponseWriter, r *http.Request) {
	root, err := readObject(w, r)
	if err == nil {
		err = readSettings(root, &Settings{})
	}
	if err == nil {
		err = s.ChangeSettings(func(set *Settings) { readSettings(root, set) }) // read without an error before
	}
	if err != nil {
		writeError(w, orderError(err))
		return
	}
	s.getSettings(w, r)
}

func readSettings(root gjson.Result, set *Settings) (err error) {
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "log_level":
			if set.LogLevel = value.Str; value.Type != gjson.String {
				err = errors.New("log_level: expected a string")
			}
		case "retention_days":
			if set.Retention = time.Duration(value.Num * float64(dayLong)); value.Type != gjson.Number {
				err = errors.New("retention_days: expected a number; 0 means forever")
			}
		case "evidence":
			if set.Evidence = value.Bool(); !value.IsBool() {
				err = errors.New("evidence: expected true or false")
			}
		default:
			err = fmt.Errorf("%q: expected log_level, retention_days or evidence", key.Str)
		}
		return err == nil
	})
	return err
}
