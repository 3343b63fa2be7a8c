package proxy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/route"
)

// TestNoCallIsOvertaken drives a whole proxy at random: calls of several sessions come, are answered, refused and cancelled;
// limits move; vendors go out, come back, are switched off and renamed. After every step it checks that
//
//   - no call was let in to a vendor while one waits there that was promised its turn before: the one that arrived earlier,
//     or in a fair queue the one that stood in front of it;
//   - no vendor has got more calls at once than its limit allowed;
//   - a call's queue time is the sum of all its waits, and each call has one record.
func TestNoCallIsOvertaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			x := newRush(t)
			defer x.abandon()
			t.Repeat(map[string]func(*rapid.T){
				"arrive": x.arrive, "arrive more": x.arrive, "arrive yet more": x.arrive, "answer": x.answer, "answer more": x.answer,
				"sleep": x.sleep, "cancel": x.cancel, "move a limit": x.moveLimit, "reset": func(*rapid.T) { x.ResetVendor("") },
				"change the chain": x.change,
				"":                 x.check,
			})
			x.finish(t)
		})
	})
}

// step is the grain of time: everything that takes time here takes a multiple of it.
const step = time.Second / 2

// rush is the proxy under test and what is known of its calls.
type rush struct {
	*stage
	conf   config.Config
	names  [3]string // of the vendors, now
	off    [3]bool
	before limiterView
	queued map[int]time.Duration // of each call
	tried  map[int]int           // the length of its trail before the step
}

// limiterView is what the limiter says at one moment.
type limiterView struct {
	queues map[limiter.Key][]int // the calls that wait, the next first
	limits map[limiter.Key]limiter.Gauge
}

func newRush(t *rapid.T) *rush {
	x := &rush{names: [3]string{"a", "b", "c"}, queued: map[int]time.Duration{}, tried: map[int]int{}}
	fair := rapid.Bool().Draw(t, "fair")
	overflow := rapid.Bool().Draw(t, "max wait")
	for i, name := range x.names {
		v := row(name, virtualURL(i), func(v *config.Vendor) {
			v.Message, v.FirstEvent, v.Idle = 24*time.Hour, 24*time.Hour, 24*time.Hour
			v.Breaker = config.Breaker{Failures: 1, Successes: 1, Recovery: 10 * step, Max: 40 * step}
			v.Limit = config.Limit{Default: rapid.IntRange(1, 3).Draw(t, "limit"), Total: rapid.IntRange(0, 4).Draw(t, "total"), Max: 9, MaxPending: rapid.IntRange(2, 6).Draw(t, "max pending"), Fair: fair}
			if overflow {
				v.Limit.MaxWait = 12 * step
			}
		})
		x.conf.Vendors = append(x.conf.Vendors, v)
	}
	n := rapid.IntRange(1, 3).Draw(t, "vendors")
	x.conf.Vendors, x.conf.Drain = x.conf.Vendors[:n], step
	x.conf.Tiers = rapid.SampledFrom(map[int][][][]string{
		1: {{{"a"}}}, 2: {{{"a"}, {"b"}}, {{"a", "b"}}}, 3: {{{"a"}, {"b"}, {"c"}}, {{"a", "b"}, {"c"}}, {{"a"}, {"b", "c"}}},
	}[n]).Draw(t, "tiers")
	x.stage = newStage(t, x.conf)
	x.before = x.look()
	return x
}

func (x *rush) arrive(t *rapid.T) {
	c := stageCall{
		model: rapid.SampledFrom([]string{"large", "large", "small"}).Draw(t, "model"), session: rapid.SampledFrom([]string{"s", "t", "u"}).Draw(t, "session"),
		agent: rapid.Bool().Draw(t, "agent"),
	}
	for i := range c.fate {
		c.fate[i] = rapid.SampledFrom([]int{200, 200, 200, 503, 500}).Draw(t, "fate")
	}
	x.send(c)
}

