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
	"afterglow/app/window"
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
	keys := &keyboard{Canvas: w.Canvas()}
	w.Shortcuts(keys)
	for _, c := range []struct {
		key  fyne.KeyName
		want window.PageID
	}{{fyne.Key2, window.Activity}, {fyne.Key3, window.Usage}, {fyne.Key4, window.Vendors}, {fyne.Key5, window.Clients}, {fyne.Key6, window.Settings}, {fyne.Key1, window.Live}} {
		keys.TypedShortcut(&desktop.CustomShortcut{KeyName: c.key, Modifier: fyne.KeyModifierShortcutDefault})
		if w.Front() != c.want || w.Tab() != c.want {
			t.Errorf("%s: page %d, tab %d, want %d", c.key, w.Front(), w.Tab(), c.want)
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
	w.Turn(window.Activity)
	w.Update(apptest.SceneBoard("empty"))
	if len(w.activity.rows) != 3 || !w.page.start.card.Hidden {
		t.Errorf("%d calls; the Live page took a board behind: %t", len(w.activity.rows), w.page.start.card.Visible())
	}
	w.Turn(window.Live)
	if w.page.start.card.Hidden {
		t.Error("the Live page does not show the latest board when it comes to the front")
	}
}

func TestCaptureIsSaidOnEveryPageUntilItIsStopped(t *testing.T) {
	w, svc := callWindow(t, 3)
	w.Turn(window.Activity)
	if w.Notices.Capture.Visible() || w.activity.capture.On() {
		t.Fatal("bodies are kept from the start")
	}
	test.Tap(w.activity.capture)
	if !svc.State.Capture {
		t.Fatal("the switch does not turn it on")
	}
	for at := window.Live; at <= window.Guide; at++ {
		w.Turn(at)
		if !w.Notices.Capture.Visible() || !w.Notices.Box.Visible() || w.Notices.Box.Size().Height < 30 {
			t.Errorf("page %d does not say that bodies are kept", at)
		}
	}
	test.Tap(w.Notices.Stop)
	if svc.State.Capture || w.Notices.Capture.Visible() || w.Notices.Box.Visible() {
		t.Error("it does not stop")
	}
	w.Turn(window.Activity)
	if w.activity.capture.On() {
		t.Error("the switch stays on")
	}
}

func TestGaugeRowOpensItsPage(t *testing.T) {
	w, _ := callWindow(t, 30)
	v := row(t, w, "zhipu", "glm-5.1")
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(v.gauge).AddXY(10, 16)
	test.TapCanvas(w.Canvas(), at)
	if w.Front() != window.Gauge || w.gauge.key != (limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}) || w.Tab() != window.Live {
		t.Fatalf("page %d, gauge %v, tab %d", w.Front(), w.gauge.key, w.Tab())
	}
	if w.gauge.row.count.Text() != "3/3" || len(w.gauge.holders.Objects) != 3 {
		t.Errorf("count %s, %d holders", w.gauge.row.count.Text(), len(w.gauge.holders.Objects))
	}
	test.Tap(w.gauge.views[0].opener)
	if w.Front() != window.Call || w.call.number != w.gauge.views[0].row.Number {
		t.Errorf("a holder opens page %d, call %d", w.Front(), w.call.number)
	}
	test.Tap(w.call.back)
	if w.Front() != window.Gauge {
		t.Errorf("back leads to page %d", w.Front())
	}
	w.gauge.to.Back()
	if w.Front() != window.Live {
		t.Errorf("back leads to page %d", w.Front())
	}
}

func TestGaugeRowByKeyAndByItsName(t *testing.T) {
	w, _ := callWindow(t, 30)
	v := row(t, w, "zhipu", "glm-5.1")
	opener := v.box.(fyne.Focusable)
	w.Canvas().Focus(opener)
	opener.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if w.Front() != window.Gauge {
		t.Error("Return opens nothing")
	}
	w.Turn(window.Live)
	test.Tap(v.name)
	if w.Front() != window.Gauge {
		t.Error("a name that is whole takes the tap")
	}
	w.Turn(window.Live)
	test.Tap(row(t, w, "kimi", "accounts/fireworks/models/kimi-k2-thinking-turbo-0905-preview").name)
	if w.Front() != window.Live {
		t.Error("a name that unrolls opens the gauge")
	}
	test.Tap(v.slider)
	v.slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if w.Front() != window.Live {
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
	if w.Front() != window.Activity || w.activity.field.Text != "vendor:zhipu" {
		t.Errorf("page %d, filter %q", w.Front(), w.activity.field.Text)
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
	if !strings.Contains(w.Notices.Failure.Text(), "already ended") || w.gauge.views[1].done.Visible() {
		t.Errorf("says %q", w.Notices.Failure.Text())
	}
	svc.Err = errors.New("full")
	w.gauge.row.slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if w.gauge.row.slider.Value() != 3 || !slices.Equal(svc.Sets, []string{"zhipu/glm-5.1=20"}) {
		t.Errorf("slider %d, sets %v", w.gauge.row.slider.Value(), svc.Sets)
	}
	w.Back()
	if w.Notices.Failure.Visible() {
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
