package widget

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Focusable     = (*chart)(nil)
	_ fyne.Tappable      = (*chart)(nil)
	_ desktop.Hoverable  = (*chart)(nil)
	_ desktop.Cursorable = (*chart)(nil)
)

// figure is what one kind of chart draws and tells.
type figure interface {
	arrange(size fyne.Size) plan
	paint(p plan, img *image.RGBA, unit float64) // unit is pixels a unit
	tell(mark int) tip                           // mark is 0 up to plan.marks
}

// chart is what a BarChart and a TimeChart have in common: a place of it can be marked, by the pointer, a
// tap or the keys, and a tip tells what is there. Its picture is one raster; marking does not redraw it.
type chart struct {
	widget.BaseWidget

	figure  figure
	plan    plan
	height  float32    // the least
	look    *chartLook // nil before it is first drawn
	marked  int        // -1 = nothing
	focused bool
	pointed bool // the focus came from the pointer, so it needs no ring until a key is pressed
}

// MouseIn, MouseMoved, MouseOut and Cursor are for Fyne.
func (c *chart) MouseIn(e *desktop.MouseEvent)    { c.mark(c.plan.at(e.Position)) }
func (c *chart) MouseMoved(e *desktop.MouseEvent) { c.mark(c.plan.at(e.Position)) }
func (c *chart) MouseOut()                        { c.mark(-1) }
func (c *chart) Cursor() desktop.Cursor           { return desktop.DefaultCursor }

// Tapped marks what is at that place.
func (c *chart) Tapped(e *fyne.PointEvent) {
	c.pointed = true
	if o := fyne.CurrentApp().Driver().CanvasForObject(c.raster()); o != nil {
		if f, ok := c.figure.(fyne.Focusable); ok {
			o.Focus(f)
		}
	}
	c.mark(c.plan.at(e.Position))
}

// TypedKey marks by keyboard: the arrows, a tenth at a time with Page Up and Page Down, Home, End, and
// Escape for nothing.
func (c *chart) TypedKey(key *fyne.KeyEvent) {
	c.pointed = false
	last := c.plan.marks - 1
	leap := max(c.plan.marks/10, 1)
	to := c.marked
	switch key.Name {
	case fyne.KeyLeft:
		to--
	case fyne.KeyRight:
		to++
	case fyne.KeyPageUp:
		to -= leap
	case fyne.KeyPageDown:
		to += leap
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = last
	case fyne.KeyEscape:
		c.mark(-1)
		return
	default:
		return
	}
	if c.marked < 0 && to < 0 { // to the left of nothing is the newest
		to = last
	}
	c.mark(min(max(to, 0), last))
	c.touch()
}

// TypedRune is for Fyne.
func (c *chart) TypedRune(rune) {}

// FocusGained and FocusLost are for Fyne.
func (c *chart) FocusGained() {
	c.focused = true
	c.touch()
}

func (c *chart) FocusLost() {
	c.focused, c.pointed = false, false
	c.mark(-1)
	c.touch()
}

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (c *chart) AccessibilityLabel() string {
	if c.marked < 0 {
		return ""
	}
	return c.figure.tell(c.marked).say()
}

func (c *chart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// mark marks a place; -1 marks nothing.
func (c *chart) mark(to int) {
	if to == c.marked {
		return
	}
	c.marked = to
	c.touch()
}

// touch shows the mark and the focus, without drawing the picture again.
func (c *chart) touch() {
	if c.look != nil {
		c.look.touch()
	}
}

// raster is the chart's picture, nil before it is first drawn.
func (c *chart) raster() fyne.CanvasObject {
	if c.look == nil {
		return nil
	}
	return c.look.raster
}

func (c *chart) measure(text string) fyne.Size {
	return fyne.MeasureText(text, textSize(c, chartText), fyne.TextStyle{})
}
