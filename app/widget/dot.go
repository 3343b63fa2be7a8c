package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

const dotSize = 8

// Dot is a state in one colour, filled or as a ring.
type Dot struct {
	widget.BaseWidget
	color fyne.ThemeColorName
	ring  bool
}

// NewDot makes a dot in the muted colour.
func NewDot() *Dot {
	d := &Dot{color: ColorMuted}
	d.ExtendBaseWidget(d)
	return d
}

// Set changes its colour, and whether it is only a ring.
func (d *Dot) Set(color fyne.ThemeColorName, ring bool) {
	if color == d.color && ring == d.ring {
		return
	}
	d.color, d.ring = color, ring
	d.Refresh()
}

// CreateRenderer is for Fyne.
func (d *Dot) CreateRenderer() fyne.WidgetRenderer {
	disc := &canvas.Circle{StrokeWidth: 1.5}
	refresh := func() {
		c := themeColor(d, d.color)
		disc.StrokeColor, disc.FillColor = c, c
		if d.ring {
			disc.FillColor = nil
		}
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{disc},
		minSize: func() fyne.Size { return fyne.NewSquareSize(dotSize) },
		layout: func(size fyne.Size) {
			centre(disc, dotSize, fyne.NewPos(size.Width/2, size.Height/2))
		},
		refresh: refresh,
	}
}
