package proxy

import (
	"errors"
	"fmt"
	"slices"

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
	Keyring bool           // that is the system's keyring
	Tiers   [][]string     // the chain, by the vendors' names
	Drafts  []config.Draft // the chain's in its order, then those that are not in it
	Presets []config.Draft // the built-in vendors that are not among the drafts
}

// Vendors reads the configuration file. A draft of it that is saved later is refused with config.ErrChanged if somebody
// else has changed that vendor since, and so is a chain if it is another than Vendors told last.
func (s *Server) Vendors() (VendorList, error) {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, err := s.readFile()
	if err != nil {
		return VendorList{}, err
	}
	list, err := s.listOf(f)
	if err == nil {
		s.editing.seen = list.Tiers
	}
	return list, err
}

func (s *Server) listOf(f config.File) (VendorList, error) {
	list := VendorList{File: f.Path, Exists: f.Exists, Live: s.editing.Live, Keys: s.editing.Keeper.Place(), Keyring: s.editing.Keeper.InKeyring()}
	all, err := f.Drafts()
	if err != nil {
		return list, err
	}
	list.Tiers, list.Drafts, list.Presets = all.Tiers, all.Vendors, all.Presets
	return list, nil
}

// SaveVendor writes a vendor's row into the configuration file: that of name, or with "" a new one. The file's comments,
// its order and whatever the draft does not hold stay, and so do a limit's Max, MaxPending and MaxWait that are 0. A key
// that is not "" goes to the credentials, and the row says so. With another name, the kept key goes along, and so does what
// was set while running: limits, the order, and sessions that are bound. The error is a *config.Error where the result would
// be no valid configuration, config.ErrChanged where the vendor is not as the draft was read, or a *config.DestinationError
// where the user has to confirm where the client's own credentials go, see config.Draft; all is then as it was.
func (s *Server) SaveVendor(name string, d config.Draft, key config.Secret) error {
	return s.forPeople(func(f config.File, all config.Drafts) error {
		return s.saveVendor(f, all, saving{config.ByPerson, name, d, key})
	})
}

// forPeople makes a change for who looks at the file: the chain that comes of it is not news to them, if what they had
// seen of it was true.
func (s *Server) forPeople(change func(f config.File, all config.Drafts) error) error {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, all, err := s.readDrafts()
	if err == nil {
		err = change(f, all)
	}
	if err != nil || !sameTiers(s.editing.seen, all.Tiers) {
		return err
	}
	if _, all, err = s.readDrafts(); err == nil {
		s.editing.seen = all.Tiers
	}
	return err
}

func (s *Server) readDrafts() (config.File, config.Drafts, error) {
	f, err := s.readFile()
	if err != nil {
		return f, config.Drafts{}, err
	}
	all, err := f.Drafts()
	return f, all, err
}

func sameTiers(a, b [][]string) bool { return slices.EqualFunc(a, b, slices.Equal) }

// saving is a vendor that is to be written: the one of a name, or with "" a new one.
type saving struct {
	by   config.Author
	name string
	d    config.Draft
	key  config.Secret // "" = none is given
}

func (s *Server) saveVendor(f config.File, all config.Drafts, v saving) error {
	name, d, key := v.name, v.d, v.key
	if was, ok := draftOrPreset(all, name); ok && was.Since(d) {
		return fmt.Errorf("%s: vendor %q: %w", f.Path, name, config.ErrChanged)
	}
	if key != "" {
		if err := withKey(&d, key); err != nil {
			return err
		}
	}
	was, _ := all.Draft(name)
	if to, ok := d.VariableInURL(); ok && d.BaseURL != was.BaseURL { // a text that no draft has which was read from the file
		if err := config.MayGo(to, config.Change{By: v.by}); err != nil {
			return err
		}
	}
	next, err := f.WithVendor(name, d)
	if err == nil {
		err = s.mayLead(f, next, v, was)
	}
	if err != nil {
		return err
	}
	undo, err := s.moveKey(was, d, key)
	if err == nil && name != "" && name != d.Name {
		moved := undo
		undo, err = s.renamed(name, d.Name)
		back := undo
		undo = func() error { return errors.Join(back(), moved()) }
	}
	if err == nil {
		err = s.replace(f, next)
	}
	if err != nil {
		return errors.Join(err, undo())
	}
	if name != "" && name != d.Name && s.editing.Live {
		s.memory.Sessions.Rename(name, d.Name)
	}
	err = s.forgetLimits(was, d)
	if was.Key == config.KeyInKeyring && (was.Name != d.Name || d.Key != config.KeyInKeyring) {
		err = errors.Join(err, s.editing.Keeper.Forget(credential.KeyName(was.Name)))
	}
	if key != "" && s.editing.Live {
		s.memory.Health.Reset(d.Name) // it was perhaps left alone for want of it
	}
	return err
}

// renamed gives a vendor another name in what was set while running, before the configuration with that name is taken.
func (s *Server) renamed(name, to string) (undo func() error, err error) {
	order := func(name, to string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.order = slices.Clone(s.order)
		for i, tier := range s.order {
			s.order[i] = config.Renamed(tier, name, to)
		}
	}
	undo, err = s.desktop.Rename(name, to)
	if !s.editing.Live {
		return undo, err
	}
	order(name, to)
	kept := undo
	return func() error {
		order(to, name)
		return kept()
	}, err
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
	return s.forPeople(func(f config.File, all config.Drafts) error { return s.removeVendor(f, all, name) })
}

func (s *Server) removeVendor(f config.File, all config.Drafts, name string) error {
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
	err := s.forPeople(func(f config.File, all config.Drafts) error {
		if seen := s.editing.seen; seen != nil && !sameTiers(seen, all.Tiers) {
			return fmt.Errorf("%s: tiers: %w", f.Path, config.ErrChanged)
		}
		next, err := f.WithTiers(tiers)
		if err != nil {
			return err
		}
		return s.replace(f, next)
	})
	if err != nil || !s.editing.Live || s.state != nil && s.state.Order() == nil {
		return err
	}
	return s.ResetOrder()
}
