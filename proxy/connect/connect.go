// Package connect sends coding agents to Afterglow by their own configuration files, and takes that back exactly.
package connect

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"afterglow/proxy/config"
)

// client is a coding agent.
type client struct {
	id, name string
	text     syntax
	address  []string // the key in which Afterglow's address stands
	path     func() (string, error)
	edits    func(Target) ([]edit, error)
	serves   func(config.Vendor) (path string, ok bool) // nil: it calls the chain
}

// syntax edits a kind of file. All but what is edited keeps its bytes.
type syntax interface {
	get(text []byte, key []string) (raw string, ok bool, err error)
	set(text []byte, key []string, raw string) ([]byte, error)
	drop(text []byte, key []string) ([]byte, error)
	empty(text []byte, key []string) (bool, error)
	same(a, b string) bool
}

// State is where a client's calls go.
type State string

const (
	Connected  State = "connected"
	Apart      State = "not connected"
	Elsewhere  State = "connected to another address"
	Unreadable State = "unreadable"
)

// Status is a client as it is now.
type Status struct {
	ID      string   `json:"client"`
	Name    string   `json:"name"`
	File    string   `json:"file"`
	State   State    `json:"state"`
	Error   string   `json:"error,omitempty"`   // of Unreadable
	Vendors []string `json:"vendors,omitempty"` // those that can serve it
	Chain   bool     `json:"chain"`             // it calls the chain and needs no vendor chosen
}

// Desk connects clients. Backups of their files are in its folder. Make it with New.
type Desk struct {
	dir string
	mu  sync.Mutex // one change at a time
}

// New makes a desk that keeps its backups in the folder connect of a state folder.
func New(stateDir string) *Desk { return &Desk{dir: filepath.Join(stateDir, "connect")} }

func clients() []client { return []client{claudeCode(), codex(), opencode()} }

// IDs are the names of the clients for Connect and Disconnect.
func IDs() (all []string) {
	for _, c := range clients() {
		all = append(all, c.id)
	}
	return all
}

func lookUp(id string) (client, error) {
	for _, c := range clients() {
		if c.id == id {
			return c, nil
		}
	}
	return client{}, fmt.Errorf("client %q: expected one of %s", id, strings.Join(IDs(), ", "))
}

func (d *Desk) backup(id string) string { return filepath.Join(d.dir, id+".json") }

// List reads how all clients are now.
func (d *Desk) List(t Target) (all []Status) {
	for _, c := range clients() {
		all = append(all, d.status(c, t))
	}
	return all
}

func (d *Desk) status(c client, t Target) Status {
	s := Status{ID: c.id, Name: c.name, State: Apart, Chain: c.serves == nil}
	if c.serves != nil {
		for _, v := range t.Vendors {
			if _, ok := c.serves(v); ok {
				s.Vendors = append(s.Vendors, v.Name)
			}
		}
	}
	fail := func(err error) Status {
		s.State, s.Error = Unreadable, err.Error()
		return s
	}
	file, text, _, err := c.read()
	s.File = file
	if err != nil {
		return fail(err)
	}
	raw, ok, err := c.text.get(text, c.address)
	if err != nil {
		return fail(fmt.Errorf("%s: %w", file, err))
	}
	own := ok && strings.Contains(raw, `http://`+t.Address) && c.chosen(text)
	record, err := readRecord(d.backup(c.id))
	switch {
	case err != nil:
		return fail(err)
	case own:
		s.State = Connected
	case ok && record != nil && record.wrote(c, c.address, raw):
		s.State = Elsewhere
	}
	return s
}

// chosen reports whether a client that has several providers uses ours.
func (c client) chosen(text []byte) bool {
	if c.id != "codex" {
		return true
	}
	raw, _, err := c.text.get(text, []string{"model_provider"})
	return err == nil && strings.Trim(raw, `"'`) == "afterglow"
}

func (r *record) wrote(c client, key []string, raw string) bool {
	return slices.ContainsFunc(r.Edits, func(e edit) bool { return slices.Equal(e.Key, key) && c.text.same(e.New, raw) })
}

// read returns a client's file, links followed, and what is in it.
func (c client) read() (file string, text []byte, existed bool, err error) {
	file, err = c.path()
	if err != nil {
		return "", nil, false, err
	}
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	} else if !errors.Is(err, fs.ErrNotExist) {
		return file, nil, false, err
	} else if _, err := os.Lstat(file); err == nil {
		return file, nil, false, fmt.Errorf("%s: a link to nothing", file)
	}
	text, err = os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return file, nil, false, nil
	}
	return file, text, err == nil, err
}

