package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

const (
	cardRadius = 10
	cardInset  = 16 // at the sides
	cardMargin = 12 // above and below: lines of text have some room of their own
)

// Card is a surface with something on it.
type Card struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

// NewCard puts content on a card.
func NewCard(content fyne.CanvasObject) *Card {
	c := &Card{content: content}
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer is for Fyne.
func (c *Card) CreateRenderer() fyne.WidgetRenderer {
	s := newSurface()
	refresh := func() { s.paint(themeColor(c, ColorCard), themeColor(c, ColorCardBorder)) }
	refresh()
	return &renderer{
		objects: append(s.objects(), c.content),
		minSize: func() fyne.Size { return c.content.MinSize().AddWidthHeight(2*cardInset, 2*cardMargin) },
		layout: func(size fyne.Size) {
			s.resize(size)
			c.content.Move(fyne.NewPos(cardInset, cardMargin))
			c.content.Resize(size.SubtractWidthHeight(2*cardInset, 2*cardMargin))
		},
		refresh: refresh,
	}
}
