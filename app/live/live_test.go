package live

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/viewmodel"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

func TestHiddenWindowPaintsNothingAndTheLatestWhenShown(t *testing.T) {
	w, _ := newTestWindow(t, true)
	runs := 0
	w.Run = func(f func()) { runs++; f() }
	w.Update(apptest.SceneBoard("busy"))
	if runs != 0 || len(w.page.cards) != 0 {
		t.Errorf("a hidden window ran %d times on the UI's goroutine and has %d cards", runs, len(w.page.cards))
	}
	w.Show()
	if len(w.page.cards) != 4 {
		t.Errorf("%d cards when shown, want 4", len(w.page.cards))
	}
	w.Hide()
	w.Update(apptest.SceneBoard("empty"))
	if runs != 0 {
		t.Errorf("ran %d times after it was hidden again", runs)
	}
}

func TestBoardsThatComeFasterThanTheUIAreSkippedButTheLast(t *testing.T) {
	w, _ := newTestWindow(t, true)
	var waiting []func()
	w.Run = func(f func()) { waiting = append(waiting, f) }
	w.Show()
	w.Update(viewmodel.Board{Totals: viewmodel.Totals{InFlight: 1}})
	w.Update(viewmodel.Board{Totals: viewmodel.Totals{InFlight: 2}})
	w.Update(viewmodel.Board{Totals: viewmodel.Totals{InFlight: 3}})
	if len(waiting) != 1 {
		t.Fatalf("%d paints wait, want 1", len(waiting))
	}
	waiting[0]()
	if got := w.page.totals.inFlight.Text(); got != "3" {
		t.Errorf("shows %s in flight, want 3", got)
	}
	w.Update(viewmodel.Board{Totals: viewmodel.Totals{InFlight: 4}})
	if len(waiting) != 2 {
		t.Error("after a paint the next board does not ask for one")
	}
}

func TestSliderSetsTheLimitOfItsModelAndOfTheAccount(t *testing.T) {
	w, svc := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	row(t, w, "zhipu", "glm-5.1").slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	row(t, w, "zhipu", "*").slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if want := []string{"zhipu/glm-5.1=4", "zhipu/*=20"}; !slices.Equal(svc.Sets, want) {
		t.Errorf("sets = %v, want %v", svc.Sets, want)
	}
	if w.Notices.Failure.Visible() {
		t.Errorf("says %q", w.Notices.Failure.Text())
	}
}

func TestRefusedLimitIsToldAndTheSliderReturns(t *testing.T) {
	w, svc := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	svc.Err = errors.New("the state folder is full")
	slider := row(t, w, "zhipu", "glm-5.1").slider
	slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if slider.Value() != 3 {
		t.Errorf("slider at %d, want 3 again", slider.Value())
	}
	if got := w.Notices.Failure.Text(); !w.Notices.Failure.Visible() || !strings.Contains(got, "the state folder is full") {
		t.Errorf("says %q", got)
	}
	svc.Err = nil
	slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if w.Notices.Failure.Visible() {
		t.Error("the notice stays after a change that was taken")
	}
}

func TestDragSurvivesABoardWithOtherRows(t *testing.T) {
	w, svc := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	slider := row(t, w, "zhipu", "glm-5.1").slider
	slider.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(500, 0)}})
	b := apptest.SceneBoard("busy")
	b.Cards[0].Rows = append([]viewmodel.Row{{Vendor: "zhipu", Model: "glm-4", Limited: true, Limit: 3, Ceiling: 3, Max: 20}}, b.Cards[0].Rows...)
	w.Update(b)
	if got := row(t, w, "zhipu", "glm-5.1").slider; got != slider || got.Value() != 20 {
		t.Errorf("slider at %d, the same: %t; want 20 and true", got.Value(), got == slider)
	}
	slider.DragEnd()
	if want := []string{"zhipu/glm-5.1=20"}; !slices.Equal(svc.Sets, want) {
		t.Errorf("sets = %v, want %v", svc.Sets, want)
	}
}

func TestResetShowsOnlyWhereALimitWasChanged(t *testing.T) {
	w, svc := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	if w.page.cards["kimi"].head.reset.Visible() {
		t.Error("a vendor without a changed limit offers a reset")
	}
	reset := w.page.cards["zhipu"].head.reset
	if !reset.Visible() {
		t.Fatal("a vendor with a changed limit offers no reset")
	}
	test.Tap(reset)
	if !slices.Equal(svc.Resets, []string{"zhipu"}) {
		t.Errorf("resets = %v, want [zhipu]", svc.Resets)
	}
}

func TestMonitorRowIsACountAlone(t *testing.T) {
	w, _ := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	v := row(t, w, "kimi", "kimi-k2.5")
	if v.gauge != nil || v.slider != nil || v.count.Text() != "2" {
		t.Errorf("gauge %v, slider %v, count %q; want none, none, 2", v.gauge, v.slider, v.count.Text())
	}
}

