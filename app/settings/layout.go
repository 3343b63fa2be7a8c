package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"afterglow/app/ui"
	"afterglow/app/widget"
)

// section is a section: a heading and lines.
func section(title string, lines ...fyne.CanvasObject) *widget.Card {
	objects := append([]fyne.CanvasObject{ui.Heading(title)}, lines...)
	return widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(10), objects...))
}

// settingLine is a setting's name, and at the right what it is set to; below the name where there is no room.
func settingLine(name string, control fyne.CanvasObject) *fyne.Container {
	return container.New(&lineLayout{}, widget.NewText(name, widget.Style{}), control)
}

// lineLayout puts the first object at the left and the second at the right, or below it where both have no room.
type lineLayout struct{ width float32 }

const lineGap = 16

func (l *lineLayout) broken(name, control fyne.CanvasObject) bool {
	return l.width > 0 && name.MinSize().Width+lineGap+control.MinSize().Width > l.width
}

func (l *lineLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	name, control := objects[0].MinSize(), objects[1].MinSize()
	width := max(name.Width, control.Width)
	if l.broken(objects[0], objects[1]) {
		return fyne.NewSize(width, name.Height+4+control.Height)
	}
	return fyne.NewSize(width, max(name.Height, control.Height))
}

func (l *lineLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	name, control := objects[0].MinSize(), objects[1].MinSize()
	if l.broken(objects[0], objects[1]) {
		lay(objects[0], 0, 0, size.Width, name.Height)
		lay(objects[1], 0, name.Height+4, control.Width, control.Height)
		return
	}
	lay(objects[0], 0, (size.Height-name.Height)/2, size.Width-lineGap-control.Width, name.Height)
	lay(objects[1], size.Width-control.Width, (size.Height-control.Height)/2, control.Width, control.Height)
}

func lay(o fyne.CanvasObject, x, y, width, height float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, height))
}
