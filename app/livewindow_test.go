package app

import (
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/window"
	"afterglow/limiter"
)

// liveWindow is a window with the pages Live and Gauge, and what they opened elsewhere.
type liveWindow struct {
	*window.Window
	page  *live
	gauge *gaugePage
	call  int    // the call that was opened last
	calls string // the filter with which the list of calls was opened last
}

// openLive makes such a window, which is not shown yet.
func openLive(t *testing.T, a fyne.App, svc *apptest.Proxy, tray bool) *liveWindow {
	t.Helper()
	w := &liveWindow{Window: apptest.NewWindow(t, a)}
	w.Build(func() window.Pages {
		d, report := w.Context(), w.Notices.Report
		to := ui.Navigator{
			Gauge: func(k limiter.Key) { w.gauge.choose(k); w.Turn(window.Gauge) },
			Call:  func(number int) { w.call = number; w.Turn(window.Call) },
			Calls: func(query string) { w.calls = query; w.Turn(window.Activity) },
			Back:  w.Back,
			Guide: func() { w.Turn(window.Guide) },
		}
		w.page, w.gauge = newLive(svc, d, report, to), newGaugePage(svc, d, report, to)
		all := apptest.EmptyPages()
		all[window.Live] = window.Page{Root: w.page.root, Set: w.page.set}
		all[window.Gauge] = window.Page{Root: w.gauge.root, Enter: w.gauge.enter, Leave: w.gauge.leave, Set: w.gauge.set}
		return all
	})
	w.page.setTray(tray)
	w.SetTray(tray)
	return w
}

// newLiveWindow is such a window in English.
func newLiveWindow(t *testing.T, tray bool) (*liveWindow, *apptest.Proxy) {
	t.Helper()
	svc := &apptest.Proxy{}
	return openLive(t, apptest.Speak(t, "en"), svc, tray), svc
}

// callLive is such a window that is shown over n calls.
func callLive(t *testing.T, n int) (*liveWindow, *apptest.Proxy) {
	t.Helper()
	svc := apptest.ProxyWith(apptest.CallScene(n))
	w := openLive(t, apptest.Speak(t, "en"), svc, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	return w, svc
}

// row finds a row of the page.
func row(t *testing.T, w *liveWindow, vendor, model string) *rowView {
	t.Helper()
	for _, v := range w.page.cards[vendor].rows {
		if v.row.Model == model {
			return v
		}
	}
	t.Fatalf("no row for %s %s", vendor, model)
	return nil
}
