package app

import (
	"fyne.io/fyne/v2"
	fynewidget "fyne.io/fyne/v2/widget"
)

// menuGap is the room between what opens a menu and the menu.
const menuGap = 4

// menuBelow opens a menu below an object that is shown.
func menuBelow(o fyne.CanvasObject, items ...*fyne.MenuItem) {
	driver := fyne.CurrentApp().Driver()
	if c := driver.CanvasForObject(o); c != nil {
		below := driver.AbsolutePositionForObject(o).AddXY(0, o.Size().Height+menuGap)
		fynewidget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, below)
	}
}
