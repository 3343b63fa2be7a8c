package live

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// vendorCard draws one vendor: its head and a row a model.
type vendorCard struct {
	page *Page
	head *vendorHeader
	sign *parts.SignIn
	rows []*gaugeRow // the account first, if there is one
	list *fyne.Container
	card *widget.Card
}

func newVendorCard(page *Page) *vendorCard {
	c := &vendorCard{page: page, list: container.New(layout.NewCustomPaddedVBoxLayout(0))}
	c.list.Hide()
	c.head = newVendorHeader(headerActions{
		resetLimits: func() { page.resetLimits(c.head.shown.Vendor) },
		reset:       func() { page.resetVendor(c.head.shown.Vendor) },
		drag:        func(y float32) { page.drag(c.head.shown.Vendor, y) },
		drop:        page.drop,
		step:        func(by int) { page.step(c.head.shown.Vendor, by, c.head.grip) },
	})
	c.sign = parts.NewSignIn(page.desk, parts.SignInActions{
		Begin:   func() { page.signIn(c.head.shown.Vendor) },
		Cancel:  func() { page.cancelSignIn(c.head.shown.Vendor) },
		Open:    func(url string) { page.report(page.desk.Open(url), "notice.no_browser") },
		Resized: func() { page.stale = true; page.tidy() },
	})
	c.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(ui.RowGap), c.head.box, c.head.why, c.sign.Box, c.list))
	return c
}

// set shows a vendor and touches only what has changed. It is true when the card has another size.
func (c *vendorCard) set(b viewmodel.Card) bool {
	rows := b.Rows
	if b.Account != (viewmodel.Row{}) {
		rows = slices.Insert(slices.Clone(rows), 0, b.Account)
	}
	resized := c.arrange(rows)
	for i, r := range rows {
		c.rows[i].set(r)
	}
	resized = c.sign.Set(b.SignIn) || resized
	return c.head.set(b, slices.ContainsFunc(rows, viewmodel.Row.Changed)) || resized
}

// arrange makes the views for rows, keeping those that stay, and with them a drag that is under way. It
// is true when rows have come or gone.
func (c *vendorCard) arrange(rows []viewmodel.Row) bool {
	if slices.EqualFunc(c.rows, rows, (*gaugeRow).fits) {
		return false
	}
	old := c.rows
	c.rows = make([]*gaugeRow, len(rows))
	objects := make([]fyne.CanvasObject, 0, len(rows)+1)
	for i, r := range rows {
		if j := slices.IndexFunc(old, func(v *gaugeRow) bool { return v.fits(r) }); j >= 0 {
			c.rows[i] = old[j]
		} else {
			c.rows[i] = newGaugeRow(r, rowActions{setLimit: c.page.setLimit, open: c.page.openGauge})
		}
		objects = append(objects, c.rows[i].box)
		if r.Account() {
			objects = append(objects, container.New(layout.NewCustomPaddedLayout(4, 4, 0, 0), fynewidget.NewSeparator()))
		}
	}
	c.list.Objects = objects
	ui.SetVisible(c.list, len(rows) > 0)
	return true
}

// back puts the slider of r back to the limit that holds.
func (c *vendorCard) back(r viewmodel.Row) {
	for _, v := range c.rows {
		if v.fits(r) {
			v.back()
		}
	}
}
