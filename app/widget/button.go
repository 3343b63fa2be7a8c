package widget

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	buttonHeight = 28
	buttonInset  = 8
	buttonIcon   = 16
	buttonGap    = 6
)

// ButtonKind is how much a button asks for attention.
type ButtonKind uint8

const (
	Quiet   ButtonKind = iota // text alone, until the pointer is on it
	Plain                     // a surface
	Primary                   // the one thing to do
)

// Button is a low button with an icon, a text or both.
type Button struct {
	widget.BaseWidget
	press
	Label string // what a screen reader says where there is no text

	kind ButtonKind
	icon fyne.Resource
	text string
}

// NewButton makes a button; the icon is one of Fyne's theme icons.
func NewButton(kind ButtonKind, icon fyne.Resource, text string, tapped func()) *Button {
	b := &Button{kind: kind, icon: icon, text: text}
	b.tapped, b.self = tapped, b
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the icon and the text.
func (b *Button) Set(icon fyne.Resource, text string) {
	if icon == b.icon && text == b.text {
		return
	}
	b.icon, b.text = icon, text
	b.Refresh()
}

// Text is what it says.
func (b *Button) Text() string { return b.text }

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (b *Button) AccessibilityLabel() string             { return cmp.Or(b.text, b.Label) }
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (b *Button) colors() (fill, text fyne.ThemeColorName) {
	switch b.kind {
	case Primary:
		return theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	case Plain:
		return theme.ColorNameButton, theme.ColorNameForeground
	}
	if b.hovered || b.ring() {
		return "", theme.ColorNameForeground
	}
	return "", ColorMuted
}

// CreateRenderer is for Fyne.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: 6}
	over := &canvas.Rectangle{CornerRadius: 6}
	mark := newMark()
	text := &canvas.Text{}
	refresh := func() {
		fill, ink := b.colors()
		back.FillColor, back.Hidden = nil, fill == ""
		if fill != "" {
			back.FillColor = themeColor(b, fill)
		}
		shade(over, b, b.hovered, b.ring())
		if b.kind == Primary && b.ring() { // the ring's shade would take the text's contrast away, and its colour is the button's
			over.FillColor, over.StrokeColor = nil, themeColor(b, theme.ColorNameForeground)
		}
		mark.paint(b, b.icon, ink)
		Style{Color: ink}.paint(text, b)
		text.Text = b.text
	}
	refresh()
	width := func() float32 {
		if b.text == "" {
			return buttonHeight
		}
		return buttonInset + buttonIcon + buttonGap + text.MinSize().Width + buttonInset + 2
	}
	return &renderer{
		objects: []fyne.CanvasObject{back, over, mark.Image, text},
		minSize: func() fyne.Size { return fyne.NewSize(width(), buttonHeight) },
		layout: func(size fyne.Size) {
			back.Resize(size)
			over.Resize(size)
			inset := float32(buttonInset)
			if b.text == "" {
				inset = (size.Width - buttonIcon) / 2
			}
			mark.Move(fyne.NewPos(inset, (size.Height-buttonIcon)/2))
			mark.Resize(fyne.NewSquareSize(buttonIcon))
			line := text.MinSize()
			text.Move(fyne.NewPos(inset+buttonIcon+buttonGap, (size.Height-line.Height)/2))
			text.Resize(line)
		},
		refresh: refresh,
	}
}
