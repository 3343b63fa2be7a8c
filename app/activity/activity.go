// Package activity has the list of calls, and the page of one call.
package activity

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
)

// Proxy is what the Activity page asks of the proxy.
type Proxy interface {
	Calls() []proxy.Call // of this moment, the latest first, then the last that ended
}

// Page is the page that lists the calls of this moment and the last that ended.
type Page struct {
	svc   Proxy
	to    ui.Navigator
	calls viewmodel.Calls
	rows  []viewmodel.CallRow // as shown
	query viewmodel.Query

	field    *widget.Field
	pick     *widget.Button // opens a menu of what there is to filter by
	underWay *widget.Chip
	failed   *widget.Chip
	capture  *widget.Chip
	list     *widget.List
	empty    *widget.Text
	all      *widget.Button // takes the filter away
	nothing  *fyne.Container
	Root     *fyne.Container
	views    map[fyne.CanvasObject]*callView
}

// New makes the page; capture turns on or off that bodies are kept.
func New(svc Proxy, to ui.Navigator, capture func(on bool)) *Page {
	p := &Page{svc: svc, to: to, views: map[fyne.CanvasObject]*callView{}}
	p.field = widget.NewField(ui.Tr("activity.filter"), func(string) { p.filter() })
	p.pick = widget.NewButton(widget.Quiet, theme.MenuDropDownIcon(), "", p.offer)
	p.pick.Label = ui.Tr("activity.choose")
	p.underWay = widget.NewChip(nil, ui.Tr("activity.under_way"))
	p.failed = widget.NewChip(nil, ui.Tr("activity.failed"))
	p.underWay.OnSet = func(bool) { p.filter() }
	p.failed.OnSet = func(bool) { p.filter() }
	p.capture = widget.NewChip(theme.MediaRecordIcon(), ui.Tr("activity.capture"))
	p.capture.OnSet = capture
	p.list = widget.NewList(callHeight, p.newView, func(row int, on fyne.CanvasObject) { p.views[on].set(p.rows[row]) })
	p.list.Label = func(row int) string { return parts.CallLabel(p.rows[row]) }
	p.list.OnOpen = func(row int) { p.to.Call(p.rows[row].Number) }
	p.empty = widget.NewText("", widget.Style{Color: widget.ColorMuted})
	p.all = widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("activity.all"), p.clear)
	p.nothing = container.NewCenter(container.NewHBox(p.empty, p.all))
	chips := container.New(layout.NewCustomPaddedHBoxLayout(8), p.underWay, p.failed, p.capture)
	bar := container.NewBorder(nil, nil, nil, container.NewHBox(p.pick, chips), p.field)
	p.Root = container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, ui.PageMargin, ui.PageMargin, ui.PageMargin),
		ui.Below(container.New(layout.NewCustomPaddedLayout(0, ui.CardGap-4, 0, 0), bar),
			container.NewStack(widget.NewListCard(p.list), p.nothing)))
	p.nothing.Hide()
	return p
}

func (p *Page) newView() fyne.CanvasObject {
	v := newCallView()
	p.views[v.box] = v
	return v.box
}

// Set shows the calls of now. It is true while one is under way.
func (p *Page) Set(b viewmodel.Board) bool {
	p.capture.Set(b.Capture)
	return p.show()
}

func (p *Page) show() bool {
	was, marked := p.list.Top(), p.row(p.list.Marked())
	top := p.row(was)
	rows, live := p.calls.Rows(p.svc.Calls(), p.query, time.Now())
	p.rows = rows
	// Calls that come do not move those that are read. One that ends moves by itself.
	if now := p.index(top); p.list.Scrolled() && now > was && rows[now].UnderWay == top.UnderWay {
		p.list.Update(len(rows))
		p.list.Shift(now - was)
	}
	p.list.Update(len(rows))
	if now := p.index(marked); now >= 0 && now != p.list.Marked() {
		p.list.Mark(now)
	}
	p.sayNothing()
	return live > 0
}

// sayNothing says in place of an empty list why it is empty.
func (p *Page) sayNothing() {
	text := ""
	switch {
	case len(p.rows) > 0:
	case p.query.All():
		text = ui.Tr("activity.empty")
	default:
		text = ui.Tr("activity.none")
	}
	if text == p.empty.Text() {
		return
	}
	p.empty.Set(text)
	ui.SetVisible(p.list, text == "")
	ui.SetVisible(p.all, !p.query.All())
	ui.SetVisible(p.nothing, text != "")
	p.nothing.Refresh()
}

// row is what a row shows; the zero CallRow = there is no such row.
func (p *Page) row(n int) viewmodel.CallRow {
	if n >= len(p.rows) {
		return viewmodel.CallRow{}
	}
	return p.rows[n]
}

// index is where a call is now; -1 = nowhere.
func (p *Page) index(call viewmodel.CallRow) int {
	return slices.IndexFunc(p.rows, func(r viewmodel.CallRow) bool { return r.Number == call.Number })
}

// filter reads what the user has chosen.
func (p *Page) filter() {
	p.query = viewmodel.ParseQuery(p.field.Text)
	p.query.UnderWay, p.query.Failed = p.underWay.On(), p.failed.On()
	p.rows = p.rows[:0] // what was in view is no place to stay at
	p.list.ToTop()
	p.show()
}

// Choose filters by a text alone.
func (p *Page) Choose(text string) {
	p.underWay.Set(false)
	p.failed.Set(false)
	if text != p.field.Text {
		p.field.SetText(text) // filters
		return
	}
	p.filter()
}

// TakeOver filters by what the user has typed into another.
func (p *Page) TakeOver(old *Page) { p.Choose(old.field.Text) }

func (p *Page) clear() { p.Choose("") }
