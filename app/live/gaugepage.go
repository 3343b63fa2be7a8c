package live

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/limiter"
	"afterglow/proxy"
)

// GaugeProxy is what the page of a gauge asks of the proxy. SetLimit writes a file, and is not for the UI's goroutine.
type GaugeProxy interface {
	SetLimit(vendor, model string, limit int) error // model "*" = the vendor's account
	Calls() []proxy.Call                            // of this moment, the latest first, then the last that ended
	Cancel(number int) error
	historyService
}

// GaugePage shows one gauge: its numbers, its history, and the calls that hold its slots and wait for them.
type GaugePage struct {
	svc    GaugeProxy
	to     ui.Navigator
	report func(err error, key string)
	work   ui.TaskQueue
	key    limiter.Key // of the gauge to show
	calls  viewmodel.Calls

	title   *widget.Name
	state   *widget.Text
	row     *gaugeRow
	why     *fynewidget.Label // why the limit is where it is
	whyBox  *fyne.Container
	numbers *fyne.Container // holds the row
	history *historyView
	past    *widget.Card
	none    *widget.Text
	views   []*activeCall
	holders *fyne.Container
	scroll  *container.Scroll
	Root    *fyne.Container
	// cancelled are the calls that the user cancelled here and that are still on the list.
	cancelled map[int]bool
}

// NewGaugePage makes the page. report shows an error under the text of a key, or takes that back.
func NewGaugePage(svc GaugeProxy, d ui.Context, report func(err error, key string), to ui.Navigator) *GaugePage {
	p := &GaugePage{svc: svc, to: to, report: report, work: d.Queue(), cancelled: map[int]bool{}, history: newHistoryView(svc, d)}
	p.title = widget.NewName("", widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})
	p.state = widget.NewText("", widget.Style{Color: widget.ColorMuted, Align: fyne.TextAlignTrailing})
	p.numbers = container.NewStack()
	p.why = fynewidget.NewLabel("")
	p.why.Wrapping = fyne.TextWrapWord
	p.whyBox = container.New(layout.NewCustomPaddedLayout(-ui.TextInset, -ui.TextInset, -ui.TextInset, -ui.TextInset), p.why)
	p.whyBox.Hide()
	p.past = widget.NewCard(p.history.root)
	p.history.sized = func() { p.Root.Refresh() }
	p.none = widget.NewText(ui.Tr("gauge.none"), widget.Style{Color: widget.ColorMuted})
	p.holders = container.New(layout.NewCustomPaddedVBoxLayout(0))
	now := widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(ui.RowGap), container.NewBorder(nil, nil, nil, p.state, p.title), p.numbers, p.whyBox))
	who := widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(ui.RowGap), ui.Heading(ui.Tr("gauge.holders")), p.none, p.holders))
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), now, p.past, who)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), body))
	back := widget.NewButton(widget.Quiet, theme.NavigateBackIcon(), ui.Tr("page.back"), func() { p.to.Back() })
	all := widget.NewButton(widget.Quiet, theme.ListIcon(), ui.Tr("gauge.all"), p.list)
	p.Root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-6, 8, ui.PageMargin-8, ui.PageMargin-8),
		container.NewBorder(nil, nil, back, all)), p.scroll)
	return p
}

// Choose takes the gauge to show.
func (p *GaugePage) Choose(k limiter.Key) { p.key = k }

// TakeOver shows the gauge of another page.
func (p *GaugePage) TakeOver(old *GaugePage) { p.key = old.key }

// Enter begins to show the gauge.
func (p *GaugePage) Enter() {
	p.scroll.ScrollToTop()
	clear(p.cancelled)
	p.row = nil
	ui.SetVisible(p.past, p.key.Model != limiter.AccountModel) // of an account there is no history
	if p.past.Visible() {
		p.history.show(p.key)
	}
}

// Leave is called when another page comes to the front.
func (p *GaugePage) Leave() { p.history.hide() }

// Set shows the gauge as it stands. It is true while a call is on the page.
func (p *GaugePage) Set(b viewmodel.Board) bool {
	head, row := find(b, p.key)
	p.title.Set(head.Title)
	p.state.Set(parts.StateText(head))
	stale := false
	if p.row == nil || !p.row.fits(row) {
		p.row = newGaugeRow(row, rowActions{setLimit: p.setLimit, silent: true})
		p.numbers.Objects = []fyne.CanvasObject{p.row.box}
		stale = true
	}
	p.row.set(row)
	if why := limitSentence(row); why != p.why.Text {
		p.why.SetText(why)
		ui.SetVisible(p.whyBox, why != "")
		stale = true
	}
	rows := p.calls.Holders(p.svc.Calls(), p.key, time.Now())
	if len(rows) != len(p.holders.Objects) {
		p.arrange(len(rows))
		stale = true
	}
	for i, r := range rows {
		p.views[i].set(r, p.cancelled[r.Number])
	}
	if stale {
		ui.LayOutAgain(p.Root)
	}
	return len(rows) > 0
}

// find is the card's head and the row for a gauge; one that has gone is at 0.
func find(b viewmodel.Board, k limiter.Key) (viewmodel.Head, viewmodel.Row) {
	row := viewmodel.Row{Vendor: k.Vendor, Model: k.Model}
	i := slices.IndexFunc(b.Cards, func(c viewmodel.Card) bool { return c.Vendor == k.Vendor })
	if i < 0 {
		return viewmodel.Head{Vendor: k.Vendor, Title: k.Vendor}, row
	}
	c := b.Cards[i]
	if k.Model == limiter.AccountModel {
		return c.Head, c.Account
	}
	if j := slices.IndexFunc(c.Rows, func(r viewmodel.Row) bool { return r.Model == k.Model }); j >= 0 {
		row = c.Rows[j]
	}
	return c.Head, row
}

// arrange makes room for n holders.
func (p *GaugePage) arrange(n int) {
	for len(p.views) < n {
		p.views = append(p.views, newActiveCall(p.to.Call, p.cancel))
	}
	p.holders.Objects = nil
	for _, v := range p.views[:n] {
		p.holders.Objects = append(p.holders.Objects, v.box)
	}
	ui.SetVisible(p.none, n == 0)
}

// cancel ends a call.
func (p *GaugePage) cancel(v *activeCall) {
	err := p.svc.Cancel(v.row.Number)
	p.report(err, "notice.not_cancelled")
	if err == nil {
		p.cancelled[v.row.Number] = true
		v.set(v.row, true)
	}
}

func (p *GaugePage) setLimit(r viewmodel.Row, limit int) {
	row := p.row
	p.work.Do(func() error { return p.svc.SetLimit(r.Vendor, r.Model, limit) }, func(err error) {
		p.report(err, "notice.not_set")
		if err != nil {
			row.back()
		}
	})
}

// list shows all calls of the gauge.
func (p *GaugePage) list() {
	query := viewmodel.VendorWord(p.key.Vendor)
	if p.key.Model != limiter.AccountModel {
		query += " " + viewmodel.ModelWord(p.key.Model)
	}
	p.to.Calls(query)
}
