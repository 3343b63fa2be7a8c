package live

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/viewmodel"
	"afterglow/app/window"
	"afterglow/limiter"
	"afterglow/proxy"
)

func TestGaugeRowOpensItsPage(t *testing.T) {
	w, _ := callLive(t, 30)
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
	if w.Front() != window.Call || w.call != w.gauge.views[0].row.Number {
		t.Errorf("a holder opens page %d, call %d", w.Front(), w.call)
	}
	w.Back()
	if w.Front() != window.Gauge {
		t.Errorf("back leads to page %d", w.Front())
	}
	w.gauge.to.Back()
	if w.Front() != window.Live {
		t.Errorf("back leads to page %d", w.Front())
	}
}

func TestGaugeRowByKeyAndByItsName(t *testing.T) {
	w, _ := callLive(t, 30)
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
	w, _ := callLive(t, 30)
	w.page.openGauge(viewmodel.Row{Vendor: "zhipu", Model: limiter.AccountModel})
	if w.gauge.past.Visible() || w.gauge.row.count.Text() != "13/14" {
		t.Errorf("history %t, count %s", w.gauge.past.Visible(), w.gauge.row.count.Text())
	}
	w.gauge.list()
	if w.Front() != window.Activity || w.calls != "vendor:zhipu" {
		t.Errorf("page %d, filter %q", w.Front(), w.calls)
	}
}

func TestGaugePageCancelsAndSetsTheLimit(t *testing.T) {
	w, svc := callLive(t, 30)
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
	w, svc := callLive(t, 30)
	w.page.openGauge(viewmodel.Row{Vendor: "zhipu", Model: "glm-5.1"})
	svc.CallList = nil
	w.Update(viewmodel.Board{})
	if w.gauge.row.count.Text() != "0" || len(w.gauge.holders.Objects) != 0 || !w.gauge.none.Visible() {
		t.Errorf("count %s, %d holders", w.gauge.row.count.Text(), len(w.gauge.holders.Objects))
	}
}
