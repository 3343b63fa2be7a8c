package proxy

import (
	"errors"
	"slices"

	"afterglow/proxy/config"
	"afterglow/proxy/upstream"
)

// renamed is a vendor that a new configuration has under another name.
type renamed struct{ from, to string }

// renames pairs the vendors that a new configuration has no more with those that it has for the first time and that are
// the same accounts.
func renames(old, next []config.Vendor) (list []renamed) {
	named := func(rows []config.Vendor, name string) bool {
		return slices.ContainsFunc(rows, func(v config.Vendor) bool { return v.Name == name })
	}
	for _, was := range old {
		if named(next, was.Name) {
			continue
		}
		i := slices.IndexFunc(next, func(v config.Vendor) bool {
			taken := slices.ContainsFunc(list, func(r renamed) bool { return r.to == v.Name })
			return !taken && !named(old, v.Name) && sameAccount(was, v)
		})
		if i >= 0 {
			list = append(list, renamed{was.Name, next[i].Name})
		}
	}
	return list
}

// sameAccount reports whether two rows lead to one account.
func sameAccount(a, b config.Vendor) bool {
	return a.BaseURL == b.BaseURL && a.Dialect == b.Dialect && a.Auth == b.Auth && a.Key == b.Key && a.Keyring == b.Keyring && a.Account == b.Account
}

// rename makes a vendor the successor of one with another name, and gives that its name for the calls that hold it or wait
// for it.
func (s *Server) rename(old, next *upstream.Vendor) {
	from, to := old.Name(), next.Name()
	old.Rename(to)
	next.Succeed(old)
	s.memory.Rename(from, to)
	s.limiter.Rename(from, to)
	s.calls.rename(from, to)
}

// renameSet gives the vendors that a file has under other names these names in what was set while running.
func (s *Server) renameSet(next config.Config) (undo func() error, err error) {
	undo = func() error { return nil }
	for _, r := range renames(s.conf().Vendors, next.Vendors) {
		back, problem := s.renamed(r.from, r.to)
		before := undo
		undo = func() error { return errors.Join(back(), before()) }
		err = errors.Join(err, problem)
	}
	return undo, err
}
