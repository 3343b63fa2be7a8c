package proxy

import (
	"fmt"
	"slices"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// errOrder says that an order does not have exactly the chain's vendors.
var errOrder error = reason.New(reason.OrderChain, "", "expected every vendor of the chain exactly once")

// SetOrder changes the order of the tiers while calls run and remembers it over a restart; the names
// of one tier are a pool. Health, quotas and limits stay. It fails if an order does not have exactly
// the chain's vendors, or says that the state file was not written; the order is then in force all
// the same.
func (s *Server) SetOrder(order [][]string) error {
	return s.reorder(order, func() error { return s.state.SetOrder(order) })
}

// ResetOrder puts the configured order back in force.
func (s *Server) ResetOrder() error {
	return s.reorder(nil, func() error { return s.state.SetOrder(nil) })
}

func (s *Server) reorder(order [][]string, keep func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.order
	s.order = order
	next, err := s.prepare(s.current().written)
	if err == nil && order != nil && !next.reordered {
		err = errOrder
	}
	if err != nil {
		s.order = old
		return fmt.Errorf("set order: %w", err)
	}
	s.install(next)
	s.limiter.Notify()
	if s.state == nil {
		return nil
	}
	if err := keep(); err != nil {
		return fmt.Errorf("keep order: %w", err)
	}
	return nil
}

// reordered lays the order that was set over a configuration, if it still fits.
func (s *Server) reordered(conf config.Config) (config.Config, bool) {
	if s.order == nil {
		return conf, false
	}
	names := slices.Concat(s.order...)
	if len(names) != len(conf.Vendors) {
		return conf, false
	}
	vendors := make([]config.Vendor, 0, len(names))
	for i, name := range names {
		at := slices.IndexFunc(conf.Vendors, func(v config.Vendor) bool { return v.Name == name })
		if at < 0 || slices.Contains(names[:i], name) {
			return conf, false
		}
		vendors = append(vendors, conf.Vendors[at])
	}
	conf.Vendors, conf.Tiers = vendors, slices.Clone(s.order)
	return conf, true
}

// ResetVendor lets calls through to a vendor that was left alone, or to all with "". What was used of
// quotas stays.
func (s *Server) ResetVendor(vendorName string) error {
	if vendorName == "" {
		s.memory.Health.Reset()
		return nil
	}
	if !slices.ContainsFunc(s.conf().Vendors, func(v config.Vendor) bool { return v.Name == vendorName }) {
		return reason.New(reason.NotInChain, vendorName, "reset vendor %q: it is not in the chain", vendorName)
	}
	s.memory.Health.Reset(vendorName)
	return nil
}
