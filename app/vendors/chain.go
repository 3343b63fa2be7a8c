package vendors

import (
	"slices"

	"fyne.io/fyne/v2"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// opened is a vendor whose form is to be opened.
type opened struct {
	name  string // in the configuration; "" = a new one
	draft config.Draft
	list  proxy.VendorList
}

// New makes the page of the vendors and the form of one of them.
func New(svc Proxy, d ui.Context, report func(err error, key string), to ui.Navigator) (*Page, *FormPage) {
	list, form := newPage(svc, d, report, to), newForm(svc, d, to)
	list.form = form
	return list, form
}

// edit opens a vendor's form.
func (p *Page) edit(name string, d config.Draft) {
	p.openForm(&opened{name, d, p.list})
}

// openForm opens the form of a vendor; nil = as it was left. If the form holds another vendor with changes that are not saved,
// that one comes first.
func (p *Page) openForm(e *opened) {
	if e != nil && !p.form.dirty() {
		p.form.open(*e)
	}
	p.to.Form()
	if e != nil && p.form.e.name != e.name {
		p.form.Stay()
	}
}

// offer opens a menu of what can be added.
func (p *Page) offer() { p.offerAt(p.add) }

func (p *Page) offerAt(b *widget.Button) {
	ui.MenuBelow(b, p.offers()...)
}

// offers are the built-in vendors that are not there yet, and one that is all the user's.
func (p *Page) offers() []*fyne.MenuItem {
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
func (p *Page) enable(name string, on bool) {
	if on {
		p.setTiers(parts.WithVendor(p.list.Tiers, p.list.Drafts, name))
	} else {
		p.setTiers(parts.WithoutVendor(p.list.Tiers, name))
	}
	ui.Focus(p.rows[name].on) // it has moved with its row
}

// setTiers shows a chain and has it written. If that is refused, what is in the file comes back.
func (p *Page) setTiers(tiers [][]string) {
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