// answer lets a vendor answer one of the calls that it has.
func (x *rush) answer(t *rapid.T) {
	x.mu.Lock()
	at := slices.SortedFunc(maps.Keys(x.held), func(a, b visit) int { return (a.call-b.call)*8 + a.vendor - b.vendor })
	x.mu.Unlock()
	if len(at) == 0 {
		t.Skip("no call is with a vendor")
	}
	x.let(rapid.SampledFrom(at).Draw(t, "call"))
}

func (x *rush) cancel(t *rapid.T) {
	if len(x.calls) == 0 {
		t.Skip("no calls")
	}
	n := rapid.IntRange(max(1, len(x.calls)-9), len(x.calls)).Draw(t, "call")
	x.calls[n].cancel()
	x.mu.Lock()
	defer x.mu.Unlock()
	maps.DeleteFunc(x.held, func(at visit, _ chan struct{}) bool { return at.call == n })
}

// sleep lets one step pass, which counts for those that wait.
func (x *rush) sleep(*rapid.T) {
	for _, calls := range x.before.queues {
		for _, n := range calls {
			x.queued[n] += step
		}
	}
	time.Sleep(step)
}

func (x *rush) moveLimit(t *rapid.T) {
	i := rapid.IntRange(0, len(x.conf.Vendors)-1).Draw(t, "vendor")
	model := rapid.SampledFrom([]string{"large", "small", limiter.AccountModel}).Draw(t, "model")
	x.SetLimit(x.names[i], model, rapid.IntRange(1, 4).Draw(t, "limit")) // of a vendor that is off, it is refused
}

// change switches a vendor off or on, gives it another name, or takes its limit away and back.
func (x *rush) change(t *rapid.T) {
	i := rapid.IntRange(0, len(x.conf.Vendors)-1).Draw(t, "vendor")
	switch rapid.IntRange(0, 2).Draw(t, "how") {
	case 0:
		x.off[i] = !x.off[i]
	case 1:
		if x.off[i] {
			t.Skip("it has no calls to take along")
		}
		x.names[i] += "'"
	case 2:
		limit := &x.conf.Vendors[i].Limit
		limit.Default, limit.Total = 3-limit.Default, 0
	}
	next := config.Config{Drain: x.conf.Drain, MaxBody: 1 << 20}
	for _, tier := range x.conf.Tiers {
		var names []string
		for _, name := range tier {
			k := int(name[0] - 'a')
			if x.off[k] {
				continue
			}
			v := x.conf.Vendors[k]
			v.Name = x.names[k]
			next.Vendors, names = append(next.Vendors, v), append(names, v.Name)
		}
		if len(names) > 0 {
			next.Tiers = append(next.Tiers, names)
		}
	}
	if err := x.Reload(next); err != nil {
		t.Fatal(err)
	}
}

// look asks the limiter. A vendor that was renamed goes by its first name.
func (x *rush) look() limiterView {
	first := func(k limiter.Key) limiter.Key { return limiter.Key{Vendor: k.Vendor[:1], Model: k.Model} }
	view := limiterView{queues: map[limiter.Key][]int{}, limits: map[limiter.Key]limiter.Gauge{}}
	for _, w := range x.limiter.Queues() {
		view.queues[first(w.Key)] = append(view.queues[first(w.Key)], w.Caller.Call)
	}
	for _, g := range x.limiter.Snapshot().Gauges {
		view.limits[first(g.Key)] = g
	}
	return view
}

func (x *rush) check(t *rapid.T) {
	synctest.Wait()
	after := x.look()
	for k, queue := range after.queues {
		x.expectOrder(t, k, queue)
	}
	for _, at := range x.newlyAsked() {
		k := limiter.Key{Vendor: string(rune('a' + at.vendor)), Model: x.calls[at.call].model}
		x.expectItsTurn(t, at.call, k, after)
		was, g := x.before.limits[k], after.limits[k]
		limit := max(g.Limit, was.Limit)
		if was.Ending() {
			limit = max(limit, was.Limit+1) // which an answer has raised
		}
		if limit > 0 && g.InFlight > limit {
			t.Fatalf("call %d was let in to %v beyond its limit: it was %+v, and is %+v", at.call, k, was, g)
		}
	}
	x.before = after
	x.noteTries()
}

