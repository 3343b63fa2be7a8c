package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/widget"
)

// Heading is the title of a card.
func Heading(text string) *widget.Text {
	return widget.NewText(text, widget.Style{Bold: true})
}

// Flush takes the room away that Fyne leaves around a wrapped text.
func Flush(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(-TextInset, -TextInset, -TextInset, -TextInset), o)
}

// RowGap is the room between a card's head and its rows.
const RowGap = 8

// SetVisible shows an object or hides it.
func SetVisible(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

// PutInLine places o at x, centred in a line of that height.
func PutInLine(o fyne.CanvasObject, x, width, height float32) {
	least := o.MinSize().Height
	o.Move(fyne.NewPos(x, (height-least)/2))
	o.Resize(fyne.NewSize(width, least))
}

// PageMargin is the room around the page, CardGap between its cards.
const (
	PageMargin = 16
	CardGap    = 12
	ColumnGap  = 16  // between the columns of a row
	NameMin    = 104 // the least width of a name in a row
	OpticDrop  = 1   // a dot or bar looks centred a little below the middle of its line of text
)

// Below is body below top. It is container.NewBorder, but that the focus goes from top to body.
func Below(top, body fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewBorderLayout(top, nil, nil, nil), top, body)
}

// LayOutAgain lays a page out twice: a wrapped text, and a line, know their height only after they have been given their
// width.
func LayOutAgain(root fyne.CanvasObject) {
	root.Refresh()
	root.Refresh()
}

// Explained is a line with words below it that say more.
func Explained(line fyne.CanvasObject, why fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(2-TextInset), line, Sideways(why))
}

// Sideways takes the room away that Fyne leaves left, right and below a wrapped text.
func Sideways(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, -TextInset, -TextInset, -TextInset), o)
}

// Caption is words that explain, in as many lines as they need.
func Caption(text string) *fynewidget.Label {
	l := fynewidget.NewLabel(text)
	l.SizeName, l.Importance, l.Wrapping = theme.SizeNameCaptionText, fynewidget.LowImportance, fyne.TextWrapWord
	return l
}

// TextInset is the room that Fyne leaves around a wrapped text: its theme.SizeNameInnerPadding.
const TextInset = 6

// labelWidth is the room of a form's labels.
const labelWidth = 112

// FormLine is a label, and a control that has the rest of the line.
func FormLine(label string, control fyne.CanvasObject) *fyne.Container {
	return container.New(formLayout{}, widget.NewText(label, widget.Style{Color: widget.ColorMuted}), control)
}

// formLayout lays out a FormLine.
type formLayout struct{}

func (formLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[1].MinSize()
	return fyne.NewSize(formLayout{}.label(o[0])+least.Width, max(least.Height, o[0].MinSize().Height))
}

func (formLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	label := formLayout{}.label(o[0])
	PutInLine(o[0], 0, label, min(size.Height, 32))
	o[1].Move(fyne.NewPos(label, 0))
	o[1].Resize(fyne.NewSize(size.Width-label, size.Height))
}

// label is the label's room: more where texts are large.
func (formLayout) label(o fyne.CanvasObject) float32 {
	return max(labelWidth, o.MinSize().Width+8)
}

// Answers are the buttons of a question.
func Answers(buttons ...fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(1, 1, 0, 1), container.New(layout.NewCustomPaddedHBoxLayout(4), buttons...))
}

// SwitchLine is a switch with its name, and below what it means.
func SwitchLine(s *widget.Switch, why string) fyne.CanvasObject {
	return WithCaption(container.NewBorder(nil, nil, widget.NewText(s.Label, widget.Style{}), s), widget.NewText(why, CaptionStyle))
}

// WithCaption puts a line of explanation under a heading.
func WithCaption(title, why fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedVBoxLayout(2), title, why)
}
