package app

import (
	"time"

	"fyne.io/fyne/v2"

	"afterglow/app/clients"
	"afterglow/app/ui"
	"afterglow/app/usage"
	"afterglow/app/window"
	"afterglow/limiter"
	"afterglow/proxy/config"
)

// Service is what the window's pages ask of the proxy. Each page names its own part.
type Service interface {
	ui.Source
	liveService
	gaugeService
	activityService
	callService
	usage.Proxy
	VendorService
	clients.Proxy
	settingsPart
	GuideService
	Capture(on bool) // the bodies of calls are kept
}

// windowTick is the least time between two boards: each that changes anything makes Fyne repaint the whole window.
const windowTick = 800 * time.Millisecond

// mainWindow is the window with all of its pages.
type mainWindow struct {
	*window.Window
	svc      Service
	look     config.Desktop // how it looks
	zoom     *ui.Zoom
	bundled  bool // Chinese is drawn with the font that we bring
	page     *live
	activity *activity
	call     *callPage
	gauge    *gaugePage
	settings *settingsPage
	vendors  *vendorsPage
	vendor   *vendorPage
	guide    *guidePage
	places   Places
	login    loginStart
	offering bool // start at login is offered
	tray     bool
}

// newMainWindow makes the window, hidden; see SetTray for tray.
func newMainWindow(a fyne.App, svc Service, tray bool) *mainWindow {
	w := &mainWindow{Window: window.New(a), look: svc.Desktop(), zoom: ui.NewZoom(a), bundled: true, login: newLogin()}
	w.svc = watchedClients{svc, w.clientConnected}
	w.Capture = w.svc.Capture
	w.Build(w.fill)
	w.dressed()
	w.keepSize(w.grow(w.look.TextSize))
	w.SetTray(tray)
	return w
}

// dressed completes a frame that was just built.
func (w *mainWindow) dressed() {
	w.Notices.Answer = w.answerOffer
	w.offer(w.offering)
}

// fill makes the pages.
func (w *mainWindow) fill() window.Pages {
	d, report := w.Context(), w.Notices.Report
	to := ui.Navigator{
		Gauge: func(k limiter.Key) { w.gauge.choose(k); w.Turn(window.Gauge) },
		Call:  func(number int) { w.call.choose(number); w.Turn(window.Call) },
		Calls: func(query string) { w.activity.choose(query); w.Turn(window.Activity) },
		Back:  w.Back,
		Form:  func() { w.Turn(window.Vendor) },
		Guide: w.openGuide,
	}
	w.page = newLive(w.svc, d, report, to)
	w.activity = newActivity(w.svc, to, w.SetCapture)
	w.gauge = newGaugePage(w.svc, d, report, to)
	w.call = newCallPage(w.svc, d, report, to)
	w.settings = newSettingsPage(w.svc, d, w.settingsMeans())
	used, agents := usage.New(w.svc, d), clients.New(w.svc, d)
	w.vendors, w.guide = newVendorsPage(w.svc, d, report, to), newGuidePage(w.svc, d, report, to)
	form := to
	form.Back = func() {
		if w.Front() == window.Vendor { // a vendor may be saved long after its form was left
			w.Back()
		}
	}
	w.vendor = newVendorPage(w.svc, d, form)
	w.vendors.form = w.vendor
	return window.Pages{
		window.Live:     {Root: w.page.root, Set: w.page.set},
		window.Activity: {Root: w.activity.root, Set: w.activity.set},
		window.Usage:    {Root: used.Root, Enter: used.Enter, Leave: used.Leave},
		window.Vendors:  {Root: w.vendors.root, Enter: w.vendors.enter, Leave: w.vendors.leave, Set: w.vendors.take},
		window.Clients:  {Root: agents.Root, Enter: agents.Enter, Leave: agents.Leave},
		window.Settings: {Root: w.settings.root, Enter: w.settings.enter, Leave: w.settings.leave},
		window.Gauge:    {Root: w.gauge.root, Enter: w.gauge.enter, Leave: w.gauge.leave, Set: w.gauge.set},
		window.Call:     {Root: w.call.root, Enter: w.call.enter, Leave: w.call.leave, Set: w.call.set},
		window.Vendor:   {Root: w.vendor.root, Enter: w.vendor.enter, Leave: w.vendor.leave, Stay: w.vendor.stay},
		window.Guide:    {Root: w.guide.root, Enter: w.guide.enter, Leave: w.guide.leave, Set: w.guide.take},
	}
}

// openGuide shows the guide for those who are new.
func (w *mainWindow) openGuide() { w.Turn(window.Guide) }

// SetTray tells whether there is a tray. If so, closing the window hides it there; if not, the window says so, and closing it
// quits.
func (w *mainWindow) SetTray(tray bool) {
	w.tray = tray
	w.page.setTray(tray)
	w.Window.SetTray(tray)
}
