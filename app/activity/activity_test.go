package activity

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// activityPages is a window with the pages Activity and Call.
type activityPages struct {
	*window.Window
	activity *Page
	call     *CallPage
}

// openActivity makes such a window, which is not shown yet.
func openActivity(t *testing.T, a fyne.App, svc *apptest.Proxy) *activityPages {
	t.Helper()
	w := &activityPages{Window: apptest.NewWindow(t, a)}
	w.Capture = svc.Capture
	w.Build(func() window.Pages {
		to := ui.Navigator{
			Call:  func(number int) { w.call.Choose(number); w.Turn(window.Call) },
			Calls: func(query string) { w.activity.Choose(query); w.Turn(window.Activity) },
			Back:  w.Back,
		}
		w.activity, w.call = New(svc, to, w.SetCapture), NewCallPage(svc, w.Context(), w.Notices.Report, to)
		all := apptest.EmptyPages()
		all[window.Activity] = window.Page{Root: w.activity.Root, Set: w.activity.Set}
		all[window.Call] = window.Page{Root: w.call.Root, Enter: w.call.Enter, Set: w.call.Set}
		return all
	})
	w.SetTray(true)
	return w
}

// activityWindow is a window with n calls in front.
func activityWindow(t *testing.T, n int) (*activityPages, *apptest.Proxy) {
	t.Helper()
	svc := apptest.ProxyWith(apptest.CallScene(n))
	w := openActivity(t, apptest.Speak(t, "en"), svc)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	w.Turn(window.Activity)
	return w, svc
}

func TestTheSwitchOfTheCaptureFollowsIt(t *testing.T) {
	w, svc := activityWindow(t, 3)
	if w.activity.capture.On() {
		t.Fatal("bodies are kept from the start")
	}
	test.Tap(w.activity.capture)
	if !svc.State.Capture || !w.Notices.Capture.Visible() {
		t.Fatal("the switch does not turn it on")
	}
	test.Tap(w.Notices.Stop)
	if svc.State.Capture || w.activity.capture.On() {
		t.Error("the switch stays on")
	}
}

func TestActivityMakesOnlyTheRowsInView(t *testing.T) {
	w, _ := activityWindow(t, 500)
	if n := len(w.activity.rows); n != 500 {
		t.Fatalf("%d rows", n)
	}
	if n := len(w.activity.views); n > 14 {
		t.Errorf("%d rows are drawn for a window that shows ten", n)
	}
	made := len(w.activity.views)
	w.Canvas().Focus(w.activity.list)
	w.activity.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if len(w.activity.views) != made {
		t.Errorf("scrolling made %d more", len(w.activity.views)-made)
	}
	last := false
	for _, v := range w.activity.views {
		last = last || v.row.Number == 1
	}
	if !last {
		t.Error("the oldest call is not in view at the end of the list")
	}
}

func TestUnchangedCallsAreLeftAlone(t *testing.T) {
	w, _ := activityWindow(t, 500)
	b := apptest.SceneBoard("busy")
	w.Update(b)
	if allocs := testing.AllocsPerRun(10, func() { w.Update(b) }); allocs > 20 {
		t.Errorf("the same 500 calls again cost %.0f allocations", allocs)
	}
}

func TestFiltersAreSeenAndCanBeTakenAway(t *testing.T) {
	w, _ := activityWindow(t, 30)
	p := w.activity
	vendors := func() []string {
		var list []string
		for _, r := range p.rows {
			if !slices.Contains(list, r.Vendor) {
				list = append(list, r.Vendor)
			}
		}
		return list
	}
	w.Canvas().Focus(p.field)
	test.Type(p.field, "Kimi")
	if got := vendors(); !slices.Equal(got, []string{"kimi"}) {
		t.Errorf("typed a vendor: %v", got)
	}
	test.Tap(p.failed)
	if len(p.rows) != 0 && !p.rows[0].Failed {
		t.Error("one that did not fail is among the failed")
	}
	p.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(p.rows) != 3 || p.field.Text != "" {
		t.Errorf("%d failed, want 3", len(p.rows))
	}
	test.Tap(p.underWay)
	if len(p.rows) != 0 || !p.nothing.Visible() || !p.all.Visible() || p.empty.Text() != "No call matches." {
		t.Errorf("%d calls failed and are under way; says %q", len(p.rows), p.empty.Text())
	}
	test.Tap(p.all)
	if len(p.rows) != 30 || p.underWay.On() || p.failed.On() || p.nothing.Visible() {
		t.Errorf("%d calls after all filters were taken away", len(p.rows))
	}
	test.Tap(p.underWay)
	if len(p.rows) != 7 {
		t.Errorf("%d under way, want 7", len(p.rows))
	}
}

