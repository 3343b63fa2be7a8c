package viewmodel

import (
	"cmp"
	"slices"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// Notice is something that a user wants to know who does not look. It holds no words.
type Notice struct {
	Kind   string          // of config.NoticeKinds; "" = Rest
	Vendor string          // its name for people
	Model  string          // the vendor model, "" where it is the vendor's
	To     string          // failover: who answered, for people
	Reason string          // from the proxy
	Why    reason.Reason   // the same, with a code where there is one
	Key    config.KeyPlace // credential: where the key is that was rejected; KeyNone where it is none
	KeyVar string          // credential: the variable's name, with config.KeyInVariable
	Until  time.Time       // vendor_out: when it is called again; zero if that is not known
	Back   bool            // vendor_out: calls go to it again
	Lasted time.Duration
	Count  int      // queue: how long it is
	Date   string   // old_prices: of the list, "2006-01-02"
	Rest   []Notice // what was too much to tell one by one
}

// How often notices come. A state that lasts is told once; these are for what comes and goes.
const (
	noticeWindow = 5 * time.Minute // in which there are at most noticeMost
	noticeMost   = 3
	longestRest  = 20 // more than so many that wait are too old news

	mostTold = 4096 // what is remembered: clients choose the names of models

	outLeast   = time.Minute      // a vendor that is out for less is none worth a notice
	outLong    = 10 * time.Minute // the end of less is none
	backFor    = time.Minute      // a vendor must be back for so long that its next failure is news
	oldPrices  = 90 * 24 * time.Hour
	flapsAfter = 15 * time.Minute // the same of the same vendor, at most
)

// again is how long the same is not told again, whatever happens meanwhile; 0 = never again.
var again = map[string]time.Duration{
	"vendor_out": flapsAfter, "queue": flapsAfter, "failover": time.Hour, "credential": 6 * time.Hour,
}

// Notifier decides what is told. It is for one goroutine.
type Notifier struct {
	begun   bool
	outs    map[string]*outage         // by vendor, or vendor and model
	queues  map[limiter.Key]*longQueue // those that are too long
	ended   map[int]bool               // the calls that were looked at
	told    map[string]time.Time       // when what was told last, by kind and subject
	sent    []time.Time                // within noticeWindow
	waiting []Notice
}

// outage is a vendor or a model that is out, or signed out.
type outage struct {
	kind  string
	since time.Time
	back  time.Time // since when it is not; zero while it is
	told  bool
	quiet bool // it was so when we came
}

type longQueue struct {
	since time.Time
	told  bool
}

// NewNotifier returns a Notifier that has told nothing.
func NewNotifier() *Notifier {
	return &Notifier{outs: map[string]*outage{}, queues: map[limiter.Key]*longQueue{}, told: map[string]time.Time{}}
}

// Update gives what is to be told now, for a status and the calls of this moment, as the user has chosen. Nothing is
// told of what was so before the first update, but what the user has to act on; and nothing of a demo.
func (n *Notifier) Update(s proxy.Status, calls []proxy.Call, d config.Desktop, now time.Time) []Notice {
	if s.Demo {
		return nil
	}
	var news []Notice
	say := func(subject string, x Notice) bool {
		if slices.Contains(d.Silenced, x.Kind) || !n.may(x.Kind+" "+subject, again[x.Kind], now) {
			return false
		}
		news = append(news, x)
		return true
	}
	n.lookAtTiers(s, now, say)
	n.lookAtQueues(s, d, now, say)
	n.lookAtCalls(s, calls, say)
	if date, err := time.Parse(time.DateOnly, s.Prices); err == nil && now.Sub(date) > oldPrices {
		say("", Notice{Kind: "old_prices", Date: s.Prices})
	}
	n.begun = true
	return n.let(news, now)
}

// may reports whether something may be told now, and remembers that it is.
func (n *Notifier) may(what string, gap time.Duration, now time.Time) bool {
	last, ever := n.told[what]
	if ever && (gap == 0 || now.Sub(last) < gap) || !ever && len(n.told) >= mostTold {
		return false
	}
	n.told[what] = now
	return true
}

type sayer func(subject string, x Notice) bool

func (n *Notifier) lookAtTiers(s proxy.Status, now time.Time, say sayer) {
	known := map[string]bool{}
	for _, t := range s.Tiers {
		x := Notice{Kind: "vendor_out", Vendor: cmp.Or(t.Title, t.Vendor), Reason: t.Reason, Why: t.Why, Until: t.Until}
		out := t.State == proxy.Out || t.State == proxy.Probing
		switch t.State {
		case proxy.Rejected:
			x.Key, x.KeyVar = t.Key, t.KeyVar
			fallthrough
		case proxy.SignedOut:
			x.Kind, x.Until, out = "credential", time.Time{}, true
		}
		known[t.Vendor] = true
		n.look(t.Vendor, out, x, now, say)
		for _, m := range t.Models {
			known[t.Vendor+" "+m.Model] = true
			n.look(t.Vendor+" "+m.Model, true, Notice{Kind: "vendor_out", Vendor: x.Vendor, Model: m.Model, Reason: m.Reason, Why: m.Why, Until: m.Until}, now, say)
		}
	}
	for subject, o := range n.outs {
		if known[subject] {
			continue
		}
		if o.back.IsZero() { // a model that is back, or a vendor that has left the chain
			o.back = now
		}
		if now.Sub(o.back) >= backFor {
			delete(n.outs, subject)
		}
	}
}

// look follows one vendor or model.
func (n *Notifier) look(subject string, out bool, x Notice, now time.Time, say sayer) {
	o := n.outs[subject]
	switch {
	case out && o == nil:
		o = &outage{kind: x.Kind, since: now, quiet: !n.begun && x.Kind != "credential"}
		n.outs[subject] = o
	case out:
		o.back = time.Time{}
	case o == nil:
		return
	case o.back.IsZero():
		o.back = now
		return
	case now.Sub(o.back) >= backFor:
		delete(n.outs, subject)
		if lasted := o.back.Sub(o.since); o.told && lasted >= outLong && o.kind == "vendor_out" {
			say(subject+" back", Notice{Kind: o.kind, Vendor: x.Vendor, Model: x.Model, Back: true, Lasted: lasted})
		}
		return
	default:
		return
	}
	if o.told || o.quiet {
		return
	}
	if x.Kind == "credential" || x.Until.Sub(now) >= outLeast || now.Sub(o.since) >= outLeast {
		o.told = say(subject, x)
		o.quiet = !o.told // silenced, or told a moment ago: not when that has passed either
	}
}

func (n *Notifier) lookAtQueues(s proxy.Status, d config.Desktop, now time.Time, say sayer) {
	most, lasting := cmp.Or(d.Queue, config.DefaultQueue), cmp.Or(d.QueueFor, config.DefaultQueueFor)
	long := map[limiter.Key]bool{}
	for _, g := range s.Concurrency.Gauges {
		if g.Pending <= most {
			continue
		}
		long[g.Key] = true
		q := n.queues[g.Key]
		if q == nil {
			q = &longQueue{since: now}
			n.queues[g.Key] = q
		}
		if !q.told && now.Sub(q.since) >= lasting {
			q.told = true
			say(g.Vendor+" "+g.Model, Notice{Kind: "queue", Vendor: title(s, g.Vendor), Model: g.Model, Count: g.Pending, Lasted: now.Sub(q.since)})
		}
	}
	for k := range n.queues {
		if !long[k] {
			delete(n.queues, k)
		}
	}
}

func (n *Notifier) lookAtCalls(s proxy.Status, calls []proxy.Call, say sayer) {
	ended := make(map[int]bool, len(calls))
	for _, c := range calls {
		if c.Phase != proxy.Ended {
			continue
		}
		ended[c.Number] = true
		if !n.begun || n.ended[c.Number] {
			continue
		}
		// Who is out was told already, and that calls go elsewhere then goes without saying.
		if o := n.outs[c.FailedFrom]; c.FailedFrom != "" && c.Outcome == "ok" && (o == nil || !o.told) {
			say(c.FailedFrom+" "+c.Vendor, Notice{Kind: "failover", Vendor: title(s, c.FailedFrom), To: title(s, c.Vendor)})
		}
		if c.Cost.Unpriced > 0 {
			say(c.Vendor+" "+c.VendorModel, Notice{Kind: "no_price", Vendor: title(s, c.Vendor), Model: c.VendorModel})
		}
	}
	n.ended = ended
}

// title is a vendor's name for people.
func title(s proxy.Status, vendor string) string {
	for _, t := range s.Tiers {
		if t.Vendor == vendor {
			return cmp.Or(t.Title, vendor)
		}
	}
	return vendor
}

// let gives as much of the news as there may be now, the rest in one, or later.
func (n *Notifier) let(news []Notice, now time.Time) []Notice {
	n.sent = slices.DeleteFunc(n.sent, func(at time.Time) bool { return now.Sub(at) >= noticeWindow })
	n.waiting = append(n.waiting, news...)
	n.waiting = n.waiting[max(0, len(n.waiting)-longestRest):]
	room := noticeMost - len(n.sent)
	if room <= 0 || len(n.waiting) == 0 {
		return nil
	}
	all := n.waiting
	if len(all) > room {
		all = append(slices.Clone(all[:room-1]), Notice{Rest: slices.Clone(all[room-1:])})
	}
	for range all {
		n.sent = append(n.sent, now)
	}
	n.waiting = nil
	return all
}
