package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// PageID is a page of the window. The first ones have a tab.
type PageID int

const (
	Live PageID = iota
	Activity
	Usage
	Vendors
	Clients
	Settings
	tabs

	Gauge   = tabs     // below Live
	Call    = tabs + 1 // below Activity, or the gauge that it was opened from
	Vendor  = tabs + 2 // below Vendors
	Guide   = tabs + 3 // in Live's place
	pageIDs = tabs + 4
)

// Page is what the window shows one of. Only the page in front has entered.
type Page struct {
	Root  fyne.CanvasObject
	Enter func()                               // it comes to the front; nil = it need not know
	Leave func()                               // another does, or the window is hidden
	Stay  func() bool                          // asked before it is left for the page above: true keeps it in front
	Set   func(b viewmodel.Board) (moves bool) // shows the latest; true: times on it pass. nil = it takes no boards
}

// Pages are all pages, each at its place.
type Pages [pageIDs]Page

// navigator holds all pages, one of them in front.
type navigator struct {
	list   Pages
	front  PageID
	before PageID // of Call: where it was opened
	shown  bool   // the window is
	tabs   *widget.Tabs
	root   *fyne.Container
	body   *fyne.Container // the page in front
	turned func()          // called when another page has come to the front
	canvas fyne.Canvas
	focus  [pageIDs]fyne.Focusable // what had the focus on a page when one below it was opened
}

// newNavigator makes the frame around the pages, which are added later. The notices stand below the tabs.
func newNavigator(n *Notices, turned func()) *navigator {
	p := &navigator{turned: turned, body: container.NewStack()}
	p.tabs = widget.NewTabs(ui.Tr("page.live"), ui.Tr("page.activity"), ui.Tr("page.usage"),
		ui.Tr("page.vendors"), ui.Tr("page.clients"), ui.Tr("page.settings"))
	p.tabs.OnSelect = func(tab int) { p.turn(PageID(tab)) }
	p.root = ui.Below(container.NewVBox(p.tabs), ui.Below(n.Box, p.body))
	n.resized = func() {
		ui.LayOutAgain(p.root)
	}
	return p
}

// shortcuts let Control and a number, on a Mac Command, choose a tab, Escape go back, and the arrows, Page Up, Page Down,
// Home and End scroll.
func (p *navigator) shortcuts(c fyne.Canvas) {
	p.canvas = c
	c.SetOnTypedKey(func(key *fyne.KeyEvent) {
		if key.Name == fyne.KeyEscape {
			p.back()
			return
		}
		widget.ScrollBy(p.list[p.front].Root, key.Name)
	})
	for tab, key := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6} {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault},
			func(fyne.Shortcut) {
				if c.Overlays().Top() == nil {
					p.turn(PageID(tab))
				}
			})
	}
}

// turn brings a page to the front.
func (p *navigator) turn(to PageID) {
	if to == p.front && len(p.body.Objects) > 0 {
		return
	}
	if to == Call {
		p.before = p.front
	}
	p.leave()
	p.unfocus()
	p.front = to
	p.tabs.Select(int(p.tab()))
	p.body.Objects = []fyne.CanvasObject{p.list[to].Root}
	p.enter()
	p.turned()
	p.body.Refresh()
}

// tab is the tab above the page in front.
func (p *navigator) tab() PageID {
	switch {
	case p.front == Gauge, p.front == Call && p.before == Gauge:
		return Live
	case p.front == Call:
		return Activity
	case p.front == Vendor:
		return Vendors
	case p.front == Guide:
		return Live
	}
	return p.front
}

// unfocus takes the focus from what will not be seen any more.
func (p *navigator) unfocus() {
	if p.canvas != nil && !p.tabs.Focused() {
		p.focus[p.front] = p.canvas.Focused()
		p.canvas.Unfocus()
	}
}

// back leaves a page without a tab, and gives the focus back to what had it before.
func (p *navigator) back() {
	to := p.before
	switch p.front {
	case Gauge, Guide:
		to = Live
	case Vendor:
		to = Vendors
	case Call:
	default:
		return
	}
	if stay := p.list[p.front].Stay; stay != nil && stay() {
		return
	}
	p.turn(to)
	if f := p.focus[to]; f != nil && p.canvas != nil {
		p.canvas.Focus(f)
	}
}

// show tells the page in front whether the window is shown.
func (p *navigator) show(on bool) {
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

func (p *navigator) enter() {
	if enter := p.list[p.front].Enter; p.shown && enter != nil {
		enter()
	}
}

func (p *navigator) leave() {
	if leave := p.list[p.front].Leave; p.shown && leave != nil {
		leave()
	}
}

// set gives the page in front a board. It is true when times on the page pass.
func (p *navigator) set(b viewmodel.Board) bool {
	set := p.list[p.front].Set
	return set != nil && set(b)
}
