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
)

// ErrApart says that there is nothing to take back.
var ErrApart = errors.New("it is not connected")

// LeftError says that a client was disconnected but for keys that somebody has changed since it was connected.
type LeftError struct {
	File   string
	Keys   []string // "env.ANTHROPIC_BASE_URL"
	Backup string   // where the file is as it was before it was connected; "" if there was none
}

// Error names the file, the keys and the backup, and no value.
func (e *LeftError) Error() string {
	text := fmt.Sprintf("%s: %s: changed since it was connected, and left as it is now", e.File, strings.Join(e.Keys, ", "))
	if e.Backup != "" {
		text += "; the file as it was before is kept as " + e.Backup
	}
	return text
}

// Disconnect takes back what Connect wrote: in the file that the client reads now, or if nothing was written there, in
// those that it read then. Without a record, what leads to the target is taken out. The error is ErrApart if there was
// nothing to take back, and a *LeftError if somebody has changed ours meanwhile.
func (d *Desk) Disconnect(id string, t Target) error {
	c, err := lookUp(id)
	if err != nil {
		return err
	}
	return d.alone(func() error { return errors.Join(d.disconnect(c, t), d.forget(id)) })
}

func (d *Desk) disconnect(c client, t Target) error {
	file, text, _, err := c.read()
	if err != nil {
		return err
	}
	r, err := d.recordOf(c, file, text)
	if err != nil {
		return err
	}
	if r != nil {
		return d.undo(c, r)
	}
	if at, err := c.calls(text); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	} else if leads(at, t.Address) {
		return d.undo(c, c.found(file, text, t))
	}
	all, err := d.records(c.id)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("%s (%s): %w", c.name, file, ErrApart)
	}
	var problems []error
	for _, r := range all {
		problems = append(problems, d.undo(c, r))
	}
	return errors.Join(problems...)
}

// found is the record that there would be of a file that calls the target, as far as one can see.
func (c client) found(file string, text []byte, t Target) *record {
	r := &record{Path: file, Existed: true}
	for _, e := range c.traces(t) {
		raw, ok, err := c.text.get(text, e.Key)
		if err != nil || !ok {
			continue
		}
		if e.New == "" && e.Line == "" {
			e.New = raw
		}
		if e.Line == "" && !c.text.same(raw, e.New) {
			continue
		}
		r.Edits = append(r.Edits, e)
		for n := 1; n < len(e.Key); n++ {
			r.Containers = append(r.Containers, container{Key: e.Key[:n]})
		}
	}
	return r
}

// undo writes a file as it is without ours, and forgets the record.
func (d *Desk) undo(c client, r *record) error {
	current, err := readText(r.Path)
	existed := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	now, err := r.without(c, current, existed)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Path, err)
	}
	switch {
	case !now.keep && existed:
		err = os.Remove(r.Path)
	case now.keep && !bytes.Equal(now.text, current):
		err = replace(r.Path, now.text)
	}
	if err != nil {
		return err
	}
	if !now.keep {
		for _, dir := range r.Folders {
			if os.Remove(dir) != nil {
				break // something else is in it by now
			}
		}
	}
	var left *LeftError
	if len(now.left) > 0 {
		left = &LeftError{File: r.Path, Keys: now.left}
		if left.Backup, err = d.aside(c, r); err != nil {
			return fmt.Errorf("keep backup of %s: %w", r.Path, err)
		}
	}
	if r.kept != "" {
		if err := os.Remove(r.kept); err != nil {
			return err
		}
	}
	if left != nil {
		return left
	}
	return nil
}

// aside keeps the file as it was, for its user to look at: "" if there was none.
func (d *Desk) aside(c client, r *record) (string, error) {
	if r.kept == "" || !r.Existed {
		return "", nil
	}
	file, err := os.CreateTemp(d.dir, c.id+".*."+filepath.Base(r.Path)) // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(r.Original)
	return file.Name(), errors.Join(err, file.Close())
}

// undone is a client's file without what we wrote.
type undone struct {
	text []byte
	keep bool     // else the file goes
	left []string // keys that are not as we wrote them any more
}

// without is a client's file as it was where it is as we left it, else with our keys taken back.
func (r *record) without(c client, current []byte, existed bool) (now undone, err error) {
	if !existed {
		return now, nil
	}
	if slices.Contains(r.States, sum(current)) {
		return undone{text: r.Original, keep: r.Existed}, nil
	}
	now.text, now.keep = current, true
	for _, e := range slices.Backward(r.Edits) {
		left, err := now.take(c, e)
		if err != nil {
			return now, err
		}
		if left {
			now.left = append(now.left, strings.Join(e.Key, "."))
		}
	}
	for _, k := range slices.Backward(r.Containers) {
		raw, ok, err := c.text.get(now.text, k.Key)
		was := "{}"
		if k.Old != nil {
			was = *k.Old
		}
		if err == nil && ok && c.text.same(raw, was) {
			err = now.put(c, k.Key, k.Old)
		}
		if err != nil {
			return now, err
		}
	}
	slices.Reverse(now.left)
	return now, nil
}

// take takes an edit back. What somebody has changed is left.
func (u *undone) take(c client, e edit) (left bool, err error) {
	raw, ok, err := c.text.get(u.text, e.Key)
	if err != nil || !ok {
		return false, err
	}
	switch {
	case c.text.same(raw, e.New):
		return false, u.put(c, e.Key, e.Old)
	case e.Line != "":
		rest, empty, err := withoutLine(raw, e.Line)
		switch {
		case err != nil:
			return true, nil // it is no text any more
		case empty && e.Old == nil, e.Old != nil && c.text.same(*e.Old, rest):
			return false, u.put(c, e.Key, e.Old)
		case rest == "":
			return false, nil
		}
		return false, u.put(c, e.Key, &rest)
	}
	return e.Old == nil || !c.text.same(raw, *e.Old), nil
}

// put gives a key a value, or takes it out.
func (u *undone) put(c client, key []string, raw *string) (err error) {
	if raw != nil {
		u.text, err = c.text.set(u.text, key, *raw)
	} else {
		u.text, err = c.text.drop(u.text, key)
	}
	return err
}
