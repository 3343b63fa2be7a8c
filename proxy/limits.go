package proxy

import (
	"errors"
	"fmt"
	"maps"

	"afterglow/limiter"
	"afterglow/proxy/config"
)

// policies are the limiter's view of the configuration, with the limits that the user had set.
func (s *Server) policies(rows []config.Vendor) []limiter.VendorPolicy {
	var set map[string]map[string]int
	if s.state != nil {
		set = s.state.Limits()
	}
	list := make([]limiter.VendorPolicy, 0, len(rows))
	for _, row := range rows {
		p := limiter.Policy{
			Default: row.Limit.Default, Models: maps.Clone(row.Limit.Models), Total: row.Limit.Total,
			Set: set[row.Name],
			Max: row.Limit.Max, MaxPending: row.Limit.MaxPending, MaxWait: row.Limit.MaxWait, Fair: row.Limit.Fair, Adaptive: row.Limit.Adaptive,
		}
		for _, rule := range row.Models {
			p.Known = append(p.Known, rule.To)
		}
		if row.DefaultModel != "" {
			p.Known = append(p.Known, row.DefaultModel)
		}
		list = append(list, limiter.VendorPolicy{Vendor: row.Name, Policy: p})
	}
	return list
}

// restoreLimits sets what the user had set before. A limit that the configuration no longer allows
// is left out and said so; it stays in the state file, because the next change may allow it again.
func (s *Server) restoreLimits() {
	if s.state == nil {
		return
	}
	for name, models := range s.state.Limits() {
		for model, limit := range models {
			err := s.limiter.SetLimit(limiter.Key{Vendor: name, Model: model}, limit)
			if err != nil && !errors.Is(err, limiter.ErrUnknown) {
				s.log.Warn("a limit set earlier does not fit the configuration", "vendor", name, "model", model, "limit", limit, "error", err)
			}
		}
	}
}

// SetLimit changes a limit while calls run and remembers it over a restart. Model "*" is the
// vendor's account limit. Errors are the limiter's, or say that the state file was not written; the
// limit is then in force all the same.
func (s *Server) SetLimit(vendorName, model string, limit int) error {
	if err := s.limiter.SetLimit(limiter.Key{Vendor: vendorName, Model: model}, limit); err != nil {
		return err
	}
	if s.state == nil {
		return nil
	}
	if err := s.state.SetLimit(vendorName, model, limit); err != nil {
		return fmt.Errorf("keep limit: %w", err)
	}
	return nil
}

// ResetLimits puts the configured limits back in force: one vendor's, or all with "".
func (s *Server) ResetLimits(vendorName string) error {
	return s.resetLimit(vendorName, "")
}

func (s *Server) resetLimit(vendorName, model string) error {
	if err := s.limiter.ResetLimit(limiter.Key{Vendor: vendorName, Model: model}); err != nil {
		return err
	}
	if s.state == nil {
		return nil
	}
	if err := s.state.Reset(vendorName, model); err != nil {
		return fmt.Errorf("keep limit: %w", err)
	}
	return nil
}
