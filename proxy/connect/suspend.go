package connect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"afterglow/proxy/config"
)

// Suspended is a client that Suspend disconnected.
type Suspended struct {
	Status            // before that
	Files  []Restored // what came of each of its files
}

// away is a client that Resume is to connect again.
type away struct {
	Client string `json:"client"`
	Vendor string `json:"vendor,omitempty"` // that it called; "" = the chain
	Calls  string `json:"calls,omitempty"`  // SHA-256 of the address that it calls meanwhile; "" = its own vendor's

	Credentials Credentials       `json:"credentials,omitempty"`
	Aside       map[string][]edit `json:"aside,omitempty"` // what stood for settings that were set aside, by file; "" = the client's own
}

// Suspend disconnects every client that is connected to the target, until Resume connects them again. What could not be
// disconnected is in the error, by file.
func (d *Desk) Suspend(t Target) (done []Suspended, err error) {
	err = d.alone(func() error {
		all, err := d.suspended()
		if err != nil {
			return err
		}
		var problems []error
		for _, s := range d.List(t) {
			if s.State != Connected {
				continue
			}
			all = slices.DeleteFunc(all, func(o away) bool { return o.Client == s.ID })
			now, files, err := d.suspend(s.ID, t, all)
			if len(files) > 0 {
				all, done = append(all, now), append(done, Suspended{s, files})
			}
			problems = append(problems, err)
		}
		if len(done) > 0 {
			problems = append(problems, d.keepSuspended(all))
		}
		return errors.Join(problems...)
	})
	return done, err
}

// suspend disconnects a client. Before that it adds the client to the list of those that are connected again, because the
// process may be killed at any moment.
func (d *Desk) suspend(id string, t Target, others []away) (now away, files []Restored, err error) {
	c, err := lookUp(id)
	if err != nil {
		return now, nil, err
	}
	file, text, _, err := c.read()
	if err != nil {
		return now, nil, err
	}
	at, err := c.calls(text)
	if err != nil {
		return now, nil, inFile(file, err)
	}
	now = away{Client: id, Vendor: c.vendor(at, t)}
	if c.credentials != nil {
		now.Credentials = c.credentials(text, t)
	}
	if now.Aside, err = d.asideFor(c, file); err != nil {
		return now, nil, err
	}
	if err := d.keepSuspended(append(slices.Clone(others), now)); err != nil {
		return now, nil, err
	}
	files, err = d.disconnect(c, false, t)
	if len(files) == 0 {
		return now, nil, errors.Join(err, d.keepSuspended(others))
	}
	if at, wrong := c.now(); wrong == nil {
		now.Calls = fingerprint(at)
	}
	return now, files, err
}

// asideFor are the values that stand for settings that were set aside for a client's file, without what they stand for.
func (d *Desk) asideFor(c client, file string) (all map[string][]edit, err error) {
	records, err := d.records(c.id)
	for _, r := range records {
		in := r.Path
		if in == file {
			in = ""
		} else if r.For != file {
			continue
		}
		for _, e := range r.Edits {
			if e.Put {
				if all == nil {
					all = map[string][]edit{}
				}
				all[in] = append(all[in], edit{Key: e.Key, New: e.New, Gone: e.Gone, What: e.What, Put: true})
			}
		}
	}
	return all, err
}

// fingerprint stands for an address, which may hold a password. "" has none.
func fingerprint(at string) string {
	if at == "" {
		return ""
	}
	return sum([]byte(at))
}

// now is what a client's file leads to, "" for its own vendor.
func (c client) now() (string, error) {
	file, text, _, err := c.read()
	if err != nil {
		return "", err
	}
	at, err := c.calls(text)
	if err != nil {
		return "", inFile(file, err)
	}
	return at, nil
}

// vendor is the one of the target that an address is of; "" for the chain.
func (c client) vendor(at string, t Target) string {
	u, err := url.Parse(at)
	if err != nil || c.serves == nil {
		return ""
	}
	for _, v := range t.Vendors {
		if c.serves(v) == u.Path {
			return v.Name
		}
	}
	return ""
}

// Resume connects the clients again that Suspend disconnected. One whose address is another by now is left alone and
// forgotten: a user or a program has changed it. What could not be connected is in the error, by client, and is tried again
// the next time. done are the clients that were connected.
func (d *Desk) Resume(t Target) (done []string, err error) {
	if all, err := d.suspended(); err != nil || len(all) == 0 {
		return nil, err // without the lock: at most starts there is nothing to do
	}
	err = d.alone(func() error {
		all, err := d.suspended()
		if err != nil {
			return err
		}
		var again []away
		var problems []error
		for _, s := range all {
			connected, err := d.resume(s, t)
			if err != nil {
				again = append(again, s)
				problems = append(problems, fmt.Errorf("connect %s again: %w", s.Client, err))
			}
			if connected {
				done = append(done, s.Client)
			}
		}
		return errors.Join(append(problems, d.keepSuspended(again))...)
	})
	return done, err
}

func (d *Desk) resume(s away, t Target) (connected bool, err error) {
	c, err := lookUp(s.Client)
	if err != nil {
		return false, err
	}
	at, err := c.now()
	if err != nil {
		return false, err
	}
	if fingerprint(at) != s.Calls {
		return false, nil
	}
	to, err := c.choose(s.Vendor, t)
	if err != nil {
		return false, err
	}
	if err := d.connect(c, Choice{Vendor: s.Vendor, Credentials: s.Credentials, again: s.Aside}, t, to); err != nil {
		return false, err
	}
	return true, nil
}

// forget takes a client out of those that Resume connects: the user has decided about it since.
func (d *Desk) forget(id string) error {
	all, err := d.suspended()
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(s away) bool { return s.Client == id })
	if len(rest) == len(all) {
		return nil
	}
	return d.keepSuspended(rest)
}

func (d *Desk) suspendedFile() string { return filepath.Join(d.dir, "suspended.json") }

// suspended are the clients that Resume has to connect. A list that cannot be understood is set aside and reported.
func (d *Desk) suspended() (all []away, err error) {
	if d.dir == "" {
		return nil, nil
	}
	if err := d.own(config.CheckOwn); err != nil {
		return nil, fmt.Errorf("read suspended clients: %w", err)
	}
	text, err := os.ReadFile(d.suspendedFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, config.SetAside(d.suspendedFile(), err)
	}
	return all, nil
}

func (d *Desk) keepSuspended(all []away) error {
	if len(all) == 0 {
		if err := os.Remove(d.suspendedFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("encode suspended clients: %w", err)
	}
	return config.ReplaceFile(d.suspendedFile(), text)
}
