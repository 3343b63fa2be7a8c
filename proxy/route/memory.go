package route

import "afterglow/proxy/normalize"

// Memory is what calls have taught. It outlives chains: a new configuration, or another order, begins
// with what the old one knew.
type Memory struct {
	Health   *Health
	Sessions *Sessions
	pace     *pace
	thoughts *normalize.Provenance
}

// Rename gives a vendor another name, before the configuration that has it is taken.
func (m *Memory) Rename(from, to string) {
	m.Health.Rename(from, to)
	m.Sessions.Rename(from, to)
	m.pace.rename(from, to)
}

// NewMemory returns a Memory that knows nothing. notify is called after each change of Health.
func NewMemory(notify func()) *Memory {
	return &Memory{Health: NewHealth(notify), Sessions: NewSessions(), pace: newPace(), thoughts: normalize.NewProvenance()}
}
