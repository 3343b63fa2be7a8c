package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	dialogWidth  = 500
	dialogLeast  = 200 // of its height
	dialogMargin = 16  // from the window's edges, at least
	dialogInset  = 16  // above the title and below the buttons
	dialogGap    = 14  // below the title and above the buttons
)

// Dialog is a question on a card in the middle of the window, over all else. Put it on the canvas as an overlay: what is
// below then gets neither the pointer nor the keys. Where the window is too low, what is between title and buttons scrolls.
type Dialog struct {
	widget.BaseWidget
	body   fyne.CanvasObject
	scroll *container.Scroll
	card   *Card
}

// NewDialog makes a dialog with its buttons at the lower right.
func NewDialog(title string, body fyne.CanvasObject, buttons ...fyne.CanvasObject) *Dialog {
	inset := func(o fyne.CanvasObject, above, below float32) *fyne.Container {
		return container.New(layout.NewCustomPaddedLayout(above, below, cardInset, cardInset), o)
	}
	d := &Dialog{body: inset(body, 0, 0)}
	head := inset(NewText(title, Style{Bold: true, Size: theme.SizeNameSubHeadingText}), 0, dialogGap)
	row := append([]fyne.CanvasObject{layout.NewSpacer()}, buttons...)
	foot := inset(container.New(layout.NewCustomPaddedHBoxLayout(8), row...), dialogGap, 0)
	d.scroll = container.NewVScroll(d.body)
	d.card = newCard(container.New(layout.NewBorderLayout(head, foot, nil, nil), head, d.scroll, foot), 0, dialogInset)
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer is for Fyne.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer {
	veil := &canvas.Rectangle{}
	layout := func(size fyne.Size) {
		veil.Resize(size)
		width := max(min(dialogWidth, size.Width-2*dialogMargin), d.card.MinSize().Width)
		for range 2 { // a wrapped text knows its height only after it was given its width
			d.body.Resize(fyne.NewSize(width, d.body.MinSize().Height))
		}
		height := min(size.Height-2*dialogMargin, d.card.MinSize().Height-d.scroll.MinSize().Height+d.body.MinSize().Height)
		box(d.card, (size.Width-width)/2, (size.Height-height)/2, width, height)
	}
	refresh := func() { veil.FillColor = themeColor(d, ColorVeil) }
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{veil, d.card},
		minSize: func() fyne.Size { return fyne.NewSize(d.card.MinSize().Width+2*dialogMargin, dialogLeast) },
		layout:  layout,
		refresh: func() { refresh(); layout(d.Size()) },
	}
}
