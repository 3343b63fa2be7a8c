package limiter

import "slices"

func (m *model) setLimit(k Key, limit int) error {
	switch {
	case !slices.Contains(m.order, k.Vendor) || k.Model == "":
		return ErrUnknown
	case m.configured(k) == 0:
		return ErrMonitorOnly
	case limit < 1 || limit > m.highest(k):
		return ErrLimitRange
	case k.Model == AccountModel:
		m.vendor(k.Vendor).override = limit
	default:
		m.gauge(k).override = limit
	}
	m.refit(k.Vendor)
	m.serve(k.Vendor)
	return nil
}

func (m *model) resetLimit(k Key) error {
	if !slices.Contains(m.order, k.Vendor) {
		return ErrUnknown
	}
	if k.Model == AccountModel || k.Model == "" {
		m.vendor(k.Vendor).override = 0
	}
	for _, other := range m.keys(k.Vendor) {
		if k.Model == "" || k == other {
			m.gauges[other].override = 0
		}
	}
	m.refit(k.Vendor)
	m.serve(k.Vendor)
	return nil
}

func (m *model) configure(list []VendorPolicy) {
	m.strict, m.order = true, nil
	for _, v := range m.vendors {
		v.policy = Policy{}
	}
	for _, p := range list {
		m.order = append(m.order, p.Vendor)
		m.vendor(p.Vendor).policy = p.Policy
	}
	for name, v := range m.vendors {
		if v.override > m.highest(Key{name, AccountModel}) {
			v.override = 0
		}
		for _, k := range m.keys(name) {
			if g := m.gauges[k]; g.override > m.highest(k) {
				g.override = 0
			}
		}
		m.refit(name)
		m.serve(name)
	}
}
