package proxy

import (
	"slices"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/reason"
	"afterglow/proxy/upstream"
)

// Status is one consistent picture of the running proxy, for the window, the tray and the control API.
type Status struct {
	Addr        string // the address it listens on; "" while it cannot
	Problem     string // why it cannot listen, or why a changed configuration was not taken; "" when all is well
	Failed      error  // what Problem says; nil when all is well
	Paused      bool   // new calls answer 529
	Demo        bool   // the vendors are simulated
	Capture     bool   // the bodies of calls are kept
	NoLogin     bool   // no vendor of the chain takes a client's own credentials, and no token is wanted
	Tiers       []Tier // in chain order, the members of a pool one after the other
	Reordered   bool   // the order is not the configuration's but one that was set while running
	Prices      string // the day of the built-in price list, "2006-01-02"
	Concurrency limiter.Snapshot
	Waits       map[limiter.Key]time.Duration // how long a call that queued now would wait, as far as known
}

// TierState is a tier's standing in the chain.
type TierState string

const (
	Ready     TierState = "ready"
	Rejected  TierState = "key_rejected" // it did not take its key, or its sign-in, and has not taken it since; it may be called again from Tier.Until on
	NoKey     TierState = "no_key"       // its key's environment variable is not set: skipped
	Out       TierState = "out"          // left alone until Tier.Until
	Probing   TierState = "probing"      // the time has come: one call at a time tries it
	SignedOut TierState = "sign_in"      // its user has to sign in: skipped
)

// Tier is one vendor's place in the chain.
type Tier struct {
	Vendor string // its name in the configuration
	Title  string // its name for people
	Pool   int    // vendors side by side in one tier share it, from 1; 0 = it is a tier of its own
	State  TierState
	Reason string          // one sentence for people, "" when Ready
	Why    reason.Reason   // the same, with a code where there is one
	Until  time.Time       // when it may be called again; zero if not known
	Key    config.KeyPlace // where its key is
	KeyVar string          // the name of the environment variable, with config.KeyInVariable
	Models []ModelOut
	Quotas []QuotaUse
	SignIn SignIn
}

// ModelOut is a vendor model that is left alone while its vendor is not.
type ModelOut struct {
	Model, Reason string
	Until         time.Time
	Why           reason.Reason // what Reason says, with a code where there is one
}

// QuotaUse is how much of a quota is used.
type QuotaUse struct {
	Name    string    // "5h", "7d": the length of its window
	Percent float64   // of what is allowed; may exceed 100
	Until   time.Time // when it begins anew, if the vendor says so
}

// Status returns one consistent picture.
func (s *Server) Status() Status {
	s.mu.Lock()
	st := Status{Paused: s.paused.Load(), Demo: s.demo, Capture: s.capture.on.Load()}
	if s.listener != nil {
		st.Addr = s.listener.Addr().String()
	}
	if s.failed != nil {
		st.Problem, st.Failed = s.failed.Error(), s.failed
	}
	s.mu.Unlock()
	now := s.current()
	st.Reordered, st.Prices = now.reordered, now.conf.PricesDate
	st.NoLogin = now.conf.Token == "" && !connect.TakesLogin(now.conf.Vendors)
	for _, v := range now.vendors {
		st.Tiers = append(st.Tiers, s.tier(now, v))
	}
	st.Concurrency = s.limiter.Snapshot()
	for _, g := range st.Concurrency.Gauges {
		if g.Mode != limiter.Limited || g.Pending == 0 {
			continue
		}
		if wait := now.chain.Wait(g.Key); wait > 0 {
			if st.Waits == nil {
				st.Waits = map[limiter.Key]time.Duration{}
			}
			st.Waits[g.Key] = wait
		}
	}
	return st
}

// tier is one vendor's standing.
func (s *Server) tier(now *generation, v *upstream.Vendor) Tier {
	t := Tier{Vendor: v.Name(), Title: v.Conf().Title, State: Ready, Key: v.Conf().KeyPlace()}
	if t.Key == config.KeyInVariable {
		t.KeyVar = v.Conf().KeyVar
	}
	for i, tier := range now.conf.Order() {
		if len(tier) > 1 && slices.Contains(tier, t.Vendor) {
			t.Pool = i + 1
		}
	}
	t.SignIn = s.signIn(v)
	if !v.Usable() {
		t.State, t.Why = NoKey, v.Missing()
		t.Reason = t.Why.Words
		if v.Flow() != nil {
			t.State = SignedOut
		}
		return t
	}
	h := s.memory.Health.Standing(t.Vendor)
	t.Why = h.Why
	switch {
	case h.Rejected:
		t.State, t.Reason, t.Until = Rejected, h.Reason, h.Until
	case h.Probing:
		t.State, t.Reason = Probing, h.Reason
	case h.Reason != "":
		t.State, t.Reason, t.Until = Out, h.Reason, h.Until
	}
	for _, m := range h.Models {
		t.Models = append(t.Models, ModelOut(m))
	}
	for _, q := range h.Quotas {
		t.Quotas = append(t.Quotas, QuotaUse{q.Name, q.Percent, q.Begins})
	}
	return t
}