// Connect sends a client to a target. vendor is needed where the client does not call the chain; "" takes the
// first that can serve it. The error names the file; nothing is changed then.
func (d *Desk) Connect(id, vendor string, t Target) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := lookUp(id)
	if err != nil {
		return err
	}
	if t, err = c.choose(vendor, t); err != nil {
		return err
	}
	file, current, existed, err := c.read()
	if err != nil {
		return err
	}
	old, err := readRecord(d.backup(id))
	if err != nil {
		return err
	}
	r := record{Path: file, Existed: existed, Original: current, Folders: missing(filepath.Dir(file))}
	if old != nil && old.Path == file {
		if r.Original, r.Existed, err = old.without(c, current, existed); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		r.Folders = append(r.Folders, old.Folders...)
	}
	text, err := r.apply(c, t)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	r.States = []string{sum(text), sum(current)}
	if err := r.write(d.backup(id)); err != nil {
		return fmt.Errorf("keep backup of %s: %w", file, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return replace(file, text)
}

func (c client) choose(vendor string, t Target) (Target, error) {
	if c.serves == nil {
		return t, nil
	}
	for _, v := range t.Vendors {
		if path, ok := c.serves(v); ok && (vendor == "" || vendor == v.Name) {
			return t.to(v, path), nil
		}
	}
	if vendor != "" {
		return t, fmt.Errorf("%s cannot use vendor %q", c.name, vendor)
	}
	return t, fmt.Errorf("no vendor of the chain can serve %s", c.name)
}

// apply edits the original, and notes what was there.
func (r *record) apply(c client, t Target) (text []byte, err error) {
	edits, err := c.edits(t)
	if err != nil {
		return nil, err
	}
	text = r.Original
	for _, e := range edits {
		for n := range e.Key {
			if err := r.note(c, text, e.Key[:n]); err != nil {
				return nil, err
			}
		}
		raw, ok, err := c.text.get(text, e.Key)
		if err != nil {
			return nil, err
		}
		if ok {
			e.Old = &raw
		}
		if text, err = c.text.set(text, e.Key, e.New); err != nil {
			return nil, err
		}
		now, ok, err := c.text.get(text, e.Key)
		if err != nil {
			return nil, err
		}
		if !ok || !c.text.same(now, e.New) {
			return nil, fmt.Errorf("%s stands there in a way that cannot be changed", strings.Join(e.Key, "."))
		}
		r.Edits = append(r.Edits, e)
	}
	return text, nil
}

func (r *record) note(c client, text []byte, key []string) error {
	for _, known := range r.Containers {
		if slices.Equal(known.Key, key) {
			return nil
		}
	}
	raw, ok, err := c.text.get(text, key)
	if err != nil {
		return err
	}
	empty, err := c.text.empty(text, key)
	switch {
	case err != nil:
		return err
	case !ok && len(key) > 0 && c.text == (jsonText{}):
		r.Containers = append(r.Containers, container{Key: key})
	case ok && empty:
		r.Containers = append(r.Containers, container{Key: key, Old: &raw})
	}
	return nil
}

// without is a client's file without what we wrote: as it was where it is as we left it, else with our keys taken back.
func (r *record) without(c client, current []byte, existed bool) ([]byte, bool, error) {
	if !existed {
		return nil, false, nil
	}
	if slices.Contains(r.States, sum(current)) {
		return r.Original, r.Existed, nil
	}
	text := current
	for _, e := range slices.Backward(r.Edits) {
		raw, ok, err := c.text.get(text, e.Key)
		if err != nil {
			return nil, false, err
		}
		if !ok || !c.text.same(raw, e.New) {
			continue // it is the user's by now
		}
		if e.Old != nil {
			text, err = c.text.set(text, e.Key, *e.Old)
		} else {
			text, err = c.text.drop(text, e.Key)
		}
		if err != nil {
			return nil, false, err
		}
	}
	for _, k := range slices.Backward(r.Containers) {
		empty, err := c.text.empty(text, k.Key)
		if err == nil && empty && k.Old != nil {
			text, err = c.text.set(text, k.Key, *k.Old)
		} else if err == nil && empty {
			text, err = c.text.drop(text, k.Key)
		}
		if err != nil {
			return nil, false, err
		}
	}
	return text, true, nil
}

// Disconnect takes back what Connect wrote. A client that is not connected stays as it is.
func (d *Desk) Disconnect(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := lookUp(id)
	if err != nil {
		return err
	}
	r, err := readRecord(d.backup(id))
	if err != nil || r == nil {
		return err
	}
	current, err := os.ReadFile(r.Path)
	existed := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, keep, err := r.without(c, current, existed)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Path, err)
	}
	switch {
	case !keep && existed:
		err = os.Remove(r.Path)
	case keep && !bytes.Equal(text, current):
		err = replace(r.Path, text)
	}
	if err != nil {
		return err
	}
	if !keep {
		for _, dir := range r.Folders {
			if os.Remove(dir) != nil {
				break // something else is in it by now
			}
		}
	}
	return os.Remove(d.backup(id))
}

// missing are the folders that are not there, the innermost first.
func missing(dir string) (all []string) {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return all
		}
		all = append(all, dir)
		dir = filepath.Dir(dir)
	}
}

// replace writes a file whole or not at all, and keeps its mode. A file that may not be written stays.
func replace(file string, text []byte) error {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return config.ReplaceFile(file, text)
	}
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fmt.Errorf("%s: it may only be read", file)
	}
	temp := file + ".afterglow"
	if err := config.ReplaceFile(temp, text); err != nil {
		return err
	}
	if err = os.Chmod(temp, info.Mode().Perm()); err == nil {
		err = os.Rename(temp, file)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
