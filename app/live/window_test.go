package live

import (
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/window"
	"afterglow/limiter"
)

// testWindow is a window with the pages Live and Gauge, and what they opened elsewhere.
type testWindow struct {
	*window.Window
	page  *Page
	gauge *GaugePage
	call  int    // the call that was opened last
	calls string // the filter with which the list of calls was opened last
}

// pagesProxy is what both pages ask of the proxy.
type pagesProxy interface {
	Proxy
	GaugeProxy
}

// openWindow makes such a window, which is not shown yet.
func openWindow(t *testing.T, a fyne.App, svc pagesProxy, tray bool) *testWindow {
	t.Helper()
	w := &testWindow{Window: apptest.NewWindow(t, a)}
	w.Build(func() window.Pages {
		d, report := w.Context(), w.Notices.Report
		to := ui.Navigator{
			Gauge: func(k limiter.Key) { w.gauge.Choose(k); w.Turn(window.Gauge) },
			Call:  func(number int) { w.call = number; w.Turn(window.Call) },
			Calls: func(query string) { w.calls = query; w.Turn(window.Activity) },
			Back:  w.Back,
			Guide: func() { w.Turn(window.Guide) },
		}
		w.page, w.gauge = New(svc, d, report, to), NewGaugePage(svc, d, report, to)
		all := apptest.EmptyPages()
		all[window.Live] = window.Page{Root: w.page.Root, Set: w.page.Set}
		all[window.Gauge] = window.Page{Root: w.gauge.Root, Enter: w.gauge.Enter, Leave: w.gauge.Leave, Set: w.gauge.Set}
		return all
	})
	w.page.SetTray(tray)
	w.SetTray(tray)
	return w
}

// newTestWindow is such a window in English.
func newTestWindow(t *testing.T, tray bool) (*testWindow, *apptest.Proxy) {
	t.Helper()
	svc := &apptest.Proxy{}
	return openWindow(t, apptest.Speak(t, "en"), svc, tray), svc
}

// callLive is such a window that is shown over n calls.
func callLive(t *testing.T, n int) (*testWindow, *apptest.Proxy) {
	t.Helper()
	svc := apptest.ProxyWith(apptest.CallScene(n))
	w := openWindow(t, apptest.Speak(t, "en"), svc, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	return w, svc
}

// row finds a row of the page.
func row(t *testing.T, w *testWindow, vendor, model string) *gaugeRow {
	t.Helper()
	for _, v := range w.page.cards[vendor].rows {
		if v.row.Model == model {
			return v
		}
	}
	t.Fatalf("no row for %s %s", vendor, model)
	return nil
}

func TestNothingOnThePagesTouchesTheDiskOnTheUIsGoroutine(t *testing.T) {
	d := apptest.WatchDisk(apptest.ProxyWith(apptest.CallScene(8)))
	w := openWindow(t, apptest.Speak(t, "en"), d, true)
	w.Run, w.Off = d.Run, d.Off
	w.Show()
	w.Update(apptest.SceneBoard("chain"))
	d.PressEverything(t, w.Canvas(), func() { w.Turn(window.Live) }, "SetLimit", "ResetLimits", "SetOrder", "ResetOrder")
	d.PressEverything(t, w.Canvas(), func() {
		w.gauge.Choose(limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}) // a row may have opened another
		w.Turn(window.Gauge)
	}, "SetLimit")
}
