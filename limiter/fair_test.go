package limiter

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// TestLongFairQueuesDoWhatTheModelSays is the machine's test with one vendor of few slots, so that queues of
// several sessions get long, and with a policy of which little but fairness changes.
func TestLongFairQueuesDoWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			x := newMachine(t)
			configure := func(fair bool, total int) {
				list := []VendorPolicy{{"zhipu", Policy{Default: 2, Total: total, Fair: fair}}}
				x.c.Configure(list)
				x.m.configure(list)
			}
			configure(true, 3)
			arrive := func(t *rapid.T) {
				x.arrive(t, Key{"zhipu", rapid.SampledFrom([]string{"large", "large", "small"}).Draw(t, "model")})
			}
			t.Repeat(map[string]func(*rapid.T){
				"arrive": arrive, "arrive more": arrive, "arrive yet more": arrive, "end": x.end, "end more": x.end, "sleep": x.sleep,
				"configure": func(t *rapid.T) { configure(rapid.Bool().Draw(t, "fair"), rapid.IntRange(0, 3).Draw(t, "total")) },
				"":          x.check,
			})
			x.drain(t)
		})
	})
}

// callers reads calls like "a a! b": session a's main conversation, a sub-agent of a's, and session b's. "-"
// is no session's.
func callers(text string) []Caller {
	var list []Caller
	for i, word := range strings.Fields(text) {
		session, agent := strings.CutSuffix(word, "!")
		list = append(list, Caller{Session: strings.Trim(session, "-"), Agent: agent, Call: i + 1})
	}
	return list
}

func TestTheOrderOfAFairQueue(t *testing.T) {
	for _, c := range []struct{ name, arrive, fifo, fair string }{
		{"one session is first in, first out", "a a a", "1 2 3", "1 2 3"},
		{"sessions take turns in the order of their first call", "a a a b b c", "1 2 3 4 5 6", "1 4 6 2 5 3"},
		{"the main conversation comes before its sub-agents", "a! a! a", "1 2 3", "3 1 2"},
		{"but not before another session's turn", "b! a! a! a b", "1 2 3 4 5", "5 4 1 2 3"},
		{"sub-agents keep their order", "a! b! a! b! a!", "1 2 3 4 5", "1 2 3 4 5"},
		{"those without a name are one session", "- - -! a -", "1 2 3 4 5", "1 4 2 5 3"},
		{"ten sub-agents and a main call, and another session", "a! a! a! a! a! a! a! a! a! a! a b b",
			"1 2 3 4 5 6 7 8 9 10 11 12 13", "11 12 1 13 2 3 4 5 6 7 8 9 10"},
	} {
		for _, fair := range []bool{false, true} {
			want := c.fifo
			if fair {
				want = c.fair
			}
			t.Run(fmt.Sprintf("%s/fair=%v", c.name, fair), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := zhipu(Policy{Default: 1, Fair: fair})
					holder := hold(t, l, glm)
					var calls []*call
					for _, who := range callers(c.arrive) {
						calls = append(calls, beginFor(t, l, glm, who))
					}
					promised, served := placesOf(l, glm), serveAll(t, holder, calls)
					if promised != want || served != want {
						t.Fatalf("promised %s, served %s, want %s", promised, served, want)
					}
				})
			})
		}
	}
}

// placesOf are the numbers of the calls in k's queue, the next first.
func placesOf(c *Controller, k Key) string {
	var order []string
	for _, w := range c.Queues() {
		if w.Key == k && w.Place == len(order)+1 {
			order = append(order, fmt.Sprint(w.Caller.Call))
		}
	}
	return strings.Join(order, " ")
}

// serveAll releases slot after slot and gives the numbers of the calls, from 1, in the order in which they
// were granted.
func serveAll(t *testing.T, holder *Permit, calls []*call) string {
	t.Helper()
	holder.Release()
	synctest.Wait()
	var order []string
	for range calls {
		for i, w := range calls {
			if w != nil && w.granted() {
				order = append(order, fmt.Sprint(i+1))
				calls[i] = nil
				w.end()
				break
			}
		}
	}
	return strings.Join(order, " ")
}

// A session that comes while others wait is served after at most one call of each.
func TestANewSessionWaitsForOneCallOfEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1, Fair: true})
		holder := hold(t, c, glm)
		var calls []*call
		for _, who := range callers("a a a b b b") {
			calls = append(calls, beginFor(t, c, glm, who))
		}
		holder.Release()
		synctest.Wait()
		calls = append(calls, beginFor(t, c, glm, Caller{Session: "new", Call: 7}))
		if got := placesOf(c, glm); got != "4 2 7 5 3 6" {
			t.Fatal(got)
		}
		endAll(calls)
	})
}

func TestFairnessSwitchedWhileCallsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := zhipu(Policy{Default: 1})
		holder := hold(t, c, glm)
		var calls []*call
		for _, who := range callers("a! a b a b") {
			calls = append(calls, beginFor(t, c, glm, who))
		}
		for _, step := range []struct {
			fair bool
			want string
		}{{false, "1 2 3 4 5"}, {true, "2 3 4 5 1"}, {false, "1 2 3 4 5"}, {true, "2 3 4 5 1"}} {
			c.Configure([]VendorPolicy{{"zhipu", Policy{Default: 1, Fair: step.fair}}})
			if got := placesOf(c, glm); got != step.want {
				t.Fatalf("fair %v: %s, want %s", step.fair, got, step.want)
			}
		}
		calls[1].end() // the main call gives up: its session keeps its turn
		if got := placesOf(c, glm); got != "4 3 1 5" {
			t.Fatal(got)
		}
		expect(t, c, glm, 1, 4, 5)
		holder.Release()
		endAll(calls)
		expect(t, c, glm, 0, 0, 5)
		if g := c.gauges[glm]; len(g.queue.parties) != 0 || g.queue.round.len != 0 {
			t.Fatalf("%d sessions stayed", len(g.queue.parties))
		}
	})
}
