package limiter

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// machine runs the controller and the model side by side and compares them after every step.
type machine struct {
	c     *Controller
	m     *model
	calls map[int]*call // those that are in flight or pending
	next  int
	wake  <-chan struct{}
	seen  Snapshot // the last snapshot, of which a reader would know
}

// TestTheControllerDoesWhatTheModelSays draws sequences of arrivals, releases, cancels, limits, policies
// and time.
func TestTheControllerDoesWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			x := newMachine(t)
			t.Repeat(map[string]func(*rapid.T){
				"acquire": x.acquire, "acquire more": x.acquire, "acquire yet more": x.acquire,
				"end": x.end, "end more": x.end,
				"accept": x.accept, "accept more": x.accept, "refuse": x.refuse,
				"set limit": x.setLimit, "reset limit": x.resetLimit, "configure": x.configure, "rename": x.rename, "sleep": x.sleep,
				"": x.check,
			})
			x.drain(t)
		})
	})
}

func newMachine(t *rapid.T) *machine {
	c := New()
	return &machine{
		c: c, calls: map[int]*call{}, wake: c.Watch(t.Context()), seen: c.Snapshot(),
		m: &model{now: time.Now(), vendors: map[string]*modelVendor{}, gauges: map[Key]*modelGauge{}, sent: map[int]*modelSent{}, aliases: map[string]string{}},
	}
}

// drain ends all calls.
func (x *machine) drain(t *rapid.T) {
	for len(x.calls) > 0 {
		x.end(t)
		x.check(t)
	}
}

var (
	someVendor  = rapid.SampledFrom([]string{"zhipu", "kimi", "alibaba"})
	someModel   = rapid.SampledFrom([]string{"large", "medium", "small"})
	someSession = rapid.SampledFrom([]string{"a", "b", "c", ""})
	someLimit   = rapid.IntRange(0, 4)
)

func (x *machine) acquire(t *rapid.T) {
	x.arrive(t, Key{someVendor.Draw(t, "vendor"), someModel.Draw(t, "model")})
}

// arrive begins a call of somebody's.
func (x *machine) arrive(t *rapid.T, k Key) {
	x.next++
	caller := Caller{Session: someSession.Draw(t, "session"), Agent: rapid.Bool().Draw(t, "agent"), Call: x.next}
	if how := rapid.IntRange(0, 3).Draw(t, "arrival"); how < 2 { // it has waited elsewhere since before others came
		caller.Arrival = uint64(rapid.IntRange(1, x.next).Draw(t, "since")*1_000_000 + x.next*1000) // no two are the same
		if how == 1 {                                                                               // and here
			caller.Waited = time.Duration(rapid.IntRange(1, 12).Draw(t, "waited")) * time.Second / 2
		}
	}
	x.calls[x.next] = beginFor(t, x.c, k, caller)
	if err := x.m.acquire(k, x.next, caller); err != nil {
		x.expectRefused(t, x.next, err)
	}
}

// expectRefused checks that a call has failed with err, and forgets it.
func (x *machine) expectRefused(t *rapid.T, id int, err error) {
	w := x.calls[id]
	if !w.over() || outcome(w.err) != err {
		t.Fatalf("call %d to %v: over %v, error %v; want %v", id, w.key, w.over(), w.err, err)
	}
	delete(x.calls, id)
}

// end releases a call in flight or cancels a pending one.
func (x *machine) end(t *rapid.T) {
	if len(x.calls) == 0 {
		t.Skip("no calls")
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(x.calls))).Draw(t, "call")
	w := x.calls[id]
	delete(x.calls, id)
	w.end()
	w.permit.Release() // once more does nothing
	x.m.end(id)
}

// rename gives a vendor the name of another, if it may have it.
func (x *machine) rename(t *rapid.T) {
	from, to := someVendor.Draw(t, "from"), someVendor.Draw(t, "to")
	x.c.Rename(from, to)
	x.m.rename(from, to)
}

func (x *machine) setLimit(t *rapid.T) {
	k := Key{someVendor.Draw(t, "vendor"), rapid.OneOf(someModel, rapid.Just(AccountModel)).Draw(t, "model")}
	limit := rapid.IntRange(0, 7).Draw(t, "limit")
	got, want := outcome(x.c.SetLimit(k, limit)), x.m.setLimit(k, limit)
	if got != want {
		t.Fatalf("set limit of %v to %d: %v, want %v", k, limit, got, want)
	}
}

func (x *machine) resetLimit(t *rapid.T) {
	k := Key{someVendor.Draw(t, "vendor"), rapid.OneOf(someModel, rapid.SampledFrom([]string{AccountModel, ""})).Draw(t, "model")}
	got, want := outcome(x.c.ResetLimit(k)), x.m.resetLimit(k)
	if got != want {
		t.Fatalf("reset limit of %v: %v, want %v", k, got, want)
	}
}

