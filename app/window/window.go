// Package window is the frame around the pages: the tabs, the notices below them, and the navigation between pages. It knows
// no page.
package window

import (
	"context"
	"sync"

	"fyne.io/fyne/v2"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
)

// Width and Height are the window's first size: room for three cards.
const (
	Width  = 680
	Height = 600
)

// Window is the window: the tabs, the notices below them, and one of the pages. While it is hidden a new board costs nothing but
// the memory of it. All but Shown, Update and Tick is for the UI's goroutine.
type Window struct {
	Notices *Notices
	Quit    func()            // called when the user closes a window that has no tray to hide in
	Run     func(func())      // runs a function on the UI's goroutine
	Off     func(work func()) // does work that may take a while, away from the UI's goroutine
	Hidden  func()            // called when the window was hidden; nil = nothing is called
	Capture func(on bool)     // turns on or off that the bodies of calls are kept

	app      fyne.App
	window   fyne.Window
	pages    *navigator
	ticker   *ui.Ticker
	tray     bool   // there is one to hide in
	dialog   Dialog // lies over the window; nil = there is none
	summoned bool   // the window was hidden before that

	mu     sync.Mutex
	latest viewmodel.Board
	queued bool // Run has a paint that has not begun
	shown  bool
}

// Dialog is a question that lies over the window until it is answered.
type Dialog interface {
	Object() fyne.CanvasObject // what is drawn
	First() fyne.Focusable     // what gets the focus
	TypedKey(*fyne.KeyEvent)   // a key that nothing in the dialog has a use for
	Cancel()                   // the user closed the window, which hides in the tray
	Close()                    // the user closed the window, which quits
}

// New makes a hidden window without any page: see Build.
func New(a fyne.App) *Window {
	w := &Window{app: a, window: a.NewWindow(""), Quit: a.Quit, Run: fyne.Do, Off: func(work func()) { go work() }, Capture: func(bool) {}, ticker: ui.NewTicker()}
	w.window.SetPadded(false)
	w.window.Resize(fyne.NewSize(Width, Height))
	return w
}

// Build makes all that is in the window, in the language and the sizes of this moment. fill makes the pages; it can use Notices.
func (w *Window) Build(fill func() Pages) {
	w.Notices = NewNotices(func() { w.SetCapture(false) })
	w.pages = newNavigator(w.Notices, w.turned)
	w.pages.list = fill()
	w.pages.turn(Live)
	w.pages.shortcuts(w.window.Canvas())
	w.window.SetTitle(ui.Tr("window.title"))
	w.window.SetContent(w.pages.root)
}

// Context is what the pages need of the window.
func (w *Window) Context() ui.Context {
	return ui.Context{Run: func(f func()) { w.Run(f) }, Off: func(work func()) { w.Off(work) }, Copy: w.app.Clipboard().SetContent, Open: ui.Opener(w.app)}
}

// Turn brings a page to the front.
func (w *Window) Turn(to PageID) { w.pages.turn(to) }

// Back leaves a page without a tab, unless it asks first whether it may be left.
func (w *Window) Back() { w.pages.back() }

// Front is the page in front.
func (w *Window) Front() PageID { return w.pages.front }

// Tab is the tab that is chosen.
func (w *Window) Tab() PageID { return PageID(w.pages.tabs.Selected()) }

// Shortcuts lets the keys that are typed on a canvas choose tabs, go back and scroll.
func (w *Window) Shortcuts(c fyne.Canvas) { w.pages.shortcuts(c) }

// Canvas is what the window is drawn on.
func (w *Window) Canvas() fyne.Canvas { return w.window.Canvas() }

// Fyne is the window of Fyne.
func (w *Window) Fyne() fyne.Window { return w.window }

// Refill makes all that is in the window again, with the same page in front. fill is that of Build.
func (w *Window) Refill(fill func() Pages) {
	old := w.pages
	old.leave()
	w.window.Canvas().Unfocus()
	w.Build(fill)
	w.pages.turn(old.front)
	w.pages.before = old.before
	w.pages.show(old.shown)
	w.pages.tabs.Select(int(w.pages.tab()))
	w.paint()
}

// turned shows the latest board on the page that has come to the front.
func (w *Window) turned() {
	w.Notices.Report(nil, "")
	w.paint()
}

// SetCapture turns on or off that the bodies of calls are kept, and shows it at once.
func (w *Window) SetCapture(on bool) {
	w.Capture(on)
	w.mu.Lock()
	w.latest.Capture = on
	w.mu.Unlock()
	w.paint()
}

// Tick repaints the window while times on its page pass, until ctx ends. It does not run on the UI's goroutine.
func (w *Window) Tick(ctx context.Context) { w.ticker.Run(ctx, w.repaint) }

// SetTray tells whether there is a tray. If so, closing the window hides it there; if not, closing it quits.
func (w *Window) SetTray(tray bool) {
	w.tray = tray
	w.window.SetCloseIntercept(w.Closed) // again: Fyne takes it over for the window of a tray
}

// Closed is called when the user closes the window. A dialog is told.
func (w *Window) Closed() {
	switch {
	case w.dialog != nil && w.tray:
		w.dialog.Cancel()
		w.Hide()
	case w.dialog != nil:
		w.dialog.Close()
	case w.tray:
		w.Hide()
	default:
		w.Quit()
	}
}

// Ask lays a dialog over the window, which is shown for it.
func (w *Window) Ask(d Dialog) {
	w.summoned, w.dialog = !w.Shown(), d
	c := w.window.Canvas()
	c.Overlays().Add(d.Object()) // first: the window is not seen without it
	w.Show()
	c.SetOnTypedKey(d.TypedKey)
	c.Focus(d.First())
}

// Asking tells that a dialog lies over the window.
func (w *Window) Asking() bool { return w.dialog != nil }

// Answered takes the dialog away. A window that was shown for it is hidden again.
func (w *Window) Answered() {
	w.window.Canvas().Overlays().Remove(w.dialog.Object())
	w.dialog = nil
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
	if w.Hidden != nil {
		w.Hidden()
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
		w.Run(w.paint)
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
	w.Notices.set(b)
	if w.pages.set(b) {
		w.ticker.Ask()
	}
}
