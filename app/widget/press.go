package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
)

var (
	_ fyne.Focusable     = (*press)(nil)
	_ fyne.Tappable      = (*press)(nil)
	_ desktop.Hoverable  = (*press)(nil)
	_ desktop.Cursorable = (*press)(nil)
)

// press is what all that can be pressed has in common: whether the pointer is on it, and the focus.
type press struct {
	tapped  func()            // nil: nothing happens
	self    fyne.CanvasObject // what is pressed
	hovered bool
	focused bool
	pointed bool // the focus came from the pointer, so it needs no ring until a key is pressed
}

// Tapped, TypedKey and TypedRune are for Fyne: a tap, the space bar and Return all press.
func (p *press) Tapped(*fyne.PointEvent) {
	p.pointed = true
	p.fire()
}

func (p *press) TypedKey(key *fyne.KeyEvent) {
	p.pointed = false
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.fire()
	default:
		passOn(p.self, key)
	}
}

// passOn gives a key that has no meaning for o to the window, which may go back or scroll.
func passOn(o fyne.CanvasObject, key *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		if typed := c.OnTypedKey(); typed != nil {
			typed(key)
		}
	}
}

func (p *press) TypedRune(rune) {}

func (p *press) fire() {
	if p.tapped != nil {
		p.tapped()
	}
}

// FocusGained, FocusLost, MouseIn, MouseMoved, MouseOut and Cursor are for Fyne.
func (p *press) FocusGained()                   { p.focused = true; p.self.Refresh(); Reveal(p.self) }
func (p *press) FocusLost()                     { p.focused, p.pointed = false, false; p.self.Refresh() }
func (p *press) MouseIn(*desktop.MouseEvent)    { p.hover(true) }
func (p *press) MouseMoved(*desktop.MouseEvent) {}
func (p *press) MouseOut()                      { p.hover(false) }
func (p *press) Cursor() desktop.Cursor         { return desktop.PointerCursor }

func (p *press) hover(on bool) {
	if on != p.hovered {
		p.hovered = on
		p.self.Refresh()
	}
}

// ring tells that the focus is to be seen.
func (p *press) ring() bool { return p.focused && !p.pointed }

// shade paints what is behind a thing: the ring of the focus, the shade of the pointer, or nothing.
func shade(r *canvas.Rectangle, w themed, hovered, ring bool) {
	r.FillColor, r.StrokeWidth = themeColor(w, theme.ColorNameHover), 0
	r.Hidden = !hovered && !ring
	if ring {
		r.FillColor = themeColor(w, theme.ColorNameFocus)
		r.StrokeColor, r.StrokeWidth = themeColor(w, theme.ColorNamePrimary), 2
	}
}
