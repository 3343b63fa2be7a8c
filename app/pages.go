package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/limiter"
)

// spot is where a page is in the window. The first ones have a tab.
type spot int

const (
	atLive spot = iota
	atActivity
	atUsage
	atVendors
	atClients
	atSettings
	tabSpots

	atGauge  = tabSpots     // below Live
	atCall   = tabSpots + 1 // below Activity, or the gauge that it was opened from
	atVendor = tabSpots + 2 // below Vendors
	atGuide  = tabSpots + 3 // in Live's place
	spots    = tabSpots + 4
)

// page is what the window shows one of. Only the page in front has entered.
type page struct {
	root  fyne.CanvasObject
	enter func()                               // it comes to the front; nil = it need not know
	leave func()                               // another does, or the window is hidden
	stay  func() bool                          // asked before it is left for the page above: true keeps it in front
	set   func(b viewmodel.Board) (moves bool) // shows the latest; true: times on it pass. nil = it takes no boards
}

// ways are how a page opens another.
type ways struct {
	gauge func(k limiter.Key)
	call  func(number int)
	calls func(query string) // the list of calls, filtered
	back  func()

	form  func() // of the vendor that was opened last
	guide func()
}

// pages holds all pages, one of them in front.
type pages struct {
	list   [spots]page
	front  spot
	before spot // of atCall: where it was opened
	shown  bool // the window is
	tabs   *widget.Tabs
	root   *fyne.Container
	body   *fyne.Container // the page in front
	turned func()          // called when another page has come to the front
	canvas fyne.Canvas
	focus  [spots]fyne.Focusable // what had the focus on a page when one below it was opened
}

// newPages makes the frame around the pages, which are added later. The notices stand below the tabs.
func newPages(n *notices, turned func()) *pages {
	p := &pages{turned: turned, body: container.NewStack()}
	p.tabs = widget.NewTabs(ui.Tr("page.live"), ui.Tr("page.activity"), ui.Tr("page.usage"),
		ui.Tr("page.vendors"), ui.Tr("page.clients"), ui.Tr("page.settings"))
	p.tabs.OnSelect = func(tab int) { p.turn(spot(tab)) }
	p.root = ui.Below(container.NewVBox(p.tabs), ui.Below(n.box, p.body))
	n.resized = func() {
		ui.LayOutAgain(p.root)
	}
	return p
}

// shortcuts let Control and a number, on a Mac Command, choose a tab, Escape go back, and the arrows, Page Up, Page Down,
// Home and End scroll.
func (p *pages) shortcuts(c fyne.Canvas) {
	p.canvas = c
	c.SetOnTypedKey(func(key *fyne.KeyEvent) {
		if key.Name == fyne.KeyEscape {
			p.back()
			return
		}
		widget.ScrollBy(p.list[p.front].root, key.Name)
	})
	for tab, key := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6} {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault},
			func(fyne.Shortcut) {
				if c.Overlays().Top() == nil {
					p.turn(spot(tab))
				}
			})
	}
}

// turn brings a page to the front.
func (p *pages) turn(to spot) {
	if to == p.front && len(p.body.Objects) > 0 {
		return
	}
	if to == atCall {
		p.before = p.front
	}
	p.leave()
	p.unfocus()
	p.front = to
	p.tabs.Select(int(p.tab()))
	p.body.Objects = []fyne.CanvasObject{p.list[to].root}
	p.enter()
	p.turned()
	p.body.Refresh()
}

// tab is the tab above the page in front.
func (p *pages) tab() spot {
	switch {
	case p.front == atGauge, p.front == atCall && p.before == atGauge:
		return atLive
	case p.front == atCall:
		return atActivity
	case p.front == atVendor:
		return atVendors
	case p.front == atGuide:
		return atLive
	}
	return p.front
}

// unfocus takes the focus from what will not be seen any more.
func (p *pages) unfocus() {
	if p.canvas != nil && !p.tabs.Focused() {
		p.focus[p.front] = p.canvas.Focused()
		p.canvas.Unfocus()
	}
}

// back leaves a page without a tab, and gives the focus back to what had it before.
func (p *pages) back() {
	to := p.before
	switch p.front {
	case atGauge, atGuide:
		to = atLive
	case atVendor:
		to = atVendors
	case atCall:
	default:
		return
	}
	if stay := p.list[p.front].stay; stay != nil && stay() {
		return
	}
	p.turn(to)
	if f := p.focus[to]; f != nil && p.canvas != nil {
		p.canvas.Focus(f)
	}
}

// show tells the page in front whether the window is shown.
func (p *pages) show(on bool) {
	if on == p.shown {
		return
	}
	if !on {
		p.leave()
	}
	p.shown = on
	if on {
		p.enter()
	}
}

func (p *pages) enter() {
	if enter := p.list[p.front].enter; p.shown && enter != nil {
		enter()
	}
}

func (p *pages) leave() {
	if leave := p.list[p.front].leave; p.shown && leave != nil {
		leave()
	}
}

// set gives the page in front a board. It is true when times on the page pass.
func (p *pages) set(b viewmodel.Board) bool {
	set := p.list[p.front].set
	return set != nil && set(b)
}
