// Package viewmodel turns the proxy's status into what the window and the tray show: plain rows that can
// be compared with ==, so that whoever draws them can skip those that did not change. It holds no
// words: translation is for the caller.
package viewmodel

import (
	"strconv"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// Board is one consistent picture of the proxy.
type Board struct {
	Totals  Totals
	Cards   []Card // one a vendor, in chain order
	Busy    []Row  // the models with calls in flight or pending, in the order of Cards
	Addr    string // where the proxy listens; "" while it does not
	Problem string // what is wrong, one sentence from the proxy; "" when all is well
	Failed  error  // what Problem says; nil where that is not known
	Down    bool   // no call can be served: the proxy cannot listen, or no tier is ready
	Paused  bool   // new calls are turned away
	Demo    bool   // the vendors are simulated
	Capture bool   // the bodies of calls are kept
	NoLogin bool   // clients need no login of their own

	Rejected Head // the first vendor that rejected its key or sign-in; the zero Head if none has

	Reordered bool // the order of Cards is not the configuration's
}

// Totals are the sums over all models.
type Totals struct {
	InFlight int
	Pending  int
	Peak     int // the deepest single queue of the last ten seconds
}

// Afterglow tells that queues have drained but not faded yet.
func (t Totals) Afterglow() bool { return t.Pending == 0 && t.Peak > 0 }

// Quiet tells that no model has been called yet: there is nothing to show but the vendors.
func (b Board) Quiet() bool {
	for _, c := range b.Cards {
		if len(c.Rows) > 0 {
			return false
		}
	}
	return true
}

// Lead is the model most worth naming where there is room for one: the one with the longest queue,
// then the one with the most calls. The zero Row when nothing is busy.
func (b Board) Lead() Row {
	var lead Row
	for _, r := range b.Busy {
		if r.Pending > lead.Pending || r.Pending == lead.Pending && r.InFlight > lead.InFlight {
			lead = r
		}
	}
	return lead
}

// Card is one vendor.
type Card struct {
	Head
	Account Row    // the account limit over all models; the zero Row when there is none
	Rows    []Row  // one a model, by name
	History Series // calls of the last five minutes
}

// Head is what a card says about its vendor.
type Head struct {
	Vendor string          // its name in the configuration
	Title  string          // its name for people
	Tier   int             // its place in the chain, from 1; 0 = no longer in it, calls still running
	Pool   int             // members of a pool share it; 0 = the vendor is a tier of its own
	State  proxy.TierState // "" when Tier is 0
	Reason string          // why State is not ready, or a model is out; from the proxy
	Why    reason.Reason   // the same, with a code where there is one
	Out    string          // the model that Reason is about; "" where it is the vendor
	Key    config.KeyPlace // where its key is
	KeyVar string          // the variable's name, with config.KeyInVariable
	Left   time.Duration   // until the vendor is called again, rounded up; 0 = not known
	Quotas [2]Quota        // of a few hours, of a week; the zero Quota where nothing is known
	SignIn proxy.SignIn
}

// Quota is how much of a vendor's quota is used.
type Quota struct {
	Name    string // the length of its window: "5h"
	Percent int
}

// Row is one gauge: a vendor's model, or with Model == [limiter.AccountModel] a vendor's account.
type Row struct {
	Vendor, Model string
	Limited       bool // false: the vendor is only counted, and Limit, Ceiling, Max and Configured are 0
	InFlight      int
	Limit         int  // in force
	Ceiling       int  // what it was set to: above Limit only where that is adaptive
	Max           int  // the highest limit that can be set
	Configured    int  // the limit of the configuration, which a reset brings back
	Ending        bool // the configuration gives the limit no more: it holds until no call waits
	Pending       int
	Peak          int           // deepest queue of the last ten seconds, at least Pending; 0 for an account
	Wait          time.Duration // what a call that queued now would likely wait; 0 = not known
	Out           bool          // no calls go to this model for a while
	Left          time.Duration // until they do again, rounded up

	limiter.Adaptation // of the limit
}

// Adaptive tells that the limit adapts itself to the vendor.
func (r Row) Adaptive() bool { return r.Why != limiter.Fixed }

// Account tells that the row is a vendor's account, not a model.
func (r Row) Account() bool { return r.Model == limiter.AccountModel }

// Busy tells that calls are in flight or pending.
func (r Row) Busy() bool { return r.InFlight > 0 || r.Pending > 0 }

// Afterglow is the depth of a queue that has drained and has not faded yet, else 0.
func (r Row) Afterglow() int {
	if r.Pending > 0 {
		return 0
	}
	return r.Peak
}

// Changed tells that the limit is not the configuration's.
func (r Row) Changed() bool { return r.Limited && !r.Ending && r.Ceiling != r.Configured }

// Count is "3/3" for a limited row, else "2".
func (r Row) Count() string {
	n := strconv.Itoa(r.InFlight)
	if !r.Limited {
		return n
	}
	return n + "/" + strconv.Itoa(r.Limit)
}

// Line is the row in one line: "zhipu glm-5.1  3/3  +2".
func (r Row) Line() string {
	line := r.Vendor + " " + r.Model + "  " + r.Count()
	if r.Pending > 0 {
		line += "  +" + strconv.Itoa(r.Pending)
	}
	return line
}
