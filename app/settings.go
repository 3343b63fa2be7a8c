package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// settingsPage is where the user changes what is no limit and no order.
type settingsPage struct {
	svc  Service
	desk desk
	root fyne.CanvasObject
}

func newSettingsPage(svc Service, d desk) *settingsPage {
	return &settingsPage{svc: svc, desk: d, root: container.NewWithoutLayout()}
}

// enter is called when the page comes to the front, leave when another does.
func (p *settingsPage) enter() {}
func (p *settingsPage) leave() {}