// expectOrder checks that a queue stands in the order of arrival; if it is fair, that of each session's main calls, and of
// each session's sub-agents.
func (x *rush) expectOrder(t *rapid.T, k limiter.Key, queue []int) {
	last := map[string]int{}
	for _, n := range queue {
		who := ""
		if x.conf.Vendors[0].Limit.Fair {
			who = fmt.Sprint(x.calls[n].session, x.calls[n].agent)
		}
		if last[who] > n {
			t.Fatalf("call %d stands behind call %d in the queue of %v: %v", n, last[who], k, queue)
		}
		last[who] = n
	}
}

// expectItsTurn checks that a call was let in before nobody who was promised to be served first and still waits.
func (x *rush) expectItsTurn(t *rapid.T, n int, k limiter.Key, after limiterView) {
	fair := x.conf.Vendors[0].Limit.Fair
	waited := slices.Contains(x.before.queues[k], n)
	for _, other := range x.before.queues[k] {
		if other == n {
			return
		}
		if slices.Contains(after.queues[k], other) && (waited || !fair && other < n) && !x.triedElsewhere(other) {
			t.Fatalf("call %d was let in to %v, and call %d still waits; the queue was %v, and is %v; it had tried %+v", n, k, other, x.before.queues[k], after.queues[k], x.Server.calls.find(other).trail)
		}
	}
}

// triedElsewhere reports whether a call left its queue in this step for another one, in which it found no place any more: it
// was on its way back when the slot was given away.
func (x *rush) triedElsewhere(n int) bool {
	rec := x.Server.calls.find(n)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.ContainsFunc(rec.trail[min(x.tried[n], len(rec.trail)):], func(t route.Try) bool { return strings.Contains(t.Reason, limiter.ErrQueueFull.Error()) })
}

// noteTries remembers what the calls had tried before a step.
func (x *rush) noteTries() {
	all, live := x.Server.calls.all()
	for _, rec := range all[:live] {
		rec.set(func() { x.tried[rec.number] = len(rec.trail) })
	}
}

// finish lets every call end, and checks the records.
func (x *rush) finish(t *rapid.T) {
	for {
		x.check(t)
		x.mu.Lock()
		at := slices.Collect(maps.Keys(x.held))
		x.mu.Unlock()
		if len(at) > 0 {
			x.let(at[0])
			continue
		}
		if _, live := x.Server.calls.all(); live == 0 {
			break
		}
		t.Fatalf("calls are left, and none is with a vendor: %+v", x.Calls())
	}
	x.done.Wait()
	if got := ended(x.Server); got != len(x.calls) {
		t.Fatalf("%d records of %d calls", got, len(x.calls))
	}
	for _, rec := range endedCalls(x.Server) {
		if got, want := rec.ledgerCall().Queued, x.queued[rec.number]; got != want {
			t.Fatalf("call %d queued for %v by its record, for %v in truth: %+v", rec.number, got, want, rec.trail)
		}
	}
	if !idle(x.limiter.Snapshot()) {
		t.Fatalf("%+v", x.limiter.Snapshot())
	}
	if err := x.virtual.close(); err != nil {
		t.Fatal(err)
	}
}

// walk sends calls, lets vendors answer, and checks who was asked, in virtual time: "+3" is the third call's arrival, "1@0"
// is the answer of the first vendor to call 1, and "?2@0 3@1" says who was asked since the last "?".
func walk(t *testing.T, x *stage, calls []stageCall, steps ...string) {
	t.Helper()
	for _, s := range steps {
		var at visit
		switch {
		case s[0] == '+':
			fmt.Sscanf(s, "+%d", &at.call)
			x.send(calls[at.call-1])
		case s[0] == '?':
			synctest.Wait()
			got := "?"
			for _, v := range x.newlyAsked() {
				got += fmt.Sprintf("%d@%d ", v.call, v.vendor)
			}
			if got != s+" " && got != s {
				t.Fatalf("%s, want %s; queues %+v", got, s, x.limiter.Queues())
			}
		default:
			fmt.Sscanf(s, "%d@%d", &at.call, &at.vendor)
			x.let(at)
		}
		synctest.Wait()
	}
}

