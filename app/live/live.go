// Package live has the page of the calls of this moment, and the page of one gauge.
package live

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/limiter"
)

// Proxy is what the Live page asks of the proxy. SetLimit, ResetLimits, SetOrder and ResetOrder write a file, and are not
// for the UI's goroutine.
type Proxy interface {
	SetLimit(vendor, model string, limit int) error // model "*" = the vendor's account
	ResetLimits(vendor string) error                // to what the configuration says
	ResetVendor(vendor string) error                // lets calls through again
	SetOrder(tiers [][]string) error                // the chain's vendors, tier by tier
	ResetOrder() error                              // to the configuration's
	SignIn(vendor string) error                     // begins it; how it goes is in the status
	CancelSignIn(vendor string) error
}

// Page is the page that shows the calls of this moment: totals, notices, and a card a vendor.
type Page struct {
	svc     Proxy
	desk    ui.Context
	to      ui.Navigator
	report  func(err error, key string)
	work    ui.TaskQueue
	totals  *totalsView
	demo    *widget.Notice
	noTray  *widget.Notice
	start   *startCard
	order   [][]string             // the vendors as the board had them, tier by tier
	cards   map[string]*vendorCard // by vendor
	tiers   []tierView             // as shown
	dragged bool                   // a tier is under the pointer: boards change no order
	changed *widget.Notice         // the order is not the configuration's
	restore *widget.Button         // brings that back
	list    *fyne.Container
	scroll  *container.Scroll
	Root    *fyne.Container
	stale   bool // something has come, gone or changed its size: lay the page out again
}

// New makes the page.
func New(svc Proxy, d ui.Context, report func(err error, key string), to ui.Navigator) *Page {
	p := &Page{
		svc:    svc,
		desk:   d,
		to:     to,
		report: report,
		work:   d.Queue(),
		totals: newTotals(d),
		demo:   widget.NewNotice(widget.Info, nil),
		noTray: widget.NewNotice(widget.Info, nil),
		cards:  map[string]*vendorCard{},
		list:   container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap)),
	}
	p.restore = widget.NewButton(widget.Quiet, theme.ContentUndoIcon(), ui.Tr("order.reset"), func() { p.write(p.svc.ResetOrder, "notice.no_order") })
	p.changed = widget.NewNotice(widget.Info, p.restore)
	p.start = newStart(d, func() { p.to.Guide() }, func() { p.stale = true; p.tidy() })
	top := container.New(layout.NewCustomPaddedVBoxLayout(8),
		p.totals.box, p.changed, p.demo, p.noTray)
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), p.start.card, p.list)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), body))
	p.Root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, ui.PageMargin-4, ui.PageMargin, ui.PageMargin), top), p.scroll)
	return p
}

// Set shows b and touches only what has changed. It is false: what changes with time on the page comes with a board.
func (p *Page) Set(b viewmodel.Board) bool {
	p.totals.set(b)
	p.notify(p.changed, ui.When(b.Reordered, "notice.reordered"))
	p.notify(p.demo, ui.When(b.Demo, "notice.demo"))
	p.stale = p.start.set(b) || p.stale
	p.arrange(tiersOf(b.Cards))
	for _, c := range b.Cards {
		if view := p.cards[c.Vendor]; view != nil { // a new one has to wait until a drag has ended
			p.stale = view.set(c) || p.stale
		}
	}
	p.tidy()
	return false
}

// openGauge opens a gauge's own page.
func (p *Page) openGauge(r viewmodel.Row) {
	p.to.Gauge(limiter.Key{Vendor: r.Vendor, Model: r.Model})
}

// notify shows text in a notice of the page.
func (p *Page) notify(n *widget.Notice, text string) {
	p.stale = n.Set(text) || p.stale
}

// SetTray says that closing the window quits, where there is no tray.
func (p *Page) SetTray(has bool) {
	p.notify(p.noTray, ui.When(!has, "notice.no_tray"))
	p.tidy()
}

// tidy lays the page out again if it must be.
func (p *Page) tidy() {
	if p.stale {
		p.stale = false
		ui.LayOutAgain(p.Root)
	}
}

// arrange puts the vendors' cards in order, keeping those that stay.
func (p *Page) arrange(order [][]string) {
	if p.dragged || slices.EqualFunc(order, p.order, slices.Equal) {
		return
	}
	p.order = order
	kept := map[string]*vendorCard{}
	p.list.Objects, p.tiers = nil, nil
	for _, vendors := range order {
		var cards []fyne.CanvasObject
		for _, vendor := range vendors {
			c := p.cards[vendor]
			if c == nil {
				c = newVendorCard(p)
			}
			kept[vendor] = c
			cards = append(cards, c.card)
		}
		tier := newTier(vendors, cards)
		p.tiers = append(p.tiers, tier)
		p.list.Objects = append(p.list.Objects, tier.box)
	}
	p.cards = kept
	p.stale = true
}

// setLimit sets the limit of r's model or account, as the user asked.
func (p *Page) setLimit(r viewmodel.Row, limit int) {
	p.work.Do(func() error { return p.svc.SetLimit(r.Vendor, r.Model, limit) }, func(err error) {
		p.report(err, "notice.not_set")
		if c := p.cards[r.Vendor]; err != nil && c != nil {
			c.back(r)
		}
	})
}

// write has the proxy do what the user wants and keep it in a file, away from the UI's goroutine. key is the text that says that it failed.
func (p *Page) write(work func() error, key string) {
	p.work.Do(work, func(err error) { p.report(err, key) })
}

// resetVendor lets calls through to a vendor again.
func (p *Page) resetVendor(vendor string) {
	p.report(p.svc.ResetVendor(vendor), "notice.not_back")
}

// signIn begins to sign in to a vendor.
func (p *Page) signIn(vendor string) {
	p.report(p.svc.SignIn(vendor), "notice.not_signed_in")
}

// cancelSignIn ends that.
func (p *Page) cancelSignIn(vendor string) {
	p.report(p.svc.CancelSignIn(vendor), "notice.not_signed_in")
}

// resetLimits brings back a vendor's configured limits.
func (p *Page) resetLimits(vendor string) {
	p.write(func() error { return p.svc.ResetLimits(vendor) }, "notice.not_reset")
}
