package window

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"afterglow/app/viewmodel"
)

// emptyPages are pages with nothing on them.
func emptyPages() (all Pages) {
	for i := range all {
		all[i].Root = container.NewStack()
	}
	return all
}

func TestPageKnowsWhenItComesAndGoes(t *testing.T) {
	w := New(test.NewTempApp(t))
	t.Cleanup(w.Fyne().Close)
	var seen []string
	w.Build(func() Pages {
		all := emptyPages()
		all[Usage].Enter = func() { seen = append(seen, "in") }
		all[Usage].Leave = func() { seen = append(seen, "out") }
		return all
	})
	w.Turn(Usage) // behind the curtain
	w.Show()
	w.Show()
	w.Hide()
	w.Show()
	w.Turn(Live)
	w.Hide()
	if want := []string{"in", "out", "in", "out"}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}

func TestAPageOnWhichTimesPassIsPaintedEverySecond(t *testing.T) {
	a := test.NewTempApp(t)
	synctest.Test(t, func(t *testing.T) {
		w := New(a)
		paints := 0
		w.Run = func(paint func()) { paint() }
		w.Build(func() Pages {
			all := emptyPages()
			all[Live].Set = func(viewmodel.Board) bool {
				paints++
				return paints < 4
			}
			return all
		})
		w.Show()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.Tick(ctx)
		first := paints
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		if paints != first+1 {
			t.Errorf("%d paints in a second, want 1", paints-first)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if paints != 4 {
			t.Errorf("%d paints, want none after the page has said that no time passes", paints)
		}
	})
}

func TestPageThatIsNotInFrontCostsNothing(t *testing.T) {
	w := New(test.NewTempApp(t))
	t.Cleanup(w.Fyne().Close)
	w.Run = func(paint func()) { paint() }
	seen := map[PageID][]int{} // the calls in flight that each page was shown
	w.Build(func() Pages {
		all := emptyPages()
		for _, at := range []PageID{Live, Activity} {
			all[at].Set = func(b viewmodel.Board) bool { seen[at] = append(seen[at], b.Totals.InFlight); return false }
		}
		return all
	})
	board := func(n int) viewmodel.Board { return viewmodel.Board{Totals: viewmodel.Totals{InFlight: n}} }
	w.Show()
	w.Update(board(1))
	if len(seen[Activity]) != 0 {
		t.Error("the list of calls is made behind the page in front")
	}
	w.Turn(Activity)
	live := len(seen[Live])
	w.Update(board(2))
	if got := seen[Activity]; got[len(got)-1] != 2 || len(seen[Live]) != live {
		t.Errorf("Activity was shown %v; the Live page took a board behind: %v", got, seen[Live])
	}
	w.Turn(Live)
	if got := seen[Live]; got[len(got)-1] != 2 {
		t.Error("the Live page does not show the latest board when it comes to the front")
	}
}
