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
	content       fyne.CanvasObject
	inset, margin float32 // around the content
}

// NewCard puts content on a card.
func NewCard(content fyne.CanvasObject) *Card {
	return newCard(content, cardInset, cardMargin)
}

// NewListCard puts a List on a card, from edge to edge: its rows have an inset of their own.
func NewListCard(list *List) *Card { return newCard(list, 0, listMargin) }

const listMargin = 6

func newCard(content fyne.CanvasObject, inset, margin float32) *Card {
	c := &Card{content: content, inset: inset, margin: margin}
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
		minSize: func() fyne.Size { return c.content.MinSize().AddWidthHeight(2*c.inset, 2*c.margin) },
		layout: func(size fyne.Size) {
			s.resize(size)
			c.content.Move(fyne.NewPos(c.inset, c.margin))
			c.content.Resize(size.SubtractWidthHeight(2*c.inset, 2*c.margin))
		},
		refresh: refresh,
	}
}
