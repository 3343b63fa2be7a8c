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
	chipGap    = 6
)

// Chip is a word that is on or off: on, its mark and its edge have the primary colour. The mark is a tick that
// shows only then, or an icon of its own.
type Chip struct {
	widget.BaseWidget
	press

	// OnSet is called with what the user has chosen, never for Set.
	OnSet func(on bool)

	icon fyne.Resource
	word string
	on   bool
}

// NewChip makes a chip that is off. The icon may be nil.
func NewChip(icon fyne.Resource, word string) *Chip {
	c := &Chip{icon: icon, word: word}
	c.self = c
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

// marked tells that the mark shows.
func (c *Chip) marked() bool { return c.on || c.icon != nil }

func (c *Chip) mark() (icon fyne.Resource, ink fyne.ThemeColorName) {
	switch {
	case c.icon == nil:
		return theme.ConfirmIcon(), theme.ColorNamePrimary
	case c.on:
		return c.icon, theme.ColorNamePrimary
	}
	return c.icon, ColorMuted
}

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
		icon, tint := c.mark()
		mark.paint(c, icon, tint)
		mark.Hidden = !c.marked()
		Style{Color: ink}.paint(text, c)
	}
	refresh()
	put := func(size fyne.Size) {
		line := text.MinSize()
		x := (size.Width - line.Width) / 2
		if c.marked() {
			x += (chipMark + chipGap - 2) / 2
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
