package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// usagePage shows what calls cost over days.
type usagePage struct {
	svc  Service
	desk desk
	root fyne.CanvasObject
}

func newUsagePage(svc Service, d desk) *usagePage {
	return &usagePage{svc: svc, desk: d, root: container.NewWithoutLayout()}
}

// enter is called when the page comes to the front, leave when another does.
func (p *usagePage) enter() {}
func (p *usagePage) leave() {}
