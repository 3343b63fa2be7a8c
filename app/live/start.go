package live

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// startCard tells a newcomer what to do, until the first call has come.
type startCard struct {
	line   *widget.Code
	button *ui.CopyButton
	guide  *widget.Button
	card   *widget.Card
}

func newStart(d ui.Context, guide, resized func()) *startCard {
	s := &startCard{button: ui.NewCopyButton(d, widget.Primary, resized)}
	s.line = widget.NewCode(s.button.Button)
	s.guide = widget.NewButton(widget.Quiet, theme.HelpIcon(), ui.Tr("guide.open"), guide)
	body := fynewidget.NewLabel(ui.Tr("start.body"))
	body.Wrapping = fyne.TextWrapWord
	s.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, nil, s.guide, widget.NewText(ui.Tr("start.title"), widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})),
		container.New(layout.NewCustomPaddedLayout(-ui.TextInset, -ui.TextInset, -ui.TextInset, -ui.TextInset), body),
		s.line))
	s.card.Hide()
	return s
}

// set is true when the card has come or gone.
func (s *startCard) set(b viewmodel.Board) bool {
	line := parts.ExportLine(b.Addr, b.NoLogin)
	grown := s.line.Set(line)
	s.button.SetText(ui.Tr("copy.label"), line)
	shown := line != "" && b.Quiet()
	changed := shown != s.card.Visible() || grown
	ui.SetVisible(s.card, shown)
	return changed
}
