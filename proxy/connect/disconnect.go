package connect

import (
	"afterglow/proxy/reason"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrApart says that there is nothing to take back.
var ErrApart error = reason.New(reason.NotConnected, "", "it is not connected")

// OtherError says that a client calls another program on this machine by now, which may be another Afterglow. Its file
// and the backup stay as they are.
type OtherError struct {
	Name, File string
	Address    string // host:port that the client calls
}

// Unwrap is the same as a reason with a code.
func (e *OtherError) Unwrap() error {
	return reason.InFile{File: e.File, Err: reason.New(reason.OtherProgram, e.Address, "another program wrote the address %s", e.Address)}
}

// Error names the file and the address.
func (e *OtherError) Error() string {
	return fmt.Sprintf("%s: another program wrote the address %s, which %s uses now. Nothing was changed. "+
		"If that is another Afterglow, disconnect it there first", e.File, e.Address, e.Name)
}

// Disconnect takes back what Connect wrote: in the file that the client reads now, or if nothing was written there, in
// those that it read then. Without a record, what leads to the target is taken out. The error is ErrApart if there was
// nothing to take back, and an *OtherError if the client calls another program on this machine by now, unless forced.
func (d *Desk) Disconnect(id string, force bool, t Target) (all []Restored, err error) {
	c, err := lookUp(id)
	if err != nil {
		return nil, err
	}
	err = d.alone(func() error {
		all, err = d.disconnect(c, force, t)
		return errors.Join(err, d.forget(id))
	})
	return all, err
}

// DisconnectAll takes back all that Connect wrote, and all else that leads to the target. What is not connected is no
// error. It goes on after an error: the result has what was done.
func (d *Desk) DisconnectAll(t Target) (all []Restored, err error) {
	err = d.alone(func() error {
		var problems []error
		for _, c := range clients() {
			for { // one file after another: that of now, then those of before
				done, err := d.disconnect(c, false, t)
				all = append(all, done...)
				if err != nil && !errors.Is(err, ErrApart) {
					problems = append(problems, err)
				}
				if err != nil || len(done) == 0 {
					break
				}
			}
			problems = append(problems, d.forget(c.id))
		}
		return errors.Join(problems...)
	})
	return all, err
}

func (d *Desk) disconnect(c client, force bool, t Target) ([]Restored, error) {
	file, text, _, err := c.read()
	if err != nil {
		return nil, err
	}
	r, err := d.recordOf(c, file, text)
	if err != nil {
		return nil, err
	}
	if r != nil {
		return d.undo(c, r, force, t)
	}
	if at, err := c.calls(text); err != nil {
		return nil, inFile(file, err)
	} else if leads(at, t.Address) {
		return d.undo(c, c.found(file, text, t), force, t)
	}
	records, err := d.records(c.id)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, inFile(c.name+" ("+file+")", ErrApart)
	}
	var all []Restored
	var problems []error
	for _, r := range records {
		if r.For != "" && slices.ContainsFunc(records, func(o *record) bool { return o.Path == r.For }) {
			continue // it is undone with the file that it was set aside for
		}
		done, err := d.undo(c, r, force, t)
		all, problems = append(all, done...), append(problems, err)
	}
	return all, errors.Join(problems...)
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

// undo writes a file as it is without ours, and those in which something was set aside for it, and forgets the records.
func (d *Desk) undo(c client, r *record, force bool, t Target) ([]Restored, error) {
	done, err := d.restore(c, r, force, t)
	if err != nil {
		return nil, err
	}
	all, problems := []Restored{done}, []error(nil)
	records, err := d.records(c.id)
	for _, other := range records {
		if other.For == r.Path {
			done, err := d.restore(c, other, true, t)
			if err == nil {
				all = append(all, done)
			}
			problems = append(problems, err)
		}
	}
	return all, errors.Join(append(problems, err)...)
}

func (d *Desk) restore(c client, r *record, force bool, t Target) (done Restored, err error) {
	current, err := readText(r.Path)
	existed := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return done, err
	}
	if host := r.other(c, current, t); host != "" && !force {
		return done, &OtherError{Name: c.name, File: r.Path, Address: host}
	}
	now, err := r.without(c, current, existed)
	if err == nil && !slices.Contains(r.States, sum(current)) && len(r.Edits) > 0 && now.keep {
		err = c.keeps(current, now.text, r.Edits)
	}
	if err != nil {
		return done, inFile(r.Path, err)
	}
	switch {
	case !now.keep && existed:
		err = os.Remove(r.Path)
	case now.keep && !bytes.Equal(now.text, current):
		err = d.replace(r.Path, now.text)
	}
	if err != nil {
		return done, err
	}
	done, err = r.compare(c, now, existed, t)
	if err != nil {
		return done, err
	}
	if !now.keep {
		removeFolders(r.Folders)
	}
	if done.How == Left || done.How == Gone {
		if done.Backup, err = d.aside(c, r); err != nil {
			return done, fmt.Errorf("keep backup of %s: %w", r.Path, err)
		}
	}
	if r.kept != "" {
		err = os.Remove(r.kept)
	}
	return done, err
}

// other is the host of another program on this machine that a file leads to, where ours led; "" = none.
func (r *record) other(c client, current []byte, t Target) string {
	at, err := c.calls(current)
	if err != nil || at == "" || r.URL == "" || at == r.URL || leads(at, t.Address) {
		return ""
	}
	host, _, err := net.SplitHostPort(hostOf(at))
	if ip := net.ParseIP(host); err == nil && (ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")) {
		return hostOf(at)
	}
	return ""
}

// compare reads a file again, and says what came of it.
func (r *record) compare(c client, now undone, existed bool, t Target) (Restored, error) {
	done := Restored{Client: c.id, Name: c.name, File: r.Path, Keys: now.left, Project: r.For != ""}
	got, err := readText(r.Path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return done, err
	case (err == nil) != now.keep || !bytes.Equal(got, now.text):
		return done, inFile(r.Path, reason.New(reason.FileRaced, "", "another program wrote the file at the same time. The backup is kept. Try again"))
	}
	if at, err := c.calls(got); err == nil {
		done.Address, done.Here = hostOf(at), leads(at, t.Address)
	}
	switch {
	case r.kept == "":
		done.How = NoBackup
	case !existed && r.Existed:
		done.How = Gone
	case !now.keep:
		done.How = Removed
	case r.Existed && bytes.Equal(got, r.Original):
		done.How = Same
	case len(now.left) > 0:
		done.How = Left
	default:
		done.How = Edited
	}
	return done, nil
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
	if err != nil || ok == e.Gone {
		return ok && (e.Old == nil || !c.text.same(raw, *e.Old)), err
	}
	switch {
	case e.Gone || c.text.same(raw, e.New):
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