func TestFilterIsChosenFromWhatThereIs(t *testing.T) {
	w, svc := activityWindow(t, 30)
	p := w.activity
	p.field.SetText("vendor:kimi")
	choose := func(label string) {
		t.Helper()
		for _, item := range p.choices() {
			if item.Label == label && !item.Disabled {
				item.Action()
				return
			}
		}
		t.Fatalf("no %q to choose", label)
	}
	choose("zhipu")
	choose("glm-5.1")
	choose("4f2a91c4")
	if p.field.Text != "vendor:zhipu model:glm-5.1 session:4f2a91c4" || len(p.rows) == 0 || p.rows[0].VendorModel != "glm-5.1" {
		t.Errorf("filter %q, %d calls", p.field.Text, len(p.rows))
	}
	test.Tap(p.pick)
	if w.Canvas().Overlays().Top() == nil {
		t.Error("no menu opens")
	}
	svc.CallList = nil
	if items := p.choices(); len(items) != 1 || !items[0].Disabled {
		t.Errorf("%d lines for no calls", len(items))
	}
}

func TestEmptyActivitySaysSo(t *testing.T) {
	w, svc := activityWindow(t, 0)
	if !w.activity.nothing.Visible() || w.activity.all.Visible() {
		t.Error("nothing is said of the empty list, or a filter is offered to be taken away")
	}
	svc.CallList = apptest.CallScene(1)
	w.Update(apptest.SceneBoard("busy"))
	if w.activity.nothing.Visible() || !w.activity.list.Visible() {
		t.Error("the first call does not show")
	}
}

