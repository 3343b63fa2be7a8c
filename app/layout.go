package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/widget"
)

// heading is the title of a card.
func heading(text string) *widget.Text {
	return widget.NewText(text, widget.Style{Bold: true})
}

// flush takes the room away that Fyne leaves around a wrapped text.
func flush(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(-textInset, -textInset, -textInset, -textInset), o)
}

// rowGap is the room between a card's head and its rows.
const rowGap = 8

func setVisible(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

// put places o at x, centred in a line of that height.
func put(o fyne.CanvasObject, x, width, height float32) {
	least := o.MinSize().Height
	o.Move(fyne.NewPos(x, (height-least)/2))
	o.Resize(fyne.NewSize(width, least))
}

// pageMargin is the room around the page, cardGap between its cards.
const (
	pageMargin = 16
	cardGap    = 12
	columnGap  = 16  // between the columns of a row
	nameMin    = 104 // the least width of a name in a row
	opticDrop  = 1   // a dot or bar looks centred a little below the middle of its line of text
)

// under is body below top. It is container.NewBorder, but that the focus goes from top to body.
func under(top, body fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewBorderLayout(top, nil, nil, nil), top, body)
}

// layAnew lays a page out anew, twice: a wrapped text, and a line, know their height only after they have been given their
// width.
func layAnew(root fyne.CanvasObject) {
	root.Refresh()
	root.Refresh()
}

// asWideAs gives what is in it all the room, and has the least width of another object: a scroll by itself has none.
type asWideAs struct{ other fyne.CanvasObject }

func (l *asWideAs) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.other.MinSize().Width, objects[0].MinSize().Height)
}

func (l *asWideAs) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// explained is a line with words below it that say more.
func explained(line fyne.CanvasObject, why fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(2-textInset), line, sideways(why))
}

// sideways takes the room away that Fyne leaves left, right and below a wrapped text.
func sideways(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, -textInset, -textInset, -textInset), o)
}

// caption is words that explain, in as many lines as they need.
func caption(text string) *fynewidget.Label {
	l := fynewidget.NewLabel(text)
	l.SizeName, l.Importance, l.Wrapping = theme.SizeNameCaptionText, fynewidget.LowImportance, fyne.TextWrapWord
	return l
}

func lay(o fyne.CanvasObject, x, y, width, height float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, height))
}

// textInset is the room that Fyne leaves around a wrapped text: its theme.SizeNameInnerPadding.
const textInset = 6

// labelWidth is the room of a form's labels.
const labelWidth = 112

// formLine is a label, and a control that has the rest of the line.
func formLine(label string, control fyne.CanvasObject) *fyne.Container {
	return container.New(formLayout{}, widget.NewText(label, widget.Style{Color: widget.ColorMuted}), control)
}

// formLayout lays out a formLine.
type formLayout struct{}

func (formLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[1].MinSize()
	return fyne.NewSize(formLayout{}.label(o[0])+least.Width, max(least.Height, o[0].MinSize().Height))
}

func (formLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	label := formLayout{}.label(o[0])
	put(o[0], 0, label, min(size.Height, 32))
	o[1].Move(fyne.NewPos(label, 0))
	o[1].Resize(fyne.NewSize(size.Width-label, size.Height))
}

// label is the label's room: more where texts are large.
func (formLayout) label(o fyne.CanvasObject) float32 {
	return max(labelWidth, o.MinSize().Width+8)
}

// answers are the buttons of a question.
func answers(buttons ...fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(1, 1, 0, 1), container.New(layout.NewCustomPaddedHBoxLayout(4), buttons...))
}

// switchLine is a switch with its name, and below what it means.
func switchLine(s *widget.Switch, why string) fyne.CanvasObject {
	return above(container.NewBorder(nil, nil, widget.NewText(s.Label, widget.Style{}), s), widget.NewText(why, captionStyle))
}

// above puts a line of explanation under a heading.
func above(title, why fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedVBoxLayout(2), title, why)
}