func TestStartCardUntilTheFirstCall(t *testing.T) {
	w, _ := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.SceneBoard("empty"))
	if !w.page.start.card.Visible() || len(w.page.cards) != 4 {
		t.Error("the empty page does not tell what to do, above its vendors")
	}
	test.Tap(w.page.start.button)
	defer w.page.start.button.Copied.Stop()
	if got := fyne.CurrentApp().Clipboard().Content(); got != "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392" {
		t.Errorf("copied %q", got)
	}
	if got := w.page.start.button.Text(); got != "Copied" {
		t.Errorf("the button says %q after a tap", got)
	}
	apptest.Tapped(t, w.Canvas(), w.page.start.guide)
	if w.Front() != window.Guide {
		t.Error("the guide cannot be found again")
	}
	w.Turn(window.Live)
	w.Update(apptest.SceneBoard("busy"))
	if w.page.start.card.Visible() {
		t.Error("the start card stays after the first call")
	}
}

func TestNotices(t *testing.T) {
	w, _ := newTestWindow(t, false)
	w.Show()
	w.Update(apptest.SceneBoard("trouble"))
	p := w.page
	if !w.Notices.Problem.Visible() || !w.Notices.Paused.Visible() || !p.noTray.Visible() || p.demo.Visible() {
		t.Errorf("problem %t, paused %t, no tray %t, demo %t", w.Notices.Problem.Visible(), w.Notices.Paused.Visible(), p.noTray.Visible(), p.demo.Visible())
	}
	if p.start.card.Visible() || p.totals.address.Visible() {
		t.Error("an address is offered although the proxy does not listen")
	}
	w.Update(apptest.SceneBoard("empty"))
	if w.Notices.Problem.Visible() || w.Notices.Paused.Visible() || !p.demo.Visible() {
		t.Error("notices do not follow the board")
	}
}

func TestHeadTellsWhetherThereWereCalls(t *testing.T) {
	w, _ := newTestWindow(t, true)
	w.Show()
	for _, c := range []struct {
		name  string
		card  viewmodel.Card
		span  string
		spark bool
	}{
		{"no model", viewmodel.Card{}, "No calls yet", false},
		{"calls now", viewmodel.Card{Rows: make([]viewmodel.Row, 1), History: viewmodel.Series{{InFlight: 1}}}, "5 min", true},
		{"calls long ago", viewmodel.Card{Rows: make([]viewmodel.Row, 1)}, "", false},
	} {
		c.card.Head = viewmodel.Head{Vendor: "lab", Tier: 1}
		w.Update(viewmodel.Board{Cards: []viewmodel.Card{c.card}})
		h := w.page.cards["lab"].head
		if h.span.Text() != c.span || h.spark.Visible() != c.spark {
			t.Errorf("%s: says %q, sparkline %t; want %q, %t", c.name, h.span.Text(), h.spark.Visible(), c.span, c.spark)
		}
	}
}

func TestUnchangedRowsAreLeftAlone(t *testing.T) {
	w, _ := newTestWindow(t, true)
	w.Show()
	b := apptest.SceneBoard("many")
	w.Update(b)
	allocs := testing.AllocsPerRun(10, func() { w.Update(b) })
	if rows := float64(len(b.Cards[0].Rows)); allocs > rows/2 {
		t.Errorf("the same board again costs %.0f allocations for %.0f rows", allocs, rows)
	}
}

func TestSliderThatGetsTheFocusScrollsIntoView(t *testing.T) {
	w, _ := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.SceneBoard("many"))
	rows := w.page.cards["zhipu"].rows
	last := rows[len(rows)-1].slider
	w.Canvas().Focus(last)
	driver := fyne.CurrentApp().Driver()
	if y := driver.AbsolutePositionForObject(last).Y; y+last.Size().Height > window.Height {
		t.Errorf("the last slider has the focus at %v, below the window", y)
	}
	w.Canvas().Focus(rows[0].slider)
	top := driver.AbsolutePositionForObject(w.page.scroll).Y
	if y := driver.AbsolutePositionForObject(rows[0].slider).Y; y < top {
		t.Errorf("the first slider has the focus at %v, above the list at %v", y, top)
	}
}

func TestLiveAsksForNoPaintsBecauseTheWatchBringsThem(t *testing.T) {
	w, svc := newTestWindow(t, true)
	svc.CallList = apptest.CallScene(30)
	if w.page.Set(apptest.SceneBoard("busy")) {
		t.Error("the Live page asks for paints though the watch brings them")
	}
}

// A card's line says which key, and what the vendor said of it.
func TestACardNamesTheKeyThatWasRejected(t *testing.T) {
	apptest.Speak(t, "en")
	s := proxy.Status{Addr: "a:1", Tiers: []proxy.Tier{{Vendor: "zhipu", Title: "Zhipu", State: proxy.Rejected, Reason: "401 [1001] bad", Key: config.KeyInVariable, KeyVar: "ZHIPU_API_KEY", Until: time.Now().Add(time.Hour)}}}
	b := viewmodel.New().Update(s, time.Now())
	h := newVendorHeader(headerActions{})
	h.set(b.Cards[0], false)
	if got := h.state.Text() + " | " + h.reason.AccessibilityLabel(); got != "Key rejected | Replace the key (ZHIPU_API_KEY). The vendor said: 401 [1001] bad" || !h.again.Visible() || !h.why.Visible() {
		t.Errorf("%q", got)
	}
}
