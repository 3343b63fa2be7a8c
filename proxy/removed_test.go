package proxy

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"afterglow/limiter"
)

// takeAway are the ways in which a vendor with a queue, or its limit, can be taken away, and its name afterwards.
var takeAway = map[string]struct {
	do    func(t *testing.T, e *edited)
	named string
	stays bool // the vendor is still in the chain
}{
	"switched off":                  {do: byControl("PUT", "/api/vendors/lab", `{"enabled":false}`), named: "lab"},
	"deleted":                       {do: byControl("DELETE", "/api/vendors/lab", `{}`), named: "lab"},
	"renamed":                       {do: byControl("PUT", "/api/vendors/lab", `{"name":"bench"}`), named: "bench", stays: true},
	"without its limit":             {do: byControl("PUT", "/api/vendors/lab", `{"limit":{"default":0}}`), named: "lab", stays: true},
	"out of the file's chain":       {do: byFile(`tiers = ["lab", "next"]`, `tiers = ["next"]`), named: "lab"},
	"renamed in the file":           {do: byFile(`"lab"`, `"bench"`), named: "bench", stays: true},
	"without its limit in the file": {do: byFile(`limit = { default = 3 }`, ``), named: "lab", stays: true},
}

func byControl(method, path, body string) func(*testing.T, *edited) {
	return func(t *testing.T, e *edited) {
		if status, answer := askControl(t, e.base, method, path, body); status != 200 {
			t.Fatal(status, answer)
		}
	}
}

func byFile(old, text string) func(*testing.T, *edited) {
	return func(t *testing.T, e *edited) {
		writeFile(t, e.file, strings.ReplaceAll(e.text(t), old, text))
		e.followFile()
	}
}

// busyLab is a server whose vendor "lab" has three slots and twelve calls, and the call's answers by the vendor's name.
func busyLab(t *testing.T, nextKey string) (e *edited, lab *gatedVendor, calls *sync.WaitGroup, answers func() map[string]int) {
	t.Helper()
	lab = newGatedVendor(t, 12, 0)
	next := vendorServer(t, answering("from the next tier"))
	e = editServer(t, fmt.Sprintf(`tiers = ["lab", "next"]
[[vendors]]
name = "lab"
dialect = "anthropic"
base_url = %q
auth = "x-api-key"
key = "key-of-lab"
limit = { default = 3 }
[[vendors]]
name = "next"
dialect = "anthropic"
base_url = %q
auth = "x-api-key"
key = %q
`, lab.URL(), next.URL, nextKey))
	var mu sync.Mutex
	by := map[string]int{}
	calls = &sync.WaitGroup{}
	for n := 1; n <= 12; n++ {
		calls.Go(func() {
			resp, answer := post(t, e.base, numbered(n))
			if resp.StatusCode != 200 || !strings.Contains(answer, "message_stop") {
				t.Errorf("call %d: %d %s", n, resp.StatusCode, answer)
			}
			mu.Lock()
			defer mu.Unlock()
			by[resp.Header.Get("Afterglow-Vendor")]++
		})
		await(t, e.Server, fmt.Sprint("call ", n), counts(min(n, 3), max(0, n-3)))
	}
	lab.received(t, 3)
	return e, lab, calls, func() map[string]int { mu.Lock(); defer mu.Unlock(); return by }
}

// Whatever is done to a vendor whose queue is long, it never gets more calls at once than it had slots. Those that wait for
// a vendor that has gone are answered by the next tier at once.
func TestAQueueDoesNotBurstWhenItsVendorIsTakenAway(t *testing.T) {
	for name, way := range takeAway {
		t.Run(name, func(t *testing.T) {
			e, lab, calls, answers := busyLab(t, "key-of-next")
			way.do(t, e)
			want := map[string]int{way.named: 12}
			if !way.stays {
				want = map[string]int{"lab": 3, "next": 9}
				await(t, e.Server, "those that waited went on", counts(3, 0))
			}
			for _, gate := range lab.gates {
				close(gate)
			}
			calls.Wait()
			if peak := lab.Load().Peak; peak != 3 {
				t.Errorf("%d calls at once at a vendor with three slots", peak)
			}
			got := answers()
			if way.named == "bench" { // three had their headers before
				got["bench"] += got["lab"]
				delete(got, "lab")
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("answered by %v, want %v", got, want)
			}
		})
	}
}

// Where no other vendor takes calls, those that wait are served by the one that was taken away, in order.
func TestAQueueDrainsAtTheOldLimitWhereNoOtherTierIs(t *testing.T) {
	for name, way := range takeAway {
		t.Run(name, func(t *testing.T) {
			e, lab, calls, _ := busyLab(t, "${AFTERGLOW_NOT_SET}")
			way.do(t, e)
			gauge := func() limiter.Gauge { return gaugeNamed(e.Server, way.named) }
			if g := gauge(); g.InFlight != 3 || g.Pending != 9 || g.Limit != 3 || g.Ending() != (way.named == "lab") {
				t.Fatalf("%+v", g)
			}
			for n := 1; n <= 12; n++ {
				lab.received(t, min(n+2, 12))
				close(lab.gates[n])
			}
			calls.Wait()
			if peak := lab.Load().Peak; peak != 3 {
				t.Errorf("%d calls at once at a vendor with three slots", peak)
			}
			var order []int
			for _, c := range lab.Calls() {
				order = append(order, numberOf(string(c.Body)))
			}
			if !slices.IsSorted(order[3:]) {
				t.Errorf("served in the order %v", order)
			}
		})
	}
}

// The calls of a renamed vendor are shown, and kept in the ledger, under the name that it has now.
func TestTheCallsOfARenamedVendorHaveItsNewName(t *testing.T) {
	e, lab, calls, _ := busyLab(t, "${AFTERGLOW_NOT_SET}")
	if err := e.SetLimit("lab", "glm-5.1", 2); err != nil {
		t.Fatal(err)
	}
	takeAway["renamed in the file"].do(t, e)
	for _, c := range e.Calls() {
		if c.Vendor != "bench" || c.Phase == Queued && c.Place == 0 {
			t.Errorf("%+v", c)
		}
	}
	if g := gaugeNamed(e.Server, "bench"); g.Limit != 2 || e.state.Limits()["bench"]["glm-5.1"] != 2 {
		t.Errorf("%+v, kept %v", g, e.state.Limits())
	}
	for _, gate := range lab.gates {
		close(gate)
	}
	calls.Wait()
	eventually(t, "every call has ended", func() bool { return ended(e.Server) == 12 })
	for _, rec := range endedCalls(e.Server) {
		if c := rec.ledgerCall(); c.Vendor != "bench" || c.Failover() {
			t.Errorf("%+v", c)
		}
	}
}

// A vendor that is switched on again lets in no more than the user had set.
func TestAVendorThatComesBackHasTheLimitThatWasSet(t *testing.T) {
	e, lab, calls, _ := busyLab(t, "${AFTERGLOW_NOT_SET}")
	if err := e.SetLimit("lab", "glm-5.1", 2); err != nil {
		t.Fatal(err)
	}
	takeAway["switched off"].do(t, e)
	for n := 1; n <= 2; n++ {
		close(lab.gates[n])
	}
	lab.received(t, 4)
	byControl("PUT", "/api/vendors/lab", `{"enabled":true}`)(t, e)
	if g := gaugeNamed(e.Server, "lab"); g.InFlight != 2 || g.Limit != 2 || g.Ending() {
		t.Errorf("%+v", g)
	}
	for n := 3; n <= 12; n++ {
		close(lab.gates[n])
	}
	calls.Wait()
}
