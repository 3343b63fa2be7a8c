package limiter

import (
	"errors"
	"fmt"
	"time"
)

// AccountModel is the model name that stands for a vendor's account limit in [Controller.SetLimit] and
// [Controller.ResetLimit].
const AccountModel = "*"

// PeakWindow is how far [Gauge].PeakPending looks back, the time that a badge glows after its queue
// has drained.
const PeakWindow = 10 * time.Second

// DefaultMax is the highest limit that [Controller.SetLimit] accepts where a [Policy] does not say.
const DefaultMax = 20

// DefaultMaxPending is the longest queue of one model where a [Policy] does not say.
const DefaultMaxPending = 256

// KeepIdle is how many idle gauges are kept; beyond it the one idle longest goes.
const KeepIdle = 512

// Refusals that a caller may tell apart with errors.Is. The errors returned add which and why.
var (
	ErrMonitorOnly = errors.New("vendor is monitor-only")
	ErrLimitRange  = errors.New("limit out of range")
	ErrUnknown     = errors.New("unknown vendor or model")
	ErrQueueFull   = errors.New("queue full")
	ErrWaitExpired = errors.New("no slot became free in time")
)

// RangeError says which limits can be set. It is an [ErrLimitRange].
type RangeError struct {
	Key
	Limit   int // that was asked for
	Highest int // that can be set; the lowest is 1
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("set limit of model %q of vendor %q to %d: %v, 1 to %d", e.Model, e.Vendor, e.Limit, ErrLimitRange, e.Highest)
}

// Unwrap is for errors.Is.
func (e *RangeError) Unwrap() error { return ErrLimitRange }

// Key names one gauge: a vendor and the model name sent to it.
type Key struct{ Vendor, Model string }

// Caller says whose a call is. In a fair queue the calls of one Session share a turn, and those that name
// none are one session together.
type Caller struct {
	Session string
	Agent   bool // a sub-agent's: it waits for those of its session that are not
	Call    int  // the caller's own number for the call, by which it finds it in [Controller.Queues]

	// Arrival orders the calls of all queues: the call with the lower number came first. 0 = it comes now, after every
	// call that ever waited. A call that waits in one queue after the other has the same number in all of them.
	Arrival uint64
	// Waited is how long the call has waited in this queue before, if it left the queue and comes back. It counts
	// against [Policy.MaxWait], and [Policy.MaxPending] does not refuse a call that comes back.
	Waited time.Duration
}

// Mode tells whether a gauge only counts or also queues.
type Mode uint8

const (
	Monitor Mode = iota // count only; never waits
	Limited             // count and queue
)

// String gives the word that the control API uses.
func (m Mode) String() string {
	if m == Limited {
		return "limited"
	}
	return "monitor"
}

// Policy is what the configuration says about one vendor. Its zero value is monitor mode. Numbers
// below zero mean the same as zero.
type Policy struct {
	Default    int            // limit of a model that Models does not name; 0 = none
	Models     map[string]int // limit by vendor model; 0 = as if not named
	Total      int            // account limit over all models; 0 = none
	Max        int            // highest limit SetLimit accepts, or the configured one where that is higher; 0 = DefaultMax
	MaxPending int            // longest queue of one model; 0 = DefaultMaxPending
	MaxWait    time.Duration  // longest wait of one call; 0 = none
	Fair       bool           // the queue's head goes round the sessions; see Caller
	Adaptive   bool           // limits adapt themselves to the vendor; those above are the highest they may be
	Known      []string       // models of the vendor's map: their gauges are kept when idle, as are those of Models
	Set        map[string]int // limits to be set as [Controller.SetLimit] does, by model; those out of range are left out
}

// VendorPolicy is one element of Configure's ordered list.
type VendorPolicy struct {
	Vendor string
	Policy Policy
}
