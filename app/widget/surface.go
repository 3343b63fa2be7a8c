package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// surface is a rounded rectangle with an edge of one unit, in pieces. As one canvas.Rectangle it would
// be drawn with a shader that measures the distance to a corner for every one of its pixels: without a
// graphics card that took a sixth of the time of a window full of gauges. Here only two low caps pay
// for corners, and no piece of any size lies on another.
type surface struct {
	caps        [2]*canvas.Rectangle // upper and lower end, in the colour of the edge
	fills       [2]*canvas.Rectangle // on the caps, smaller by the edge
	middle      *canvas.Rectangle
	left, right *canvas.Rectangle // its edges
}

func newSurface() *surface {
	top := func(r float32) *canvas.Rectangle {
		return &canvas.Rectangle{TopLeftCornerRadius: r, TopRightCornerRadius: r}
	}
	bottom := func(r float32) *canvas.Rectangle {
		return &canvas.Rectangle{BottomLeftCornerRadius: r, BottomRightCornerRadius: r}
	}
	return &surface{
		caps:   [2]*canvas.Rectangle{top(cardRadius), bottom(cardRadius)},
		fills:  [2]*canvas.Rectangle{top(cardRadius - 1), bottom(cardRadius - 1)},
		middle: &canvas.Rectangle{}, left: &canvas.Rectangle{}, right: &canvas.Rectangle{},
	}
}

func (s *surface) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{s.caps[0], s.caps[1], s.fills[0], s.fills[1], s.middle, s.left, s.right}
}

func (s *surface) paint(fill, edge color.Color) {
	for _, r := range []*canvas.Rectangle{s.fills[0], s.fills[1], s.middle} {
		r.FillColor = fill
	}
	for _, r := range []*canvas.Rectangle{s.caps[0], s.caps[1], s.left, s.right} {
		r.FillColor = edge
	}
}

func (s *surface) resize(size fyne.Size) {
	const r = cardRadius
	w, h := size.Width, size.Height
	const under = 2 // the caps reach below the middle, because their straight ends are soft too
	box(s.caps[0], 0, 0, w, r+under)
	box(s.caps[1], 0, h-r-under, w, r+under)
	box(s.fills[0], 1, 1, w-2, r-1+under)
	box(s.fills[1], 1, h-r-under, w-2, r-1+under)
	box(s.middle, 1, r, w-2, h-2*r)
	box(s.left, 0, r, 1, h-2*r)
	box(s.right, w-1, r, 1, h-2*r)
}

func box(o fyne.CanvasObject, x, y, width, height float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, height))
}
