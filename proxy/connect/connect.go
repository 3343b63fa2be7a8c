// Package connect sends coding agents to Afterglow by their own configuration files, and takes that back exactly.
package connect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"afterglow/proxy/config"
)

// Desk connects clients, one change at a time, also where several processes have its folder. Backups of their files are
// in the folder. Make it with New.
type Desk struct {
	dir string // "" = nothing can be kept
	mu  sync.Mutex
}

// New makes a desk that keeps its backups in the folder connect of a state folder. With none, "", it only lists.
func New(stateDir string) *Desk {
	if stateDir == "" {
		return &Desk{}
	}
	return &Desk{dir: filepath.Join(stateDir, "connect")}
}

// lockWait is how long a change waits for that of another process.
const lockWait = 5 * time.Second

// alone makes a change while no other is made with the same folder.
func (d *Desk) alone(change func() error) error {
	if d.dir == "" {
		return errors.New("there is no state folder for the backup")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.own(config.OwnFolder); err != nil {
		return fmt.Errorf("lock backups: %w", err)
	}
	path := filepath.Join(d.dir, "lock")
	if err := config.NoLink(path); err != nil {
		return fmt.Errorf("lock backups: %w", err)
	}
	lock := config.Lock(path)
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	_, err := lock.TryLockContext(ctx, 20*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: another process has connected or disconnected a client for %s; try again", lock.Path(), lockWait)
	}
	if err != nil {
		return fmt.Errorf("lock backups: %w", err)
	}
	defer lock.Unlock() // of a file that the end of the process unlocks anyway
	return change()
}

// own checks the folder: who can write there says what is written into clients' files.
func (d *Desk) own(check func(dir string) error) error {
	if err := config.NoLink(d.dir); err != nil {
		return err
	}
	for _, dir := range []string{filepath.Dir(d.dir), d.dir} {
		if err := check(dir); err != nil {
			return err
		}
	}
	return nil
}

// Connect sends a client to a target. vendor is needed where the client does not call the chain; "" takes the
// first that can serve it. The error names the file; nothing is changed then.
func (d *Desk) Connect(id, vendor string, t Target) error {
	c, err := lookUp(id)
	if err != nil {
		return err
	}
	r, err := c.choose(vendor, t)
	if err != nil {
		return err
	}
	return d.alone(func() error { return d.connect(c, t, r) })
}

func (d *Desk) connect(c client, t Target, to route) error {
	file, current, existed, err := c.read()
	if err != nil {
		return err
	}
	old, err := d.recordOf(c, file, current)
	if err != nil {
		return err
	}
	r := record{Path: file, Existed: existed, Original: current, Folders: missing(filepath.Dir(file))}
	if old != nil {
		undone, err := old.without(c, current, existed)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		r.Original, r.Existed = undone.text, undone.keep
		r.Folders = append(r.Folders, old.Folders...)
		if len(undone.left) > 0 { // what somebody wrote over ours is what will be restored: the first is kept beside it
			if _, err := d.aside(c, old); err != nil {
				return fmt.Errorf("keep backup of %s: %w", file, err)
			}
		}
	}
	text, err := r.apply(c, t, to)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	r.States = []string{sum(text), sum(current)}
	kept := d.backup(c.id, file)
	if err := r.write(kept); err != nil {
		return fmt.Errorf("keep backup of %s: %w", file, err)
	}
	if old != nil && old.kept != kept { // the file has moved, and its record with it
		if err := os.Remove(old.kept); err != nil {
			return fmt.Errorf("keep backup of %s: %w", file, err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return replace(file, text)
}

// apply edits the original, and notes what was there.
func (r *record) apply(c client, t Target, to route) (text []byte, err error) {
	edits, err := c.edits(t, to)
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
		if e.Line != "" {
			if e.New, err = withLine(raw, e.Line); err != nil {
				return nil, fmt.Errorf("%s: %w", strings.Join(e.Key, "."), err)
			}
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

// note keeps whether an object was there that ours goes into, and what it looked like if it was empty.
func (r *record) note(c client, text []byte, key []string) error {
	if slices.ContainsFunc(r.Containers, func(k container) bool { return slices.Equal(k.Key, key) }) {
		return nil
	}
	raw, ok, err := c.text.get(text, key)
	switch {
	case err != nil:
		return err
	case !ok && len(key) > 0 && c.text == (jsonText{}):
		r.Containers = append(r.Containers, container{Key: key})
	case ok && hollow(raw):
		r.Containers = append(r.Containers, container{Key: key, Old: &raw})
	}
	return nil
}
