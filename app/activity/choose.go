package activity

import (
	"fyne.io/fyne/v2"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
)

// chooseMost is how many vendors, models and sessions are offered each: the latest, in a menu as high as the window.
const chooseMost = 5

// offer opens a menu of the vendors, models and sessions that there are, below the field.
func (p *Page) offer() {
	ui.MenuBelow(p.field, p.choices()...)
}

// choices are the lines of the menu.
func (p *Page) choices() []*fyne.MenuItem {
	c := viewmodel.ChoicesOf(p.svc.Calls(), chooseMost)
	var items []*fyne.MenuItem
	add := func(title string, values []string, word func(value string) string) {
		if len(values) == 0 {
			return
		}
		if len(items) > 0 {
			items = append(items, fyne.NewMenuItemSeparator())
		}
		items = append(items, &fyne.MenuItem{Label: title, Disabled: true})
		for _, value := range values {
			items = append(items, fyne.NewMenuItem(value, func() { p.field.SetText(viewmodel.With(p.field.Text, word(value))) }))
		}
	}
	add(ui.Tr("fact.vendor"), c.Vendors, viewmodel.VendorWord)
	add(ui.Tr("choose.model"), c.Models, viewmodel.ModelWord)
	add(ui.Tr("fact.session"), c.Sessions, viewmodel.SessionWord)
	if len(items) == 0 {
		items = append(items, &fyne.MenuItem{Label: ui.Tr("choose.none"), Disabled: true})
	}
	return items
}
