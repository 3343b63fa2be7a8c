package limiter

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// drive plays a story on a rule and gives its limit after each step. The steps:
//
//	full×n   n calls are sent with the whole limit in use and accepted, while another call waits
//	idle×n   the same, but nobody waits
//	part×n   n calls are accepted while less than the limit is in use
//	no       a call that was sent last is refused
//	old      a call is refused that was sent before the last cut
//	30m      so much time passes
//	max×n    the ceiling is moved to n
func drive(t *testing.T, a *adaptive, story string) []int {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var limits []int
	for _, step := range strings.Fields(story) {
		word, count, many := strings.Cut(step, "×")
		n := 1
		if many {
			if _, err := fmt.Sscan(count, &n); err != nil {
				t.Fatal(err)
			}
		}
		switch word {
		case "full", "idle":
			for range n {
				a.accepted(a.epoch, true)
				if word == "full" {
					a.raise(now)
				}
			}
		case "part":
			for range n {
				a.accepted(a.epoch, false)
				a.raise(now)
			}
		case "no":
			a.refused(a.epoch, now)
		case "old":
			a.refused(a.cut-1, now)
		case "max":
			a.bound(n, now)
		default:
			d, err := time.ParseDuration(word)
			if err != nil {
				t.Fatal(err)
			}
			now = now.Add(d)
		}
		limits = append(limits, a.limit)
	}
	return limits
}

func TestTheRuleOfAdaptiveLimits(t *testing.T) {
	for _, c := range []struct {
		name, story string
		ceiling     int
		want        []int
	}{
		{"each accepted call raises it, up to the ceiling", "full full full full full", 4, []int{2, 3, 4, 4, 4}},
		{"a call that did not use the whole limit proves nothing", "part×50", 4, []int{1}},
		{"where nobody waits it does not grow", "full full idle×50 full", 9, []int{2, 3, 3, 4}},
		{"a limit that was only tried goes back to the proven one", "full full full no", 9, []int{2, 3, 4, 3}},
		{"what was proven is halved", "full×5 idle no", 9, []int{6, 6, 3}},
		{"half is rounded up, and at least one less", "full×4 idle no idle no idle no", 9, []int{5, 5, 3, 3, 2, 2, 1}},
		{"one is the least", "idle no idle no", 9, []int{1, 1, 1, 1}},
		{"of the calls that were sent before a cut none cuts again", "full×7 idle no old old old", 9, []int{8, 8, 4, 4, 4, 4}},
		{"what goes on to refuse after a cut is halved again", "full×7 idle no no", 9, []int{8, 8, 4, 2}},
		{"below what was refused it climbs at once", "full×7 idle no full full full full", 9, []int{8, 8, 4, 5, 6, 7, 7}},
		{"what was refused is tried after ten windows", "full full full no full×29 full", 9, []int{2, 3, 4, 3, 3, 4}},
		{"and when that fails, after twenty", "full full full no full×30 no full×59 full", 9, []int{2, 3, 4, 3, 4, 3, 3, 4}},
		{"when it is taken, the climb goes on", "full full full no full×30 full full", 9, []int{2, 3, 4, 3, 4, 5, 6}},
		{"half an hour is enough, too", "full full full no 29m full 1m full", 9, []int{2, 3, 4, 3, 3, 3, 3, 4}},
		{"a lower ceiling holds at once", "full full full full max×2 full", 9, []int{2, 3, 4, 5, 2, 2}},
		{"a higher one is tried", "full full max×9 full", 3, []int{2, 3, 3, 4}},
		{"whoever moves the ceiling may know better", "full full full no max×8 full", 9, []int{2, 3, 4, 3, 3, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := drive(t, newAdaptive(c.ceiling, 0, time.Time{}), c.story)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s: %v, want %v", c.story, got, c.want)
			}
		})
	}
}

// However low the vendor's limit is, and however long: no more than 1 of 64 calls is spent in the long run.
func TestRefusalsArePaidFor(t *testing.T) {
	for _, truth := range []int{1, 2, 3, 5, 8} {
		a, now := newAdaptive(20, 0, time.Time{}), time.Time{}
		accepted, refused := 0, 0
		for accepted < 20000 {
			now = now.Add(time.Second)
			if a.limit > truth {
				a.refused(a.epoch, now)
				refused++
				continue
			}
			a.accepted(a.epoch, true)
			a.raise(now)
			accepted++
		}
		if most := accepted/trialCost + firstSavings/trialCost + accepted/int(wallAge.Seconds()); refused > most {
			t.Errorf("at a true limit of %d, %d of %d calls were refused, want %d at most", truth, refused, accepted, most)
		}
		if refused < 10 {
			t.Errorf("at a true limit of %d, only %d of %d calls were refused: a higher limit is not found", truth, refused, accepted)
		}
	}
}

func TestWhyALimitIsWhereItIs(t *testing.T) {
	for _, c := range []struct {
		story string
		want  Why
		wall  int
	}{
		{"part", Trying, 0},
		{"full", Trying, 0},
		{"full idle", Enough, 0},
		{"full×9", Ceiling, 0},
		{"full full no", Refused, 3},
		{"full full no full×20", Trying, 3},
		{"full full no full×20 full×9", Ceiling, 0},
	} {
		a := newAdaptive(5, 0, time.Time{})
		drive(t, a, c.story)
		if got := a.adaptation(); got.Why != c.want || got.Refused != c.wall {
			t.Errorf("%s: %q, refused %d; want %q, %d", c.story, got.Why, got.Refused, c.want, c.wall)
		}
	}
	if got := (*adaptive)(nil).adaptation(); got != (Adaptation{}) {
		t.Errorf("a fixed limit: %+v", got)
	}
}

func TestItBeginsWithWhatIsInFlight(t *testing.T) {
	for _, c := range [][3]int{{0, 5, 1}, {3, 5, 3}, {9, 5, 5}} {
		if got := newAdaptive(c[1], c[0], time.Time{}).limit; got != c[2] {
			t.Errorf("%d in flight, at most %d: begins with %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
