package app

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy"
)

// keyboard is a canvas that hears shortcuts, which the test driver's does not.
type keyboard struct {
	fyne.Canvas
	fyne.ShortcutHandler
}

func (k *keyboard) AddShortcut(s fyne.Shortcut, do func(fyne.Shortcut)) {
	k.ShortcutHandler.AddShortcut(s, do)
}

func (k *keyboard) RemoveShortcut(s fyne.Shortcut) { k.ShortcutHandler.RemoveShortcut(s) }

func TestControlAndANumberTurnToAPage(t *testing.T) {
	w, _ := callWindow(t, 3)
	keys := &keyboard{Canvas: w.window.Canvas()}
	w.pages.shortcuts(keys)
	for _, c := range []struct {
		key  fyne.KeyName
		want spot
	}{{fyne.Key2, atActivity}, {fyne.Key3, atUsage}, {fyne.Key4, atVendors}, {fyne.Key5, atClients}, {fyne.Key6, atSettings}, {fyne.Key1, atLive}} {
		keys.TypedShortcut(&desktop.CustomShortcut{KeyName: c.key, Modifier: fyne.KeyModifierShortcutDefault})
		if w.pages.front != c.want || w.pages.tabs.Selected() != int(c.want) {
			t.Errorf("%s: page %d, tab %d, want %d", c.key, w.pages.front, w.pages.tabs.Selected(), c.want)
		}
	}
}

func TestPageThatIsNotInFrontCostsNothing(t *testing.T) {
	w, svc := newTestWindow(t, true)
	svc.CallList = apptest.CallScene(3)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	if len(w.activity.rows) != 0 {
		t.Error("the list of calls is made behind the page in front")
	}
	w.pages.turn(atActivity)
	w.Update(apptest.SceneBoard("empty"))
	if len(w.activity.rows) != 3 || !w.page.start.card.Hidden {
		t.Errorf("%d calls; the Live page took a board behind: %t", len(w.activity.rows), w.page.start.card.Visible())
	}
	w.pages.turn(atLive)
	if w.page.start.card.Hidden {
		t.Error("the Live page does not show the latest board when it comes to the front")
	}
}

func TestPageKnowsWhenItComesAndGoes(t *testing.T) {
	w, _ := newTestWindow(t, true)
	var seen []string
	w.pages.list[atUsage].enter = func() { seen = append(seen, "in") }
	w.pages.list[atUsage].leave = func() { seen = append(seen, "out") }
	w.pages.turn(atUsage) // behind the curtain
	w.Show()
	w.Show()
	w.Hide()
	w.Show()
	w.pages.turn(atLive)
	w.Hide()
	if want := []string{"in", "out", "in", "out"}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}

func TestCaptureIsSaidOnEveryPageUntilItIsStopped(t *testing.T) {
	w, svc := callWindow(t, 3)
	w.pages.turn(atActivity)
	if w.notices.capture.Visible() || w.activity.capture.On() {
		t.Fatal("bodies are kept from the start")
	}
	test.Tap(w.activity.capture)
	if !svc.State.Capture {
		t.Fatal("the switch does not turn it on")
	}
	for at := range spots {
		w.pages.turn(at)
		if !w.notices.capture.Visible() || !w.notices.box.Visible() || w.notices.box.Size().Height < 30 {
			t.Errorf("page %d does not say that bodies are kept", at)
		}
	}
	test.Tap(w.notices.stop)
	if svc.State.Capture || w.notices.capture.Visible() || w.notices.box.Visible() {
		t.Error("it does not stop")
	}
	w.pages.turn(atActivity)
	if w.activity.capture.On() {
		t.Error("the switch stays on")
	}
}

