package app

import (
	"time"

	"fyne.io/fyne/v2"

	"afterglow/app/activity"
	"afterglow/app/clients"
	"afterglow/app/guide"
	"afterglow/app/live"
	"afterglow/app/settings"
	"afterglow/app/ui"
	"afterglow/app/usage"
	"afterglow/app/vendors"
	"afterglow/app/window"
	"afterglow/limiter"
	"afterglow/proxy/config"
)

// PagesProxy is what the window's pages ask of the proxy. Each page names its own part.
type PagesProxy interface {
	ui.Source
	live.Proxy
	live.GaugeProxy
	activity.Proxy
	activity.CallProxy
	usage.Proxy
	vendors.Proxy
	clients.Proxy
	settings.Proxy
	guide.Proxy
	Capture(on bool) // the bodies of calls are kept
}

// windowTick is the least time between two boards: each that changes anything makes Fyne repaint the whole window.
const windowTick = 800 * time.Millisecond

// mainWindow is the window with all of its pages.
type mainWindow struct {
	*window.Window
	svc       PagesProxy
	chosen    config.Desktop // how it looks
	zoom      *ui.Zoom
	bundled   bool // Chinese is drawn with the font that we bring
	live      *live.Page
	activity  *activity.Page
	call      *activity.CallPage
	gauge     *live.GaugePage
	settings  *settings.Page
	vendors   *vendors.Page
	vendor    *vendors.FormPage
	guide     *guide.Page
	places    settings.Places
	autostart settings.Login
	offering  bool // start at login is offered
	tray      bool
}

// newMainWindow makes the window, hidden; see SetTray for tray.
func newMainWindow(a fyne.App, svc PagesProxy, tray bool) *mainWindow {
	w := &mainWindow{Window: window.New(a), chosen: svc.Desktop(), zoom: ui.NewZoom(a), bundled: true, autostart: newAutostart()}
	w.svc = watchedClients{svc, w.clientConnected}
	w.Capture = w.svc.Capture
	w.Build(w.fill)
	w.complete()
	w.keepSize(w.grow(w.chosen.TextSize))
	w.SetTray(tray)
	return w
}

// complete completes a frame that was just built.
func (w *mainWindow) complete() {
	w.Notices.Answer = w.answerOffer
	w.offer(w.offering)
}

// fill makes the pages.
func (w *mainWindow) fill() window.Pages {
	d, report := w.Context(), w.Notices.Report
	to := ui.Navigator{
		Gauge: func(k limiter.Key) { w.gauge.Choose(k); w.Turn(window.Gauge) },
		Call:  func(number int) { w.call.Choose(number); w.Turn(window.Call) },
		Calls: func(query string) { w.activity.Choose(query); w.Turn(window.Activity) },
		Back:  w.Back,
		Form:  func() { w.Turn(window.Vendor) },
		Guide: w.openGuide,
	}
	w.live = live.New(w.svc, d, report, to)
	w.activity = activity.New(w.svc, to, w.SetCapture)
	w.gauge = live.NewGaugePage(w.svc, d, report, to)
	w.call = activity.NewCallPage(w.svc, d, report, to)
	w.settings = settings.New(w.svc, d, w.settingsOptions())
	used, agents := usage.New(w.svc, d), clients.New(w.svc, d)
	w.guide = guide.New(w.svc, d, report, to)
	form := to
	form.Back = func() {
		if w.Front() == window.Vendor { // a vendor may be saved long after its form was left
			w.Back()
		}
	}
	w.vendors, w.vendor = vendors.New(w.svc, d, report, form)
	return window.Pages{
		window.Live:     {Root: w.live.Root, Set: w.live.Set},
		window.Activity: {Root: w.activity.Root, Set: w.activity.Set},
		window.Usage:    {Root: used.Root, Enter: used.Enter, Leave: used.Leave},
		window.Vendors:  {Root: w.vendors.Root, Enter: w.vendors.Enter, Leave: w.vendors.Leave, Set: w.vendors.Take},
		window.Clients:  {Root: agents.Root, Enter: agents.Enter, Leave: agents.Leave},
		window.Settings: {Root: w.settings.Root, Enter: w.settings.Enter, Leave: w.settings.Leave},
		window.Gauge:    {Root: w.gauge.Root, Enter: w.gauge.Enter, Leave: w.gauge.Leave, Set: w.gauge.Set},
		window.Call:     {Root: w.call.Root, Enter: w.call.Enter, Set: w.call.Set},
		window.Vendor:   {Root: w.vendor.Root, Leave: w.vendor.Leave, Stay: w.vendor.Stay},
		window.Guide:    {Root: w.guide.Root, Enter: w.guide.Enter, Leave: w.guide.Leave, Set: w.guide.Take},
	}
}

// openGuide shows the guide for those who are new.
func (w *mainWindow) openGuide() { w.Turn(window.Guide) }

// SetTray tells whether there is a tray. If so, closing the window hides it there; if not, the window says so, and closing it
// quits.
func (w *mainWindow) SetTray(tray bool) {
	w.tray = tray
	w.live.SetTray(tray)
	w.Window.SetTray(tray)
}
