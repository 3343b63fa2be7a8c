package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// stateVersion is the form of the state file that this program writes.
const stateVersion = 1

// State is what the user changed while the program ran. It is kept in a file of its own, so that the
// configuration stays the user's. It is safe for concurrent use. The zero State is kept in memory alone.
type State struct {
	path string // "" = no file

	choose sync.Mutex // held over a change of Desktop, from its reading to its writing
	write  sync.Mutex // held over the writing of the file
	mu     sync.Mutex // guards kept, and never over I/O
	kept   stateFile
}

type stateFile struct {
	Version  int                       `json:"version"`
	Limits   map[string]map[string]int `json:"limits"`          // by vendor and vendor model; "*" is the account
	Order    [][]string                `json:"order,omitempty"` // of the tiers, where it is not the configuration's
	Bindings []Session                 `json:"bindings,omitempty"`
	Settings Settings                  `json:"settings,omitzero"`
	Desktop  Desktop                   `json:"desktop,omitzero"`
}

func (f stateFile) clone() stateFile {
	limits := make(map[string]map[string]int, len(f.Limits))
	for vendor, models := range f.Limits {
		limits[vendor] = maps.Clone(models)
	}
	f.Limits, f.Version = limits, stateVersion
	f.Order, f.Bindings = slices.Clone(f.Order), slices.Clone(f.Bindings)
	f.Settings, f.Desktop = f.Settings.clone(), f.Desktop.clone()
	return f
}

// OpenState reads the state file of a folder, which it makes if need be. A file that cannot be
// understood is kept under another name and reported by the error, beside a state that is empty and
// can be used; only without a usable folder is the state nil.
func OpenState(dir string) (*State, error) {
	if err := OwnFolder(dir); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	s := &State{path: filepath.Join(dir, "state.json")}
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
	if err == nil {
		err = errors.Join(f.Settings.Check(), f.Desktop.Check())
	}
	if err != nil {
		err = SetAside(s.path, err)
		if _, there := os.Stat(s.path); there == nil {
			return nil, err // the next change would write over it
		}
		return s, err
	}
	s.kept = f
	return s, nil
}

// Limits returns a copy of the limits that were set, by vendor and vendor model.
func (s *State) Limits() map[string]map[string]int { return s.copy().Limits }

// Order returns the order of the tiers that was set, nil if none was.
func (s *State) Order() [][]string { return s.copy().Order }

// Bindings returns the sessions that were bound to vendors; Match is a session's key.
func (s *State) Bindings() []Session { return s.copy().Bindings }

func (s *State) copy() stateFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.clone()
}

// SetLimit keeps a limit. The error says that the file could not be written.
func (s *State) SetLimit(vendor, model string, limit int) error {
	return s.change(func(f *stateFile) {
		if f.Limits[vendor] == nil {
			f.Limits[vendor] = map[string]int{}
		}
		f.Limits[vendor][model] = limit
	})
}

// SetOrder keeps an order of the tiers, nil for the configuration's.
func (s *State) SetOrder(order [][]string) error {
	return s.change(func(f *stateFile) { f.Order = order })
}

// SetBindings keeps the bindings of sessions.
func (s *State) SetBindings(bindings []Session) error {
	return s.change(func(f *stateFile) { f.Bindings = bindings })
}

// Reset forgets a limit, all of a vendor's with an empty model, or every limit with an empty vendor.
func (s *State) Reset(vendor, model string) error {
	return s.change(func(f *stateFile) {
		switch {
		case vendor == "":
			clear(f.Limits)
		case model == "":
			delete(f.Limits, vendor)
		default:
			delete(f.Limits[vendor], model)
			if len(f.Limits[vendor]) == 0 {
				delete(f.Limits, vendor)
			}
		}
	})
}

// Rename gives a vendor another name wherever the state has it: its limits, the order of the tiers, and sessions that are
// bound to it. undo takes that back, also where the error says that the file could not be written.
func (s *State) Rename(vendor, to string) (undo func() error, err error) {
	was := s.copy()
	undo = func() error { return nil }
	if !was.names(vendor) {
		return undo, nil
	}
	left, stood := was.Limits[to] // of a vendor that is no more
	undo = func() error {
		return s.change(func(f *stateFile) {
			f.rename(to, vendor)
			if stood {
				f.Limits[to] = left
			}
		})
	}
	return undo, s.change(func(f *stateFile) { f.rename(vendor, to) })
}

func (f *stateFile) names(vendor string) bool {
	_, limited := f.Limits[vendor]
	bound := func(b Session) bool { return slices.Contains(b.Vendors, vendor) }
	return limited || slices.Contains(slices.Concat(f.Order...), vendor) || slices.ContainsFunc(f.Bindings, bound)
}

// rename edits a copy, of whose lists others may still have the old ones.
func (f *stateFile) rename(vendor, to string) {
	if limits, set := f.Limits[vendor]; set {
		f.Limits[to] = limits
		delete(f.Limits, vendor)
	}
	for i, tier := range f.Order {
		f.Order[i] = Renamed(tier, vendor, to)
	}
	for i, b := range f.Bindings {
		f.Bindings[i].Vendors = Renamed(b.Vendors, vendor, to)
	}
}

// Renamed is a copy of a list of vendors in which one has another name.
func Renamed(names []string, vendor, to string) []string {
	names = slices.Clone(names)
	for i, name := range names {
		if name == vendor {
			names[i] = to
		}
	}
	return names
}

// Sidecar is the path of another file in the state's folder.
func (s *State) Sidecar(name string) string { return filepath.Join(filepath.Dir(s.path), name) }

// change edits what is kept and writes it.
func (s *State) change(edit func(*stateFile)) error {
	s.write.Lock()
	defer s.write.Unlock()
	next := s.copy()
	edit(&next)
	s.mu.Lock()
	s.kept = next
	s.mu.Unlock()
	if s.path == "" {
		return nil
	}
	text, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if err := ReplaceFile(s.path, append(text, '\n')); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

// SetAside renames a file that cannot be understood, so that nothing writes over it, and adds to why where it is now.
func SetAside(path string, why error) error {
	aside := path + time.Now().Format(".20060102-150405.broken")
	if err := os.Rename(path, aside); err != nil {
		return fmt.Errorf("%s: %w, and it cannot be set aside: %w", path, why, err)
	}
	return fmt.Errorf("%s: %w; it was kept as %s", path, why, filepath.Base(aside))
}

// ReplaceFile writes a file, mode 0600, so that a reader, or the next start after a power cut, finds the old or
// the new one whole.
func ReplaceFile(path string, text []byte) error { return ReplaceFileAs(path, text, 0o600) }

// ReplaceFileAs is ReplaceFile with another mode.
func ReplaceFileAs(path string, text []byte, mode fs.FileMode) (err error) {
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
	if err == nil && mode != 0o600 {
		err = temp.Chmod(mode)
	}
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