func TestCallOpensByTapAndByReturn(t *testing.T) {
	w, _ := activityWindow(t, 30)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(w.activity.list).AddXY(200, 2*callHeight+10)
	test.TapCanvas(w.Canvas(), at)
	if w.Front() != window.Call || w.call.number != 28 {
		t.Fatalf("a tap on the third row: page %d, call %d", w.Front(), w.call.number)
	}
	test.Tap(w.call.back)
	w.Canvas().Focus(w.activity.list)
	for _, key := range []fyne.KeyName{fyne.KeyHome, fyne.KeyDown, fyne.KeyReturn} {
		w.activity.list.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if w.Front() != window.Call || w.call.number != 29 || w.Canvas().Focused() != nil {
		t.Errorf("Return on the second row: page %d, call %d, focus on %T", w.Front(), w.call.number, w.Canvas().Focused())
	}
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if w.Front() != window.Activity || w.Canvas().Focused() != fyne.Focusable(w.activity.list) {
		t.Errorf("Escape: page %d, focus on %T", w.Front(), w.Canvas().Focused())
	}
}

func TestNewCallsDoNotMoveThoseThatAreRead(t *testing.T) {
	w, svc := activityWindow(t, 100)
	p := w.activity
	w.Canvas().Focus(p.list)
	for range 40 {
		p.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	}
	top, marked := p.rows[p.list.Top()].Number, p.rows[p.list.Marked()].Number
	svc.CallList = append([]proxy.Call{{Number: 102, Phase: proxy.Streaming}, {Number: 101, Phase: proxy.Streaming}}, svc.CallList...)
	w.Update(apptest.SceneBoard("busy"))
	if p.rows[p.list.Top()].Number != top || p.rows[p.list.Marked()].Number != marked {
		t.Errorf("in view from %d, marked %d; want %d and %d", p.rows[p.list.Top()].Number, p.rows[p.list.Marked()].Number, top, marked)
	}
	svc.CallList[1].Phase = proxy.Ended // moves below those under way
	w.Update(apptest.SceneBoard("busy"))
	if got := p.rows[p.list.Top()].Number; got != top {
		t.Errorf("a call that ended above moved the list to %d", got)
	}
	p.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	svc.CallList = append([]proxy.Call{{Number: 103, Phase: proxy.Streaming}}, svc.CallList...)
	w.Update(apptest.SceneBoard("busy"))
	if p.list.Top() != 0 {
		t.Error("at the list's top a new call does not show")
	}
}

func TestPageAsksForTheNextSecondOnlyWhileACallIsUnderWay(t *testing.T) {
	w, svc := activityWindow(t, 30)
	b := apptest.SceneBoard("busy")
	if !w.activity.Set(b) {
		t.Error("nothing lets the durations tick")
	}
	svc.CallList = svc.CallList[7:]
	if w.activity.Set(b) {
		t.Error("a list of calls that have ended asks for more paints")
	}
}

func TestCallPage(t *testing.T) {
	w, svc := activityWindow(t, 30)
	failed := apptest.Numbered(t, svc.CallList, func(c proxy.Call) bool { return c.Class == ledger.Overloaded })
	w.activity.to.Call(failed.Number)
	p := w.call
	if p.why.Text != failed.Outcome || p.cancel.Visible() || len(p.tries.Objects) != 3 {
		t.Errorf("why %q, cancel %t, %d tries", p.why.Text, p.cancel.Visible(), len(p.tries.Objects))
	}
	if got := p.views[1].reason.AccessibilityLabel(); got != "Overloaded: 529 [1305] the model is overloaded, try again in a while · retried 4×" {
		t.Errorf("reason %q", got)
	}
	if got := p.made.Text; got != "Changed for this vendor: stripped 3 thinking blocks, rewritten 2 tool ids" {
		t.Errorf("adaptations %q", got)
	}
	if p.texts[0].open || !p.texts[2].open || len(p.texts[2].label.Text) > collapsibleShown+10 || len(p.texts[2].text) < 7000 {
		t.Errorf("headers open %t, body %d of %d letters", p.texts[0].open, len(p.texts[2].label.Text), len(p.texts[2].text))
	}
	test.Tap(p.texts[0].toggle)
	if !p.texts[0].back.Visible() {
		t.Error("the headers do not unfold")
	}
	test.Tap(p.only.Objects[2].(fyne.Tappable))
	if w.Front() != window.Activity || w.activity.field.Text != "session:4f2a91c4" || len(w.activity.rows) != 15 {
		t.Errorf("page %d, filter %q, %d calls", w.Front(), w.activity.field.Text, len(w.activity.rows))
	}
}

func TestCallUnderWayIsCancelledWithOneTap(t *testing.T) {
	w, svc := activityWindow(t, 30)
	w.activity.to.Call(28)
	svc.Err = proxy.ErrNoCall
	test.Tap(w.call.cancel)
	if !w.Notices.Failure.Visible() || w.call.done.Visible() {
		t.Error("a failure is not told")
	}
	svc.Err = nil
	test.Tap(w.call.cancel)
	if !slices.Equal(svc.Cancels, []int{28, 28}) || w.call.cancel.Visible() || !w.call.done.Visible() || w.Notices.Failure.Visible() {
		t.Errorf("cancels %v, button %t, says so %t", svc.Cancels, w.call.cancel.Visible(), w.call.done.Visible())
	}
	w.Back()
	w.activity.to.Call(27)
	if w.call.done.Visible() || !w.call.cancel.Visible() {
		t.Error("another call seems to be cancelled, too")
	}
}

func TestForgottenCallStays(t *testing.T) {
	w, svc := activityWindow(t, 30)
	w.activity.to.Call(20)
	title := w.call.route.AccessibilityLabel()
	svc.Details = nil
	w.Update(apptest.SceneBoard("busy"))
	if w.call.route.AccessibilityLabel() != title || len(w.call.tries.Objects) != 3 {
		t.Error("a call that the proxy has forgotten loses its page under the reader")
	}
}

func TestStandingsHaveAWordEach(t *testing.T) {
	apptest.Speak(t, "en")
	words := map[string]bool{}
	for _, r := range []viewmodel.CallRow{
		{Phase: proxy.Queued}, {Phase: proxy.Waiting, Left: 12 * time.Second}, {Phase: proxy.Connecting}, {Phase: proxy.Streaming}, {Phase: proxy.Ended},
	} {
		words[parts.StandingOf(r).Word] = true
	}
	for _, c := range []ledger.Class{ledger.RateLimit, ledger.Overloaded, ledger.Quota, ledger.Auth, ledger.Invalid, ledger.VendorFail, ledger.Network,
		ledger.Timeout, ledger.Broken, ledger.Queue, ledger.NoVendor, ledger.Gone, ledger.Cancelled, ledger.Stopped, ledger.Internal} {
		words[parts.StandingOf(viewmodel.CallRow{Phase: proxy.Ended, Class: c}).Word] = true
	}
	if len(words) != 20 || !words["Retry in 12 s"] {
		t.Errorf("%d words: %v", len(words), words)
	}
}