func TestGaugeRowOpensItsPage(t *testing.T) {
	w, _ := callWindow(t, 30)
	v := row(t, w, "zhipu", "glm-5.1")
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(v.gauge).AddXY(10, 16)
	test.TapCanvas(w.window.Canvas(), at)
	if w.pages.front != atGauge || w.gauge.key != (limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}) || w.pages.tabs.Selected() != int(atLive) {
		t.Fatalf("page %d, gauge %v, tab %d", w.pages.front, w.gauge.key, w.pages.tabs.Selected())
	}
	if w.gauge.row.count.Text() != "3/3" || len(w.gauge.holders.Objects) != 3 {
		t.Errorf("count %s, %d holders", w.gauge.row.count.Text(), len(w.gauge.holders.Objects))
	}
	test.Tap(w.gauge.views[0].opener)
	if w.pages.front != atCall || w.call.number != w.gauge.views[0].row.Number {
		t.Errorf("a holder opens page %d, call %d", w.pages.front, w.call.number)
	}
	test.Tap(w.call.back)
	if w.pages.front != atGauge {
		t.Errorf("back leads to page %d", w.pages.front)
	}
	w.gauge.ways.back()
	if w.pages.front != atLive {
		t.Errorf("back leads to page %d", w.pages.front)
	}
}

func TestGaugeRowByKeyAndByItsName(t *testing.T) {
	w, _ := callWindow(t, 30)
	v := row(t, w, "zhipu", "glm-5.1")
	opener := v.box.(fyne.Focusable)
	w.window.Canvas().Focus(opener)
	opener.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if w.pages.front != atGauge {
		t.Error("Return opens nothing")
	}
	w.pages.turn(atLive)
	test.Tap(v.name)
	if w.pages.front != atGauge {
		t.Error("a name that is whole takes the tap")
	}
	w.pages.turn(atLive)
	test.Tap(row(t, w, "kimi", "accounts/fireworks/models/kimi-k2-thinking-turbo-0905-preview").name)
	if w.pages.front != atLive {
		t.Error("a name that unrolls opens the gauge")
	}
	test.Tap(v.slider)
	v.slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if w.pages.front != atLive {
		t.Error("the slider opens the gauge")
	}
	if label := v.box.(fyne.Accessible).AccessibilityLabel(); label != "Open zhipu glm-5.1" {
		t.Errorf("a screen reader says %q", label)
	}
}

func TestAccountHasAPageOfAllItsCalls(t *testing.T) {
	w, _ := callWindow(t, 30)
	w.page.openGauge(viewmodel.Row{Vendor: "zhipu", Model: limiter.AccountModel})
	if w.gauge.past.Visible() || w.gauge.row.count.Text() != "13/14" {
		t.Errorf("history %t, count %s", w.gauge.past.Visible(), w.gauge.row.count.Text())
	}
	w.gauge.list()
	if w.pages.front != atActivity || w.activity.field.Text != "vendor:zhipu" {
		t.Errorf("page %d, filter %q", w.pages.front, w.activity.field.Text)
	}
}

func TestGaugePageCancelsAndSetsTheLimit(t *testing.T) {
	w, svc := callWindow(t, 30)
	w.page.openGauge(viewmodel.Row{Vendor: "zhipu", Model: "glm-5.1"})
	v := w.gauge.views[2]
	test.Tap(v.cancel)
	if !slices.Equal(svc.Cancels, []int{v.row.Number}) || v.cancel.Visible() || !v.done.Visible() {
		t.Errorf("cancelled %v, the button shows: %t", svc.Cancels, v.cancel.Visible())
	}
	svc.Err = proxy.ErrNoCall
	test.Tap(w.gauge.views[1].cancel)
	if !strings.Contains(w.notices.failure.Text(), "already ended") || w.gauge.views[1].done.Visible() {
		t.Errorf("says %q", w.notices.failure.Text())
	}
	svc.Err = errors.New("full")
	w.gauge.row.slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if w.gauge.row.slider.Value() != 3 || !slices.Equal(svc.Sets, []string{"zhipu/glm-5.1=20"}) {
		t.Errorf("slider %d, sets %v", w.gauge.row.slider.Value(), svc.Sets)
	}
	w.pages.back()
	if w.notices.failure.Visible() {
		t.Error("a failure follows to the next page")
	}
}

func TestGaugeThatHasGoneStandsAtZero(t *testing.T) {
	w, svc := callWindow(t, 30)
	w.page.openGauge(viewmodel.Row{Vendor: "zhipu", Model: "glm-5.1"})
	svc.CallList = nil
	w.Update(viewmodel.Board{})
	if w.gauge.row.count.Text() != "0" || len(w.gauge.holders.Objects) != 0 || !w.gauge.none.Visible() {
		t.Errorf("count %s, %d holders", w.gauge.row.count.Text(), len(w.gauge.holders.Objects))
	}
}
