package app

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
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
	usageService
	VendorService
	ClientService
	settingsPart
	GuideService
	Capture(on bool) // the bodies of calls are kept
}

// windowTick is the least time between two boards: each that changes anything makes Fyne repaint the whole window.
const windowTick = 800 * time.Millisecond

// windowWidth and windowHeight are the window's first size: room for three cards.
const (
	windowWidth  = 680
	windowHeight = 600
)

// Window is the window. While it is hidden a new board costs nothing but the memory of it.
type Window struct {
	app      fyne.App
	window   fyne.Window
	svc      Service
	worn     config.Desktop // how it looks
	zoom     *ui.Zoom
	bundled  bool // Chinese is drawn with the font that we bring
	notices  *notices
	pages    *pages
	page     *live
	activity *activity
	call     *callPage
	gauge    *gaugePage
	settings *settingsPage
	vendors  *vendorsPage
	vendor   *vendorPage
	guide    *guidePage
	pulse    *ui.Ticker
	tray     bool // there is one to hide in
	quit     func()
	run      func(func()) // on the UI's goroutine
	places   Places
	login    loginStart
	off      func(work func()) // does work that may take a while, away from the UI's goroutine
	onHide   func()            // called when the window was hidden; nil = nobody asks
	asks     *quitDialog       // lies over the window; nil = nothing is asked
	summoned bool              // the window was hidden before that
	offering bool              // start at login is offered

	mu     sync.Mutex
	latest viewmodel.Board
	queued bool // run has a paint that has not begun
	shown  bool
}

// NewWindow makes the window, hidden; see SetTray for tray.
func NewWindow(a fyne.App, svc Service, tray bool) *Window {
	w := &Window{app: a, window: a.NewWindow(""), worn: svc.Desktop(), zoom: ui.NewZoom(a), bundled: true, run: fyne.Do, quit: a.Quit, pulse: ui.NewTicker(),
		off: func(work func()) { work() }, login: newLogin()}
	w.svc = watchedClients{svc, w.clientConnected}
	w.build()
	w.window.SetPadded(false)
	w.window.Resize(fyne.NewSize(windowWidth, windowHeight))
	w.keepSize(w.grow(w.worn.TextSize))
	w.SetTray(tray)
	return w
}

// build makes all that is in the window, in the language and the sizes of this moment.
func (w *Window) build() {
	w.notices = newNotices(func() { w.setCapture(false) })
	w.notices.answer = w.answerOffer
	w.pages = newPages(w.notices, w.turned)
	w.addPages(ui.Context{Run: func(f func()) { w.run(f) }, Off: func(work func()) { w.off(work) }, Copy: w.app.Clipboard().SetContent, Open: ui.Opener(w.app)})
	w.pages.shortcuts(w.window.Canvas())
	w.window.SetTitle(ui.Tr("window.title"))
	w.window.SetContent(w.pages.root)
	w.offer(w.offering)
}

func (w *Window) addPages(d ui.Context) {
	to := ways{
		gauge: func(k limiter.Key) { w.gauge.key = k; w.pages.turn(atGauge) },
		call:  func(number int) { w.call.number = number; w.pages.turn(atCall) },
		calls: func(query string) { w.activity.choose(query); w.pages.turn(atActivity) },
		back:  w.pages.back,
		form:  func() { w.pages.turn(atVendor) },
		guide: w.openGuide,
	}
	report := w.notices.report
	w.page = newLive(w.svc, d, report, to)
	w.activity = newActivity(w.svc, to, w.setCapture)
	w.gauge = newGaugePage(w.svc, d, report, to)
	w.call = newCallPage(w.svc, d, report, to)
	w.settings = newSettingsPage(w.svc, d, w.settingsMeans())
	usage := newUsagePage(w.svc, d)
	clients := newClientsPage(w.svc, d)
	w.vendors, w.guide = newVendorsPage(w.svc, d, report, to), newGuidePage(w.svc, d, report, to)
	form := to
	form.back = func() {
		if w.pages.front == atVendor { // a vendor may be saved long after its form was left
			w.pages.back()
		}
	}
	w.vendor = newVendorPage(w.svc, d, form)
	w.vendors.form = w.vendor
	w.pages.list = [spots]page{
		atLive:     {root: w.page.root, set: func(b viewmodel.Board) bool { w.page.set(b); return false }},
		atActivity: {root: w.activity.root, set: w.activity.set},
		atUsage:    {root: usage.root, enter: usage.enter, leave: usage.leave},
		atVendors:  {root: w.vendors.root, enter: w.vendors.enter, leave: w.vendors.leave, set: w.vendors.take},
		atClients:  {root: clients.root, enter: clients.enter, leave: clients.leave},
		atSettings: {root: w.settings.root, enter: w.settings.enter, leave: w.settings.leave},
		atGauge:    {root: w.gauge.root, enter: w.gauge.enter, leave: w.gauge.leave, set: w.gauge.set},
		atCall:     {root: w.call.root, enter: w.call.enter, leave: w.call.leave, set: w.call.set},
		atVendor:   {root: w.vendor.root, enter: w.vendor.enter, leave: w.vendor.leave, stay: w.vendor.stay},
		atGuide:    {root: w.guide.root, enter: w.guide.enter, leave: w.guide.leave, set: w.guide.take},
	}
	w.pages.turn(atLive)
}

