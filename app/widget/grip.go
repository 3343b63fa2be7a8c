package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Draggable     = (*Grip)(nil)
	_ fyne.Focusable     = (*Grip)(nil)
	_ desktop.Hoverable  = (*Grip)(nil)
	_ desktop.Cursorable = (*Grip)(nil)
)

const (
	gripDot    = 2 // dots in two columns of three
	gripPitch  = 5
	gripWidth  = 14
	gripHeight = 24
)

// Grip is what a thing is dragged by, up or down. With the focus on it the arrow keys move the thing too.
type Grip struct {
	widget.BaseWidget

	// OnDrag is called while it is dragged, with the pointer's height on the canvas, and OnDrop when it
	// is let go.
	OnDrag func(y float32)
	OnDrop func()

	// OnStep is called for an arrow key: -1 is up, 1 is down.
	OnStep func(by int)

	dragging, hovered, focused bool
}

// NewGrip makes a grip.
func NewGrip() *Grip {
	g := &Grip{}
	g.ExtendBaseWidget(g)
	return g
}

// Dragged and DragEnd are for Fyne.
func (g *Grip) Dragged(e *fyne.DragEvent) {
	g.dragging = true
	g.OnDrag(e.AbsolutePosition.Y)
}

func (g *Grip) DragEnd() {
	if g.dragging {
		g.dragging = false
		g.OnDrop()
	}
}

// TypedKey and TypedRune are for Fyne.
func (g *Grip) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyUp:
		g.OnStep(-1)
	case fyne.KeyDown:
		g.OnStep(1)
	default:
		passOn(g, key)
	}
}

func (g *Grip) TypedRune(rune) {}

// FocusGained, FocusLost, MouseIn, MouseMoved, MouseOut and Cursor are for Fyne.
func (g *Grip) FocusGained()                   { g.focused = true; g.Refresh(); Reveal(g) }
func (g *Grip) FocusLost()                     { g.focused = false; g.Refresh() }
func (g *Grip) MouseIn(*desktop.MouseEvent)    { g.hovered = true; g.Refresh() }
func (g *Grip) MouseMoved(*desktop.MouseEvent) {}
func (g *Grip) MouseOut()                      { g.hovered = false; g.Refresh() }
func (g *Grip) Cursor() desktop.Cursor         { return desktop.VResizeCursor }

// CreateRenderer is for Fyne.
func (g *Grip) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 4}
	objects := []fyne.CanvasObject{ring}
	dots := make([]*canvas.Circle, 6)
	for i := range dots {
		dots[i] = &canvas.Circle{}
		objects = append(objects, dots[i])
	}
	refresh := func() {
		ink := themeColor(g, ColorGlowBorder)
		if g.hovered || g.focused || g.dragging {
			ink = themeColor(g, ColorMuted)
		}
		for _, d := range dots {
			d.FillColor = ink
		}
		ring.FillColor, ring.Hidden = themeColor(g, theme.ColorNameFocus), !g.focused
	}
	refresh()
	return &renderer{
		objects: objects,
		minSize: func() fyne.Size { return fyne.NewSize(gripWidth, gripHeight) },
		layout: func(size fyne.Size) {
			box(ring, 0, 0, size.Width, size.Height)
			for i, d := range dots {
				x := size.Width/2 + (float32(i%2)-0.5)*gripPitch
				y := size.Height/2 + (float32(i/2)-1)*gripPitch
				centre(d, gripDot, fyne.NewPos(x, y))
			}
		},
		refresh: refresh,
	}
}
