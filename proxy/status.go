package proxy

import "afterglow/limiter"

// Status is one consistent picture of the running proxy, for the window, the tray and the control API.
type Status struct {
	Addr        string // the address it listens on; "" while it cannot
	Problem     string // why it cannot listen, or why a changed configuration was not taken; "" when all is well
	Paused      bool   // new calls answer 529
	Demo        bool   // the vendors are simulated
	Tiers       []Tier // in chain order
	Concurrency limiter.Snapshot
}

// TierState is a tier's standing in the chain.
type TierState string

const (
	Ready TierState = "ready"
	NoKey TierState = "no_key" // its key's environment variable is not set: skipped
	Out   TierState = "out"    // refused calls until Tier.Until
)

// Tier is one vendor's place in the chain.
type Tier struct {
	Vendor string // its name in the configuration
	Title  string // its name for people
	State  TierState
	Reason string // one sentence for people, "" when Ready
}