// patient is a vendor at virtualURL(n) that fails once and is then left alone.
func patient(n int, limit config.Limit) config.Vendor {
	return row(string(rune('a'+n)), virtualURL(n), func(v *config.Vendor) {
		v.Message, v.FirstEvent, v.Idle = 24*time.Hour, 24*time.Hour, 24*time.Hour
		v.Breaker = config.Breaker{Failures: 1, Successes: 1, Recovery: 10 * step, Max: 40 * step}
		v.Limit, v.Limit.Max = limit, 9
	})
}

// A vendor goes out while calls wait for it, and there is no other: they are served before those that came later, and their
// whole wait is counted.
func TestCallsThatWaitedAreServedBeforeThoseThatCameAfterTheirVendorWentOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newStage(t, config.Config{Drain: step, Vendors: []config.Vendor{patient(0, config.Limit{Default: 3, MaxPending: 64})}})
		defer x.abandon()
		fine, fails := stageCall{model: "m", fate: [3]int{200}}, stageCall{model: "m", fate: [3]int{503}}
		calls := []stageCall{fine, fine, fails, fine, fine, fine, fine}
		walk(t, x, calls[:5], "+1", "+2", "+3", "+4", "+5", "?1@0 2@0 3@0")
		if err := x.SetLimit("a", "m", 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * step)
		walk(t, x, calls, "3@0", "+6", "+7", "?")
		time.Sleep(step)
		walk(t, x, calls, "1@0", "?", "2@0", "?4@0", "4@0", "?5@0", "5@0", "?6@0", "6@0", "?7@0", "7@0")
		x.done.Wait()
		for n, want := range map[int]time.Duration{4: 3 * step, 5: 3 * step, 6: step, 7: step} {
			if got := x.Server.calls.find(n).ledgerCall().Queued; got != want {
				t.Errorf("call %d queued for %v, want %v", n, got, want)
			}
		}
	})
}

// A call that left the queue of a vendor that was out, waited elsewhere in vain and comes back, has its place before those
// that came later, also where the queue is full.
func TestACallThatComesBackToAQueueHasItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := patient(0, config.Limit{Default: 1, MaxPending: 1}), patient(1, config.Limit{Default: 1, MaxPending: 2})
		x := newStage(t, config.Config{Drain: step, Vendors: []config.Vendor{a, b}})
		defer x.abandon()
		fine := stageCall{model: "m", fate: [3]int{200, 200}}
		calls := []stageCall{{model: "m", fate: [3]int{503, 200}}, fine, {model: "m", fate: [3]int{200, 503}}, fine, fine}
		walk(t, x, calls, "+1", "+2", "+3", "?1@0 3@1") // 2 waits for a, where 3 finds no place
		time.Sleep(step)
		walk(t, x, calls, "1@0", "?")              // 1 and 2 go on to b, and wait
		walk(t, x, calls, "+4", "?4@0", "+5", "?") // for them, b's queue is full
		time.Sleep(step)
		walk(t, x, calls, "3@1", "?") // b is out as well: 2 goes back to a
		time.Sleep(step)
		walk(t, x, calls, "4@0", "?2@0", "2@0", "?5@0", "5@0")
		x.done.Wait()
		for n, want := range map[int]time.Duration{2: 3 * step, 5: 2 * step} {
			if c := x.Server.calls.find(n).ledgerCall(); c.Queued != want || c.Status != 200 || c.Vendor != "a" {
				t.Errorf("call %d queued for %v, want %v: %+v", n, c.Queued, want, c)
			}
		}
	})
}
