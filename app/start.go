package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// startView tells a newcomer what to do, until the first call has come.
type startView struct {
	line   *widget.Code
	button *copyButton
	guide  *widget.Button
	card   *widget.Card
}

func newStart(d desk, guide, resized func()) *startView {
	s := &startView{button: newCopyButton(d, widget.Primary, resized)}
	s.line = widget.NewCode(s.button.Button)
	s.guide = widget.NewButton(widget.Quiet, theme.HelpIcon(), tr("guide.open"), guide)
	body := fynewidget.NewLabel(tr("start.body"))
	body.Wrapping = fyne.TextWrapWord
	s.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, nil, s.guide, widget.NewText(tr("start.title"), widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})),
		container.New(layout.NewCustomPaddedLayout(-textInset, -textInset, -textInset, -textInset), body),
		s.line))
	s.card.Hide()
	return s
}

// set is true when the card has come or gone.
func (s *startView) set(b viewmodel.Board) bool {
	line := exportLine(b.Addr, b.NoLogin)
	grown := s.line.Set(line)
	s.button.set(tr("copy.label"), line)
	shown := line != "" && b.Quiet()
	changed := shown != s.card.Visible() || grown
	setVisible(s.card, shown)
	return changed
}
