// Package settings has the page of what the user can set.
package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// Page is where the user changes what is no limit, no order, no vendor and no client. Every change is in force
// at once. Each section is a card of its own; the page is those, one below the other.
type Page struct {
	svc     Proxy
	desk    ui.Context
	tasks   ui.TaskQueue // what writes the settings
	means   Options
	failure *widget.Notice

	looks   *appearanceSettings
	start   *startSettings
	quit    *quitSettings
	tell    *noticeSettings
	address *addressSettings
	keep    *ledgerSettings
	about   *aboutSettings

	controls []control // in the order of the Tab key
	scroll   *container.Scroll
	Root     *fyne.Container
}

// Proxy is what the Settings page asks of the proxy.
type Proxy interface {
	DesktopProxy
	RuntimeProxy
	ConfigProxy
}

// DesktopProxy is where the desktop application's own choices are kept.
type DesktopProxy interface {
	Desktop() config.Desktop
	ChangeDesktop(edit func(*config.Desktop)) error
}

// Options are what the page needs in addition to the proxy.
type Options struct {
	Appearance func(d config.Desktop) // shows a change of how the window looks
	Guide      func()                 // opens the guide of the first run; nil = there is none
	Places     func() Places
	Login      Login
}

// control is what the user can set something with.
type control interface {
	fyne.CanvasObject
	fyne.Focusable
}

// New makes the page.
func New(svc Proxy, d ui.Context, means Options) *Page {
	p := &Page{svc: svc, desk: d, tasks: d.Queue(), means: means}
	p.failure = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { p.Report(nil) }))
	p.looks, p.start, p.quit, p.tell = newAppearanceSettings(p), newStartSettings(p), newQuitSettings(p), newNoticeSettings(p)
	p.address, p.keep, p.about = newAddressSettings(p), newLedgerSettings(p), newAboutSettings(p)
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), p.failure, p.looks.card, p.start.card, p.quit.card, p.tell.card,
		p.address.card, p.keep.card, p.about.card)
	inside := container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, ui.PageMargin, ui.PageMargin, ui.PageMargin), body)
	p.scroll = container.NewVScroll(inside)
	p.Root = container.New(&asWideAs{inside}, p.scroll)
	return p
}

// Enter is called when the page comes to the front.
func (p *Page) Enter() {
	p.showDesktop()
	p.start.read()
	p.address.show()
	p.keep.show()
	p.keep.read()
	p.about.show()
	p.settle()
}

// Leave is called when another page comes to the front.
func (p *Page) Leave() { p.Report(nil) }

// showDesktop shows the desktop's settings that are in force.
func (p *Page) showDesktop() {
	d := p.svc.Desktop()
	p.looks.show(d)
	p.start.show(d)
	p.quit.show(d)
	p.tell.show(d)
}

// changeDesktop sets what the user chose of the desktop's settings, and shows it. What was not taken goes back. It writes on the
// UI's goroutine: a window whose size follows later than the key that changed it was left half as large on a busy machine.
func (p *Page) changeDesktop(edit func(d *config.Desktop)) {
	p.Report(p.svc.ChangeDesktop(edit))
	p.showDesktop()
	p.means.Appearance(p.svc.Desktop()) // last: it may replace this page
}

// changeProxy writes what the user chose of the proxy's settings, and shows what is in force then.
func (p *Page) changeProxy(edit func(s *proxy.Settings)) {
	p.write(func() error { return p.svc.ChangeSettings(edit) }, p.keep.show)
}

// write runs a task that writes, and then show. While another task waits it does not call show: the page would go back to what
// that task is about to change.
func (p *Page) write(work func() error, show func()) {
	p.tasks.Do(work, func(err error) {
		p.Report(err)
		if !p.tasks.Busy {
			show()
		}
	})
}

// Report says that a setting was not taken, or takes that back with nil.
func (p *Page) Report(err error) {
	text := ""
	if err != nil {
		text = ui.TrText("settings.not_set", ui.ErrorText(err))
	}
	p.tellFailure(text)
}

func (p *Page) tellFailure(text string) {
	if p.failure.Set(text) {
		p.settle()
		if text != "" {
			p.scroll.ScrollToTop()
		}
	}
}

// settle lays the page out again.
func (p *Page) settle() {
	ui.LayOutAgain(p.Root)
}

// Focused is the place of the control that has the focus, -1 where none has.
func (p *Page) Focused(c fyne.Canvas) int {
	at := c.Focused()
	for i, control := range p.controls {
		if at != nil && at == fyne.Focusable(control) {
			return i
		}
	}
	return -1
}

// Resume goes on where another page was that this one is in place of.
func (p *Page) Resume(before *Page, focused int, c fyne.Canvas) {
	p.tellFailure(before.failure.Text())
	p.scroll.ScrollToOffset(before.scroll.Offset)
	if focused >= 0 && focused < len(p.controls) {
		c.Focus(p.controls[focused])
	}
}

// segment makes a choice.
func (p *Page) segment(chosen func(i int), texts ...string) *widget.Segment {
	s := widget.NewSegment(texts...)
	s.OnChosen = chosen
	p.controls = append(p.controls, s)
	return s
}

// onOff makes a choice of off and on.
func (p *Page) onOff(set func(on bool)) *widget.Segment {
	return p.segment(func(i int) { set(i == 1) }, ui.Tr("settings.off"), ui.Tr("settings.on"))
}

// button makes a button.
func (p *Page) button(icon fyne.Resource, text string, tapped func()) *widget.Button {
	b := widget.NewButton(widget.Plain, icon, text, tapped)
	p.controls = append(p.controls, b)
	return b
}

// asWideAs gives what is in it all the room, and has the least width of another object: a scroll by itself has none.
type asWideAs struct{ other fyne.CanvasObject }

func (l *asWideAs) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.other.MinSize().Width, objects[0].MinSize().Height)
}

func (l *asWideAs) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
