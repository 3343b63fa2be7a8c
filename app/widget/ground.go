package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Ground is what stands behind a text that is quoted.
type Ground struct{ widget.BaseWidget }

// NewGround makes a ground as large as its room.
func NewGround() *Ground {
	g := &Ground{}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer is for Fyne.
func (g *Ground) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: codeRadius, StrokeWidth: 1}
	refresh := func() {
		back.FillColor, back.StrokeColor = themeColor(g, ColorCode), themeColor(g, ColorCardBorder)
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{back},
		minSize: func() fyne.Size { return fyne.NewSize(0, 0) },
		layout:  back.Resize,
		refresh: refresh,
	}
}
