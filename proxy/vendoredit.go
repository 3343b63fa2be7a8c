package proxy

import (
	"errors"
	"fmt"
	"strings"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

// VendorList is what can be edited of the vendors: what the configuration file says at this moment.
type VendorList struct {
	File    string         // the configuration file; it may not exist yet
	Exists  bool           // it does
	Live    bool           // what is saved is in force at once; false in a demo, which has vendors of its own
	Keys    string         // where keys are kept, for people
	Tiers   [][]string     // the chain, by the vendors' names
	Drafts  []config.Draft // the chain's in its order, then those that are not in it
	Presets []config.Draft // the built-in vendors that are not among the drafts
}

// Vendors reads the configuration file. After it, a change is refused with config.ErrChanged if another program has
// changed the file since.
func (s *Server) Vendors() (VendorList, error) {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, err := s.readFile()
	if err != nil {
		return VendorList{}, err
	}
	s.editing.seen = &f
	return s.listOf(f)
}

func (s *Server) listOf(f config.File) (VendorList, error) {
	list := VendorList{File: f.Path, Exists: f.Exists, Live: s.editing.Live, Keys: s.editing.Keeper.Place()}
	all, err := f.Drafts()
	if err != nil {
		return list, err
	}
	list.Tiers, list.Drafts, list.Presets = all.Tiers, all.Vendors, all.Presets
	return list, nil
}

// SaveVendor writes a vendor's row into the configuration file: that of name, or with "" a new one. The file's comments,
// its order and whatever the draft does not hold stay, and so do a limit's Max, MaxPending and MaxWait that are 0. A key
// that is not "" goes to the credentials, and the row says so. With another name, the kept key and the limits that were set
// while running go along. The error is a *config.Error where the result would be no valid configuration, or
// config.ErrChanged; the file is then as it was.
func (s *Server) SaveVendor(name string, d config.Draft, key config.Secret) error {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, err := s.toEdit()
	if err != nil {
		return err
	}
	return s.saveVendor(f, name, d, key)
}

func (s *Server) saveVendor(f config.File, name string, d config.Draft, key config.Secret) error {
	all, err := f.Drafts()
	if err != nil {
		return err
	}
	if key != "" {
		if err := withKey(&d, key); err != nil {
			return err
		}
	}
	next, err := f.WithVendor(name, d)
	if err != nil {
		return err
	}
	was, _ := all.Draft(name)
	undo, err := s.moveKey(was, d, key)
	if err == nil && name != "" && name != d.Name {
		err = s.desktop.Rename(name, d.Name)
	}
	if err == nil {
		err = s.forgetLimits(was, d)
	}
	if err == nil {
		err = s.replace(f, next)
	}
	if err != nil {
		return errors.Join(err, undo())
	}
	if was.Key == config.KeyInKeyring && (was.Name != d.Name || d.Key != config.KeyInKeyring) {
		err = s.editing.Keeper.Forget(credential.KeyName(was.Name))
	}
	if key != "" && s.editing.Live {
		s.memory.Health.Reset(d.Name) // it was perhaps left alone for want of it
	}
	return err
}

// withKey makes a draft one whose key is with the credentials, and is sent.
func withKey(d *config.Draft, key config.Secret) error {
	if strings.ContainsFunc(key.Reveal(), func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return errors.New("key: expected printable ASCII without spaces")
	}
	switch d.Auth {
	case config.AuthCopilot, config.AuthGoogle:
		return fmt.Errorf("key: a user signs in to %q: expected no key", d.Name)
	case config.AuthClient, config.AuthNone, "":
		d.Auth = config.UsualAuth(d.Dialect)
	}
	d.Key, d.KeyVar = config.KeyInKeyring, ""
	return nil
}

// moveKey stores a key under a vendor's name: the one given, or that of its old name. undo takes it back.
func (s *Server) moveKey(was, d config.Draft, key config.Secret) (undo func() error, err error) {
	undo = func() error { return nil }
	token := credential.Token{Access: key}
	keeper, name := s.editing.Keeper, credential.KeyName(d.Name)
	if key == "" {
		if was.Key != config.KeyInKeyring || d.Key != config.KeyInKeyring || was.Name == d.Name {
			return undo, nil
		}
		token, err = keeper.Stored(credential.KeyName(was.Name))
		if errors.Is(err, credential.ErrNone) {
			return undo, nil
		}
		if err != nil {
			return undo, err
		}
	}
	old, err := keeper.Stored(name)
	if err != nil && !errors.Is(err, credential.ErrNone) {
		return undo, err
	}
	if err := keeper.Put(name, token); err != nil {
		return undo, err
	}
	return func() error {
		if old.Access == "" {
			return keeper.Forget(name)
		}
		return keeper.Put(name, old)
	}, nil
}

// forgetLimits takes back what was set while running of the limits that are another in the file now.
func (s *Server) forgetLimits(was, d config.Draft) error {
	for model := range s.desktop.Limits()[d.Name] {
		changed := was.Limit.Default != d.Limit.Default || was.Limit.Models[model] != d.Limit.Models[model]
		if model == limiter.AccountModel {
			changed = was.Limit.Total != d.Limit.Total
		}
		if !changed {
			continue
		}
		if s.editing.Live {
			s.limiter.ResetLimit(limiter.Key{Vendor: d.Name, Model: model}) // what it does not know needs none
		}
		if err := s.desktop.Reset(d.Name, model); err != nil {
			return fmt.Errorf("keep limit: %w", err)
		}
	}
	return nil
}

// RemoveVendor takes a vendor's row out of the file, and its name out of the chain; its kept key and its limits go too.
func (s *Server) RemoveVendor(name string) error {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, err := s.toEdit()
	if err != nil {
		return err
	}
	return s.removeVendor(f, name)
}

func (s *Server) removeVendor(f config.File, name string) error {
	all, err := f.Drafts()
	if err != nil {
		return err
	}
	next, err := f.WithoutVendor(name)
	if err == nil {
		err = s.replace(f, next)
	}
	if err != nil {
		return err
	}
	if was, _ := all.Draft(name); was.Key == config.KeyInKeyring {
		err = s.editing.Keeper.Forget(credential.KeyName(name))
	}
	return errors.Join(err, s.desktop.Reset(name, ""))
}

// SetTiers writes the chain into the file. It takes back an order that was set while running.
func (s *Server) SetTiers(tiers [][]string) error {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	if err := s.change(func(f config.File) (config.File, error) { return f.WithTiers(tiers) }); err != nil {
		return err
	}
	if !s.editing.Live || s.state != nil && s.state.Order() == nil {
		return nil
	}
	return s.ResetOrder()
}
