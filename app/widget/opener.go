package widget

import (
	_ "embed"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

//go:embed icons/chevron.svg
var chevronSVG []byte

const (
	openerReach   = 8  // how far its shade goes into the card's margin
	openerChevron = 12 // in the margin, too
)

// Opener is a row that opens a page of its own: under the pointer it has a shade and a chevron. What is on it and
// takes taps keeps them.
type Opener struct {
	widget.BaseWidget
	press

	Label   string // what a screen reader says
	content fyne.CanvasObject
}

// NewOpener makes a row of content.
func NewOpener(label string, content fyne.CanvasObject, open func()) *Opener {
	o := &Opener{Label: label, content: content}
	o.tapped, o.self = open, o
	o.ExtendBaseWidget(o)
	return o
}

// Hover shows that the pointer is on a part of the row that takes it.
func (o *Opener) Hover(on bool) { o.hover(on) }

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (o *Opener) AccessibilityLabel() string             { return o.Label }
func (o *Opener) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer is for Fyne.
func (o *Opener) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: 6}
	chevron := newMark()
	icon := fyne.NewStaticResource("chevron.svg", chevronSVG)
	refresh := func() {
		shade(back, o, o.hovered, o.ring())
		chevron.paint(o, icon, ColorMuted)
		chevron.Hidden = back.Hidden
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{back, o.content, chevron.Image},
		minSize: o.content.MinSize,
		layout: func(size fyne.Size) {
			box(back, -openerReach, 0, size.Width+openerReach+openerChevron+2, size.Height)
			o.content.Resize(size)
			box(chevron, size.Width+1, (size.Height-openerChevron)/2, openerChevron, openerChevron)
		},
		refresh: refresh,
	}
}
