package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var (
	_ desktop.Hoverable = (*Name)(nil)
	_ fyne.Tappable     = (*Name)(nil)
)

const (
	nameMin   = 64 // the least width of a Name, in Fyne's units
	nameShade = 12 // how far the ground of a whole name goes beyond it
)

// Name is one line that gives way: where it does not fit it loses its middle, because in a list of
// models both the start (whose) and the end (which) matter. While the pointer is over it, or after a
// tap, it shows the whole name on top of what stands to its right. So it must come last in its
// container, and RevealColor must be what is behind it.
type Name struct {
	widget.BaseWidget
	RevealColor fyne.ThemeColorName

	// OnTapped, if set, is called for a tap while nothing is left out, and OnHover when the pointer comes or goes:
	// a row that can be tapped as a whole loses neither to its name.
	OnTapped func()
	OnHover  func(on bool)

	style    Style
	text     string
	shown    string // text, or text without its middle
	revealed bool
}

// NewName makes a Name on a card.
func NewName(text string, style Style) *Name {
	n := &Name{style: style, text: text, shown: text, RevealColor: ColorCard}
	n.ExtendBaseWidget(n)
	return n
}

// Set changes the name.
func (n *Name) Set(text string) {
	if text == n.text {
		return
	}
	n.text = text
	n.fit(n.Size().Width)
	n.Refresh()
}

// FullWidth is the width at which nothing is left out.
func (n *Name) FullWidth() float32 {
	return fyne.MeasureText(n.text, textSize(n, n.style.Size), n.style.text()).Width
}

// MouseIn, MouseMoved, MouseOut and Tapped are for Fyne.
func (n *Name) MouseIn(*desktop.MouseEvent)    { n.hover(true) }
func (n *Name) MouseMoved(*desktop.MouseEvent) {}
func (n *Name) MouseOut()                      { n.hover(false) }

func (n *Name) Tapped(*fyne.PointEvent) {
	if n.OnTapped != nil && n.shown == n.text {
		n.OnTapped()
		return
	}
	n.reveal(!n.revealed)
}

func (n *Name) hover(on bool) {
	if n.OnHover != nil {
		n.OnHover(on)
	}
	n.reveal(on)
}

// AccessibilityLabel and AccessibilityRole are what a screen reader says: the whole name.
func (n *Name) AccessibilityLabel() string             { return n.text }
func (n *Name) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (n *Name) reveal(on bool) {
	on = on && n.shown != n.text
	if on == n.revealed {
		return
	}
	n.revealed = on
	n.Refresh()
}

func (n *Name) fit(width float32) {
	n.shown = shorten(n.text, width, textSize(n, n.style.Size), n.style.text())
	if n.shown == n.text {
		n.revealed = false
	}
}

// shorten takes runes out of the middle of text until it is no wider than width.
func shorten(text string, width, size float32, style fyne.TextStyle) string {
	if fyne.MeasureText(text, size, style).Width <= width {
		return text
	}
	runes := []rune(text)
	best, low, high := "…", 1, len(runes)-1
	for low <= high {
		keep := (low + high) / 2
		head := (keep + 1) / 2
		cut := string(runes[:head]) + "…" + string(runes[len(runes)-(keep-head):])
		if fyne.MeasureText(cut, size, style).Width <= width {
			best, low = cut, keep+1
		} else {
			high = keep - 1
		}
	}
	return best
}

// CreateRenderer is for Fyne.
func (n *Name) CreateRenderer() fyne.WidgetRenderer {
	line, full := &canvas.Text{}, &canvas.Text{}
	back := &canvas.Rectangle{CornerRadius: 4}
	refresh := func() {
		line.Text, full.Text = n.shown, n.text
		n.style.paint(line, n)
		n.style.paint(full, n)
		back.FillColor = themeColor(n, n.RevealColor)
		back.Hidden, full.Hidden = !n.revealed, !n.revealed
		whole, size := full.MinSize(), n.Size()
		top := (size.Height - whole.Height) / 2
		box(line, 0, top, size.Width, whole.Height)
		box(full, 0, top, whole.Width, whole.Height)
		box(back, 0, 0, whole.Width+nameShade, size.Height)
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{line, back, full},
		minSize: func() fyne.Size { return fyne.NewSize(nameMin, line.MinSize().Height) },
		layout: func(size fyne.Size) {
			n.fit(size.Width)
			refresh()
			line.Refresh()
		},
		refresh: refresh,
	}
}
