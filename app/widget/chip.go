package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	chipHeight = 28
	chipInset  = 10
	chipMark   = 14
	chipGap    = 4
)

// Chip is a word that is on or off: on, it has a tick and another colour.
type Chip struct {
	widget.BaseWidget
	press

	// OnSet is called with what the user has chosen, never for Set.
	OnSet func(on bool)

	word string
	on   bool
}

// NewChip makes a chip that is off.
func NewChip(word string) *Chip {
	c := &Chip{word: word}
	c.refresh = c.Refresh
	c.tapped = func() {
		c.Set(!c.on)
		if c.OnSet != nil {
			c.OnSet(c.on)
		}
	}
	c.ExtendBaseWidget(c)
	return c
}

// Set turns it on or off.
func (c *Chip) Set(on bool) {
	if on != c.on {
		c.on = on
		c.Refresh()
	}
}

// On tells that it is on.
func (c *Chip) On() bool { return c.on }

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (c *Chip) AccessibilityLabel() string {
	if c.on {
		return "✓ " + c.word
	}
	return c.word
}

func (c *Chip) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer is for Fyne.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: 6, StrokeWidth: 1}
	over := &canvas.Rectangle{CornerRadius: 6}
	mark := newMark()
	text := &canvas.Text{Text: c.word}
	refresh := func() {
		ink, edge := ColorMuted, ColorCardBorder
		if c.on {
			ink, edge = theme.ColorNameForeground, theme.ColorNamePrimary
		}
		back.FillColor, back.StrokeColor = themeColor(c, ColorCard), themeColor(c, edge)
		shade(over, c, c.hovered, c.ring())
		mark.paint(c, theme.ConfirmIcon(), theme.ColorNamePrimary)
		mark.Hidden = !c.on
		Style{Color: ink}.paint(text, c)
	}
	refresh()
	put := func(size fyne.Size) {
		line := text.MinSize()
		x := (size.Width - line.Width) / 2
		if c.on {
			x += chipMark / 2
		}
		box(text, x, (size.Height-line.Height)/2, line.Width, line.Height)
		box(mark, x-chipMark-chipGap+2, (size.Height-chipMark)/2, chipMark, chipMark)
	}
	return &renderer{
		objects: []fyne.CanvasObject{back, over, mark.Image, text},
		minSize: func() fyne.Size { // with room for the tick, so that nothing moves
			return fyne.NewSize(chipInset+chipMark+chipGap+text.MinSize().Width+chipInset, chipHeight)
		},
		layout: func(size fyne.Size) {
			back.Resize(size)
			over.Resize(size)
			put(size)
		},
		refresh: func() {
			refresh()
			put(c.Size())
		},
	}
}