// openGuide shows the guide for those who are new.
func (w *Window) openGuide() { w.pages.turn(atGuide) }

// turned shows the latest board on the page that has come to the front.
func (w *Window) turned() {
	w.notices.report(nil, "")
	w.paint()
}

// setCapture turns on or off that bodies are kept, and says so at once.
func (w *Window) setCapture(on bool) {
	w.svc.Capture(on)
	w.mu.Lock()
	w.latest.Capture = on
	w.mu.Unlock()
	w.paint()
}

// Pulse repaints the window while times on its page pass, until ctx ends. It does not run on the UI's goroutine.
func (w *Window) Pulse(ctx context.Context) { w.pulse.Run(ctx, w.repaint) }

// SetTray tells whether there is a tray. If so, closing the window hides it there; if not, the window says
// so, and closing it quits.
func (w *Window) SetTray(tray bool) {
	w.page.notify(w.page.noTray, ui.When(!tray, "notice.no_tray"))
	w.page.tidy()
	w.tray = tray
	w.window.SetCloseIntercept(w.closed) // again: Fyne takes it over for the window of a tray
}

// closed is called when the user closes the window. Where it asks whether to quit, that is an answer: back to the tray, or
// where there is none, quit and leave all as it is.
func (w *Window) closed() {
	switch {
	case w.asks != nil && w.tray:
		w.asks.stay()
		w.Hide()
	case w.asks != nil:
		w.asks.answer(func(bool) { w.asks.answers.keep(false) })
	case w.tray:
		w.Hide()
	default:
		w.quit()
	}
}

// ask lays a dialog over the window, which is shown for it.
func (w *Window) ask(d *quitDialog) {
	w.summoned, w.asks = !w.Shown(), d
	c := w.window.Canvas()
	c.Overlays().Add(d.Dialog) // first: the window is not seen without it
	w.Show()
	c.SetOnTypedKey(d.key)
	c.Focus(d.disconnect)
}

// asked takes the dialog away, and with it the window that was shown for it.
func (w *Window) asked() {
	w.window.Canvas().Overlays().Remove(w.asks.Dialog)
	w.asks = nil
	w.pages.shortcuts(w.window.Canvas())
	if w.summoned && w.tray {
		w.Hide()
	}
}

// Show brings the window up, with the latest board. It must run on the UI's goroutine, as Hide must.
func (w *Window) Show() {
	w.mu.Lock()
	w.shown = true
	w.mu.Unlock()
	w.pages.show(true)
	w.paint()
	w.window.Show()
	w.window.RequestFocus()
}

// Hide takes the window off the screen.
func (w *Window) Hide() {
	w.mu.Lock()
	w.shown = false
	w.mu.Unlock()
	w.pages.show(false)
	w.window.Hide()
	if w.onHide != nil {
		w.onHide()
	}
}

// Shown reports whether the window is up, from any goroutine. It may be minimized.
func (w *Window) Shown() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown
}

// Update gives the window a newer board, from any goroutine. It does not wait for the UI: boards that
// come faster than it paints are skipped, the last one never is.
func (w *Window) Update(b viewmodel.Board) {
	w.mu.Lock()
	w.latest = b
	w.mu.Unlock()
	w.repaint()
}

// repaint asks for a paint, if the window is shown and none is asked for.
func (w *Window) repaint() {
	w.mu.Lock()
	start := w.shown && !w.queued
	w.queued = w.queued || start
	w.mu.Unlock()
	if start {
		w.run(w.paint)
	}
}

func (w *Window) paint() {
	w.mu.Lock()
	b, shown := w.latest, w.shown
	w.queued = false
	w.mu.Unlock()
	if !shown {
		return
	}
	w.notices.set(b)
	if w.pages.set(b) {
		w.pulse.Ask()
	}
}
