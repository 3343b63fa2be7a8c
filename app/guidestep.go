package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/widget"
)

// guideStep is one step: its number, what it is about, and whether it is done.
type guideStep struct {
	mark *fyne.Container // shows once it is done
	card *widget.Card
}

func newGuideStep(number, title, why string, content fyne.CanvasObject) *guideStep {
	tick := fynewidget.NewIcon(theme.NewColoredResource(theme.ConfirmIcon(), theme.ColorNameSuccess))
	s := &guideStep{mark: container.NewHBox(tick, widget.NewText(ui.Tr("guide.ticked"), ui.CaptionStyle))}
	s.mark.Hide()
	head := container.NewBorder(nil, nil, widget.NewText(number, widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText, Color: theme.ColorNamePrimary}), s.mark,
		container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), widget.NewText(title, widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})))
	said := fynewidget.NewLabel(why)
	said.Wrapping = fyne.TextWrapWord
	s.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(8), head, ui.Flush(said), content))
	return s
}

func (s *guideStep) tick(done bool) { ui.SetVisible(s.mark, done) }