func (x *machine) configure(t *rapid.T) {
	names := rapid.SliceOfNDistinct(someVendor, 0, 3, rapid.ID[string]).Draw(t, "vendors")
	list := make([]VendorPolicy, len(names))
	for i, name := range names {
		longest := rapid.IntRange(0, 5).Draw(t, "max wait")
		adaptive := rapid.Bool().Draw(t, "adaptive")
		if adaptive {
			longest = 0 // a refused call's own has a test of its own
		}
		list[i] = VendorPolicy{name, Policy{
			Adaptive:   adaptive,
			Default:    someLimit.Draw(t, "default"),
			Models:     rapid.MapOfN(someModel, rapid.IntRange(1, 4), 0, 2).Draw(t, "models"),
			Total:      someLimit.Draw(t, "total"),
			Max:        rapid.IntRange(0, 6).Draw(t, "max"),
			MaxPending: rapid.IntRange(0, 5).Draw(t, "max pending"),
			MaxWait:    time.Duration(longest) * time.Second,
			Fair:       rapid.Bool().Draw(t, "fair"),
			Known:      rapid.SliceOfN(someModel, 0, 2).Draw(t, "known"),
		}}
	}
	x.c.Configure(list)
	x.m.configure(list)
}

func (x *machine) sleep(t *rapid.T) {
	d := time.Duration(rapid.IntRange(1, 24).Draw(t, "half seconds")) * time.Second / 2
	sleep(d)
	for _, id := range x.m.sleep(d) {
		x.expectRefused(t, id, ErrWaitExpired)
	}
}

// check compares all that can be seen.
func (x *machine) check(t *rapid.T) {
	synctest.Wait()
	got := x.c.Snapshot()
	if want := x.m.snapshot(); !reflect.DeepEqual(got, want) {
		t.Fatalf("snapshot\n%+v, want\n%+v", got, want)
	}
	if got, want := x.c.Queues(), x.m.queues(got); !slices.Equal(got, want) {
		t.Fatalf("queues\n%+v, want\n%+v", got, want)
	}
	for k, g := range x.m.gauges {
		for _, id := range g.flying {
			if !x.calls[id].granted() {
				t.Fatalf("call %d to %v is not in flight", id, k)
			}
			if got, want := x.calls[id].permit.parked, x.m.sent[id].parked; got != want {
				t.Fatalf("call %d to %v was refused and waits: %v, want %v", id, k, got, want)
			}
		}
		for _, w := range g.queue {
			if x.calls[w.id].over() {
				t.Fatalf("call %d to %v is not pending: %v", w.id, k, x.calls[w.id].err)
			}
		}
	}
	if !woken(x.wake) && !reflect.DeepEqual(got, x.seen) {
		t.Fatalf("nobody was told of the change from\n%+v to\n%+v", x.seen, got)
	}
	x.seen = got
}

// snapshot forgets the gauges that have vanished and gives the rest.
func (m *model) snapshot() Snapshot {
	s := Snapshot{Gauges: []Gauge{}}
	defer maps.DeleteFunc(m.aliases, func(_, of string) bool { return !m.exists(of) })
	var unlisted []string
	for name := range m.vendors {
		if !slices.Contains(m.order, name) {
			unlisted = append(unlisted, name)
		}
	}
	slices.Sort(unlisted)
	for _, name := range slices.Concat(m.order, unlisted) {
		pending := 0
		for _, k := range m.keys(name) {
			g := m.gauges[k]
			row := Gauge{Key: k, InFlight: len(g.flying), Pending: len(g.queue), PeakPending: m.peak(g)}
			if m.strict && !slices.Contains(m.order, name) && row.InFlight+row.PeakPending == 0 {
				delete(m.gauges, k)
				continue
			}
			if m.limit(k) > 0 {
				row.Mode, row.Limit, row.Configured, row.Max = Limited, m.limit(k), m.configured(k), m.highest(k)
				row.Ceiling, row.Adaptation = cmp.Or(m.own(k), g.ending.limit, m.ceiling(Key{name, AccountModel}), m.vendor(name).ending.limit), m.rule(k).adaptation()
			}
			if !slices.Contains(m.order, name) {
				row.Configured, row.Max = 0, 0
			}
			pending += row.Pending
			s.Gauges = append(s.Gauges, row)
		}
		if account := (Key{name, AccountModel}); m.total(name) > 0 {
			row := Account{
				Vendor: name, Limit: m.total(name), Configured: m.configured(account), Max: m.highest(account),
				Ceiling: cmp.Or(m.ceiling(account), m.vendor(name).ending.limit), Adaptation: m.vendor(name).rule.adaptation(),
				InFlight: m.flying(name), Pending: pending,
			}
			if !slices.Contains(m.order, name) {
				if row.Configured, row.Max = 0, 0; len(m.keys(name)) == 0 {
					continue
				}
			}
			s.Accounts = append(s.Accounts, row)
		}
	}
	return s
}
