package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// stateVersion is the form of the state file that this program writes.
const stateVersion = 1

// State is what the user changed while the program ran. It is kept in a file of its own, so that the
// configuration stays the user's. It is safe for concurrent use.
type State struct {
	path string

	write  sync.Mutex // held over the writing of the file
	mu     sync.Mutex // guards limits, and never over I/O
	limits map[string]map[string]int
}

type stateFile struct {
	Version int                       `json:"version"`
	Limits  map[string]map[string]int `json:"limits"` // by vendor and vendor model; "*" is the account
}

// OpenState reads the state file of a folder, which it makes if need be. A file that cannot be
// understood is kept under another name and reported by the error, beside a state that is empty and
// can be used; only without a usable folder is the state nil.
func OpenState(dir string) (*State, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	s := &State{path: filepath.Join(dir, "state.json"), limits: map[string]map[string]int{}}
	text, err := os.ReadFile(s.path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	var f stateFile
	if err = json.Unmarshal(text, &f); err == nil && f.Version != stateVersion {
		err = fmt.Errorf("version: expected %d, got %d", stateVersion, f.Version)
	}
	if err != nil {
		aside := s.path + time.Now().Format(".20060102-150405.broken")
		if moved := os.Rename(s.path, aside); moved != nil {
			return nil, fmt.Errorf("keep unreadable state: %w", moved)
		}
		return s, fmt.Errorf("%s: %w; it was kept as %s", s.path, err, filepath.Base(aside))
	}
	for vendor, models := range f.Limits {
		s.limits[vendor] = maps.Clone(models)
	}
	return s, nil
}

// Limits returns a copy of the limits that were set, by vendor and vendor model.
func (s *State) Limits() map[string]map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	limits := make(map[string]map[string]int, len(s.limits))
	for vendor, models := range s.limits {
		limits[vendor] = maps.Clone(models)
	}
	return limits
}

// SetLimit keeps a limit. The error says that the file could not be written.
func (s *State) SetLimit(vendor, model string, limit int) error {
	return s.change(func(limits map[string]map[string]int) {
		if limits[vendor] == nil {
			limits[vendor] = map[string]int{}
		}
		limits[vendor][model] = limit
	})
}

// Reset forgets a limit, all of a vendor's with an empty model, or every limit with an empty vendor.
func (s *State) Reset(vendor, model string) error {
	return s.change(func(limits map[string]map[string]int) {
		switch {
		case vendor == "":
			clear(limits)
		case model == "":
			delete(limits, vendor)
		default:
			delete(limits[vendor], model)
			if len(limits[vendor]) == 0 {
				delete(limits, vendor)
			}
		}
	})
}

// change edits the limits and writes them all.
func (s *State) change(edit func(map[string]map[string]int)) error {
	s.write.Lock()
	defer s.write.Unlock()
	limits := s.Limits()
	edit(limits)
	s.mu.Lock()
	s.limits = limits
	s.mu.Unlock()
	text, err := json.MarshalIndent(stateFile{stateVersion, limits}, "", "  ")
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if err := replaceFile(s.path, append(text, '\n')); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

// replaceFile writes a file so that a reader, or the next start after a power cut, finds the old or
// the new one whole.
func replaceFile(path string, text []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
