package ledger

import (
	"encoding/json"
	"time"
	"unsafe"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/price"
)

// Call is what the ledger keeps of one call, whatever became of it. Nothing in it is of what was said.
type Call struct {
	Time        time.Time // when it came
	Kind        string    // "messages" through the chain, "native", "route", or "test" of a vendor that was tried
	Operation   string    // as package usage names it
	Endpoint    string    // the path that was called, without its query
	RequestID   string    // that the client got
	Session     string    // the client's key for it, "" if it did not say
	Agent       string    // the sub-agent's id, "" for the main conversation
	Model       string    // the client's name
	Vendor      string    // that answered or was asked last; "" if none was asked
	VendorModel string    // the name sent to it
	Served      string    // what the vendor called the model; VendorModel if it did not say
	Usage       anthropic.Usage
	Cost        price.Cost       // when it ended
	PricedBy    string           // price.Price.From of its price; "" = it had none, and its cost is by the list of whoever reads
	Details     map[string]int64 // more counts, by the vendor's names; nil if there are none
	Stream      bool
	Status      int           // HTTP status that the client got; 499 if it left before one
	Class       Class         // why it did not end well
	Retries     int           // refusals of vendors that were waited out within the call
	Tiers       int           // vendors that were called
	FailedFrom  string        // the vendor that failed last before another was called, "" if none did
	Queued      time.Duration // in all queues
	First       time.Duration // until the first event, or the whole message; 0 if it never came
	Took        time.Duration
	Adaptations []string   // of the request that was answered
	Evidence    []Evidence // only where the configuration asks for it
}

// size is about how many bytes a call takes while it waits to be written.
func (c *Call) size() int {
	n := callSize + len(c.Kind) + len(c.Operation) + len(c.Endpoint) + len(c.RequestID) + len(c.Session) + len(c.Agent) + len(c.Model) +
		len(c.Vendor) + len(c.VendorModel) + len(c.Served) + len(c.FailedFrom) + len(c.PricedBy)
	for name := range c.Details {
		n += len(name) + 16
	}
	for _, label := range c.Adaptations {
		n += len(label) + 16
	}
	for _, e := range c.Evidence {
		n += len(e.Kind) + len(e.Raw) + int(unsafe.Sizeof(e))
	}
	return n
}

const callSize = int(unsafe.Sizeof(Call{}))

// Category is the reference's word for a call's kind: "cc" for the Messages API through the chain, else "api".
func (c *Call) Category() string {
	if c.Kind == "messages" {
		return "cc"
	}
	return "api"
}

// Failover reports whether a vendor failed before the one that the call ended with.
func (c *Call) Failover() bool { return c.FailedFrom != "" }

// Waited reports whether the call had to queue. To take a free slot takes less than a millisecond.
func (c *Call) Waited() bool { return c.Queued >= time.Millisecond }

// Class is why a call did not end well. There are few, so that they can be counted by.
type Class string

const (
	OK         Class = ""
	RateLimit  Class = "rate_limit"     // the vendor's 429
	Overloaded Class = "overloaded"     // 529, or what says the same
	Quota      Class = "quota"          // a quota or a balance is used up
	Auth       Class = "auth"           // 401 or 403
	Invalid    Class = "invalid"        // a request that no vendor would take
	VendorFail Class = "vendor"         // the vendor's 5xx, or an answer without sense
	Network    Class = "network"        // no connection, or no answer
	Timeout    Class = "timeout"        // of ours, while the vendor was silent
	Broken     Class = "broken"         // the answer broke off
	Queue      Class = "queue"          // the queue was full or too slow
	NoVendor   Class = "no_vendor"      // none could be called
	Gone       Class = "client_gone"    // the client left
	Stalled    Class = "client_stalled" // the client did not read its answer
	Cancelled  Class = "cancelled"      // the user cancelled it in Afterglow
	Stopped    Class = "stopped"        // Afterglow stopped before it was answered
	Internal   Class = "internal"       // ours
	Unknown    Class = "unknown"        // of an imported row that does not say
)

// GivenUp reports whether somebody wanted the answer no more: nobody failed.
func (c Class) GivenUp() bool { return c == Gone || c == Stalled || c == Cancelled }

// Failed reports whether the call neither ended well nor was given up.
func (c Class) Failed() bool { return c != OK && !c.GivenUp() }

// Evidence is one frame of usage as the vendor sent it, and what was made of it.
type Evidence struct {
	Kind  string          // the frame: "message_start", "message_delta", "message", "usage"
	Raw   json.RawMessage // at most 4 KiB
	Usage anthropic.Usage // after the frame was read
}
