// Package connect sends coding agents to Afterglow by their own configuration files, and takes that back exactly.
package connect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// Desk connects clients, one change at a time, also where several processes have its folder. Backups of their files are
// in the folder. Make it with New.
type Desk struct {
	Shell Shell // where clients are started, as far as it is known; its zero value is for a window

	dir  string // "" = nothing can be kept
	root string // where the system's files are; "" = at /
	mu   sync.Mutex
	save func(file string, text []byte) error // nil = replace
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
		return inFile(lock.Path(), reason.New(reason.BackupBusy, "", "another process has connected or disconnected a client for %s; try again", lockWait))
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

// Choice is what its user decides when a client is connected.
type Choice struct {
	Vendor      string // that a client calls which does not call the chain; "" = the first that can serve it
	Credentials Credentials
	SetAside    bool // what Look found and can set aside is set aside until the client is disconnected

	again map[string][]edit // what was set aside before, by file; "" = the client's own
}

// Connect sends a client to a target. The error names the file; nothing is changed then.
func (d *Desk) Connect(id string, with Choice, t Target) error {
	c, err := lookUp(id)
	if err != nil {
		return err
	}
	r, err := c.choose(with.Vendor, t)
	if err != nil {
		return err
	}
	return d.alone(func() error {
		if err := d.connect(c, with, t, r); err != nil {
			return err
		}
		return d.forget(id)
	})
}

func (d *Desk) connect(c client, with Choice, t Target, to route) error {
	file, current, existed, err := c.read()
	if err != nil {
		return err
	}
	r, old, err := d.begin(c, file, current, existed)
	if err != nil {
		return err
	}
	r.URL = to.URL
	credentials := t.settle(with.Credentials, d.Shell)
	if with.Credentials == Usual && t.ClientAuth && old != nil && c.credentials != nil {
		credentials = c.credentials(current, t) // as it was chosen before
	}
	if old != nil { // what was set aside before stays so
		aside := slices.DeleteFunc(slices.Clone(old.Edits), func(e edit) bool { return !e.Put })
		with.again = map[string][]edit{"": aside}
	}
	s := sight{file, r.Original, to, t, credentials, d.Shell, d.root}
	own, others, err := d.plan(c, s, with)
	if err != nil {
		return err
	}
	back, err := d.write(c, r, old, current, own)
	if err != nil {
		return err
	}
	for _, other := range slices.Sorted(maps.Keys(others)) {
		undo, err := d.setAside(c, s, other, others[other])
		if err != nil {
			return errors.Join(err, back())
		}
		before := back
		back = func() error { return errors.Join(undo(), before()) }
	}
	return nil
}

// begin is the record of a file as it was before it was connected, also if it is connected by now: old is its record of
// then.
func (d *Desk) begin(c client, file string, current []byte, existed bool) (r, old *record, err error) {
	old, err = d.recordOf(c, file, current)
	if err != nil {
		return nil, nil, err
	}
	r = &record{Path: file, Existed: existed, Original: current, Folders: missing(filepath.Dir(file))}
	if old == nil {
		return r, nil, nil
	}
	undone, err := old.without(c, current, existed)
	if err != nil {
		return nil, nil, inFile(file, err)
	}
	r.Original, r.Existed = undone.text, undone.keep
	r.Folders = append(r.Folders, old.Folders...)
	if len(undone.left) > 0 { // what somebody wrote over ours is what will be restored: the first is kept as well
		if _, err := d.aside(c, old); err != nil {
			return nil, nil, fmt.Errorf("keep backup of %s: %w", file, err)
		}
	}
	return r, old, nil
}

// plan is what to write: into the client's own file, and into others in which something is set aside.
func (d *Desk) plan(c client, s sight, with Choice) (own []edit, others map[string][]edit, err error) {
	own, err = c.edits(s.target, s.to, s.credentials)
	if err != nil {
		return nil, nil, err
	}
	if c.defaults != nil {
		for _, e := range c.defaults(s.to) {
			if _, has, err := c.text.get(s.text, e.Key); err == nil && !has {
				own = append(own, e)
			}
		}
	}
	found, err := c.look(s)
	if err != nil {
		return nil, nil, err
	}
	others = map[string][]edit{}
	for _, f := range found {
		switch {
		case !f.Aside:
		case f.in != "":
			if with.SetAside || d.holds(c, f.in) {
				others[f.in] = append(others[f.in], f.edit)
			}
		case (with.SetAside || writes(with.again[""], f.edit.Key)) && !writes(own, f.edit.Key):
			own = append(own, f.edit)
		}
	}
	for file, all := range with.again { // with what only another shell shows
		if file == "" {
			own = s.more(own, all)
		} else {
			others[file] = s.more(others[file], all)
		}
	}
	return own, others, nil
}

// writes reports whether a key is among those of edits.
func writes(all []edit, key []string) bool {
	return slices.ContainsFunc(all, func(e edit) bool { return slices.Equal(e.Key, key) })
}

// more adds to edits those that set something aside, as they would be made for this target.
func (s sight) more(edits, before []edit) []edit {
	for _, e := range before {
		if !e.Put || e.Gone || writes(edits, e.Key) {
			continue
		}
		e = edit{Key: e.Key, New: e.New, What: e.What, Put: true}
		switch e.What {
		case "url":
			e.New = quote(s.to.URL)
		case "token":
			e.New = quote(s.tokenInstead())
		}
		edits = append(edits, e)
	}
	return edits
}

// holds reports whether a file has a record.
func (d *Desk) holds(c client, file string) bool {
	r, err := readRecord(d.backup(c.id, file))
	return err == nil && r.Path == file
}

// setAside writes what stands for settings into a file that is not the client's own.
func (d *Desk) setAside(c client, s sight, file string, edits []edit) (back func() error, err error) {
	file, current, existed, err := readLinked(file)
	if err != nil || !existed {
		return func() error { return nil }, err
	}
	r, old, err := d.begin(c, file, current, existed)
	if err != nil {
		return nil, err
	}
	r.For = s.file
	if old != nil {
		edits = s.more(edits, old.Edits)
	}
	return d.write(c, r, old, current, edits)
}

// write makes the edits in a file, and keeps its record.
func (d *Desk) write(c client, r, old *record, current []byte, edits []edit) (back func() error, err error) {
	text, err := r.apply(c, edits)
	if err != nil {
		return nil, inFile(r.Path, err)
	}
	r.States = []string{sum(text), sum(current)}
	back, err = d.put(c, r, current, text)
	if err != nil || old == nil || old.kept == d.backup(c.id, r.Path) {
		return back, err
	}
	if err := os.Remove(old.kept); err != nil { // the file has moved, and its record with it
		return nil, errors.Join(fmt.Errorf("keep backup of %s: %w", r.Path, err), back())
	}
	return back, nil
}

// put keeps a record and writes its file. If one of them fails, both are as they were. back makes them so later.
func (d *Desk) put(c client, r *record, current, text []byte) (back func() error, err error) {
	kept := d.backup(c.id, r.Path)
	was, err := os.ReadFile(kept)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("keep backup of %s: %w", r.Path, err)
	}
	forget := func() error {
		if was == nil {
			return os.Remove(kept)
		}
		return config.ReplaceFile(kept, was)
	}
	if _, err := readRecord(kept); errors.Is(err, errDamaged) {
		if err := config.ReplaceFile(kept+".damaged", was); err != nil {
			return nil, fmt.Errorf("keep backup of %s: %w", r.Path, err)
		}
	}
	_, err = os.Stat(r.Path)
	existed := err == nil
	if err := r.write(kept); err != nil {
		return nil, fmt.Errorf("keep backup of %s: %w", r.Path, err)
	}
	back = func() error {
		var err error
		if existed {
			err = d.replace(r.Path, current)
		} else {
			err = os.Remove(r.Path)
			removeFolders(r.Folders)
		}
		return errors.Join(err, forget())
	}
	err = os.MkdirAll(filepath.Dir(r.Path), 0o700)
	if err == nil {
		err = d.replace(r.Path, text)
	}
	if err != nil {
		removeFolders(r.Folders)
		return nil, errors.Join(err, forget())
	}
	if err := c.stands(r, text); err != nil {
		if errors.Is(err, errForeign) { // another program has written the file: it stays
			return nil, errors.Join(err, forget())
		}
		return nil, errors.Join(err, back())
	}
	return back, nil
}

// replace writes a client's file.
func (d *Desk) replace(file string, text []byte) error {
	if d.save != nil {
		return d.save(file, text)
	}
	return replace(file, text)
}

// removeFolders removes folders that were made for a file, the innermost first, until one holds something.
func removeFolders(all []string) {
	for _, dir := range all {
		if os.Remove(dir) != nil {
			return
		}
	}
}

// apply makes edits in the original, and notes what was there. What comes of it is checked by another parser.
func (r *record) apply(c client, edits []edit) (text []byte, err error) {
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
		if e.Gone {
			text, err = c.text.drop(text, e.Key)
		} else {
			text, err = c.text.set(text, e.Key, e.New)
		}
		if err != nil {
			return nil, err
		}
		r.Edits = append(r.Edits, e)
	}
	if err := c.follows(r.Original, text, r.Edits); err != nil {
		return nil, err
	}
	for i, e := range r.Edits { // as it is written there, by which it is known again
		if now, ok, err := c.text.get(text, e.Key); err == nil && ok {
			r.Edits[i].New = now
		}
	}
	return text, nil
}
