package app

import (
	"slices"

	"fyne.io/fyne/v2"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// editing is a vendor whose form is to be opened.
type editing struct {
	name  string // in the configuration; "" = a new one
	draft config.Draft
	list  proxy.VendorList
}

// newVendorPages makes the page of the vendors and the form of one of them.
func newVendorPages(svc VendorService, d ui.Context, report func(err error, key string), to ui.Navigator) (*vendorsPage, *vendorPage) {
	list, form := newVendorsPage(svc, d, report, to), newVendorPage(svc, d, to)
	list.form = form
	return list, form
}

// edit opens a vendor's form.
func (p *vendorsPage) edit(name string, d config.Draft) {
	p.openForm(&editing{name, d, p.list})
}

// openForm opens the form of a vendor; nil = as it was left. If the form holds another vendor with changes that are not saved,
// that one comes first.
func (p *vendorsPage) openForm(e *editing) {
	if e != nil && !p.form.dirty() {
		p.form.open(*e)
	}
	p.to.Form()
	if e != nil && p.form.e.name != e.name {
		p.form.stay()
	}
}

// offer opens a menu of what can be added.
func (p *vendorsPage) offer() { p.offerAt(p.add) }

func (p *vendorsPage) offerAt(b *widget.Button) {
	ui.MenuBelow(b, p.offers()...)
}

// offers are the built-in vendors that are not there yet, and one that is all the user's.
func (p *vendorsPage) offers() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, d := range p.list.Presets {
		d.Enabled = true
		items = append(items, fyne.NewMenuItem(parts.VendorTitle(d), func() { p.edit("", d) }))
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	another := config.Draft{Dialect: "anthropic", Auth: config.AuthAPIKey, Enabled: true}
	return append(items, fyne.NewMenuItem(ui.Tr("vendors.another"), func() { p.edit("", another) }))
}

// enable takes a vendor into the chain, or out of it.
func (p *vendorsPage) enable(name string, on bool) {
	if on {
		p.setTiers(parts.WithVendor(p.list.Tiers, p.list.Drafts, name))
	} else {
		p.setTiers(parts.WithoutVendor(p.list.Tiers, name))
	}
	ui.Focus(p.rows[name].on) // it has moved with its row
}

// setTiers shows a chain and has it written. If that is refused, what is in the file comes back.
func (p *vendorsPage) setTiers(tiers [][]string) {
	p.list.Tiers = tiers
	p.list.Drafts = slices.Clone(p.list.Drafts)
	for i := range p.list.Drafts {
		d := &p.list.Drafts[i]
		d.Enabled = slices.ContainsFunc(tiers, func(tier []string) bool { return slices.Contains(tier, d.Name) })
	}
	p.show()
	p.work.Do(func() error { return p.svc.SetTiers(tiers) }, func(err error) {
		p.report(err, "vendors.not_changed")
		if p.stop != nil && !p.work.Busy { // the page is still in front
			p.reload()
		}
	})
}
