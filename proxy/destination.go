package proxy

import (
	"errors"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

// mayLead checks a change of the file by which a vendor is saved against the rule of where secrets go.
func (s *Server) mayLead(before, next config.File, v saving, was config.Draft) error {
	d := v.d
	known, err := before.Destinations()
	if err != nil {
		return err
	}
	for _, to := range known {
		known = append(known, to.Renamed(was.Name, d.Name)) // with another name the key goes along
	}
	change := config.Change{By: v.by, Known: known, Confirmed: d.Confirmed, Keeps: func(vendor string) bool {
		return s.keeps(vendor) || vendor == d.Name && was.Key == config.KeyInKeyring && s.keeps(was.Name)
	}}
	if v.key != "" {
		change.Given = d.Name
	}
	led, err := next.Destinations()
	if err != nil {
		return err
	}
	for _, to := range led {
		if err := config.MayGo(to, change); err != nil {
			return err
		}
	}
	return nil
}

// keeps reports whether a key is kept of a vendor, or that is not known.
func (s *Server) keeps(name string) bool {
	_, err := s.editing.Keeper.Stored(credential.KeyName(name))
	return !errors.Is(err, credential.ErrNone)
}
