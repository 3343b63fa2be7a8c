package proxy

import "afterglow/proxy/route"

// progress writes a call's way along the chain into its record, and tells its parker.
type progress struct {
	*record
	park   *parker
	server *Server
}

// At implements route.Progress.
func (p progress) At(step route.Step) {
	p.set(func() {
		p.vendor, p.served = step.Key.Vendor, step.Key.Model
		switch step.Stage {
		case route.Queues, route.Held:
			p.enter(Queued)
		case route.Leaves:
			p.enter(Connecting)
		case route.Asks:
			p.enter(Connecting)
		case route.Refused:
			if !step.Until.IsZero() {
				p.enter(Waiting)
				p.until = step.Until
			}
		}
	})
	switch step.Stage {
	case route.Queues, route.Held:
		if p.server.stops() {
			p.stop()
		}
		p.park.Enter()
	case route.Leaves, route.Asks:
		p.park.Leave()
	case route.Refused:
		p.server.history.Refused(step.Key)
	}
	p.server.limiter.Notify()
}

// Tried implements route.Progress.
func (p progress) Tried(t route.Try) {
	t.Reason = p.server.scrubbed(t.Reason, p.asked, p.query)
	t.Why.Words, t.Why.Text, t.Why.Err = t.Reason, p.server.scrubbed(t.Why.Text, p.asked, p.query), nil
	p.set(func() { p.trail = append(p.trail, t) })
	if t.Verdict == "next_tier" {
		p.server.log.Info("tier failed", "vendor", t.Vendor, "model", t.Model, "status", t.Status, "reason", t.Reason)
	}
}
