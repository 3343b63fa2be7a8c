package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

const (
	codeRadius = 8
	codeInset  = 12
)

// Code is a command to copy: one line in the monospace font on a field of its own.
type Code struct {
	widget.BaseWidget
	line   *Name
	action fyne.CanvasObject
}

// NewCode makes an empty line with an action, a button, at its right.
func NewCode(action fyne.CanvasObject) *Code {
	c := &Code{line: NewName("", Style{Mono: true}), action: action}
	c.line.RevealColor = ColorCode
	c.ExtendBaseWidget(c)
	return c
}

// Set changes the line.
func (c *Code) Set(line string) { c.line.Set(line) }

// CreateRenderer is for Fyne.
func (c *Code) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: codeRadius, StrokeWidth: 1}
	inside := container.NewBorder(nil, nil, nil, c.action, c.line)
	refresh := func() {
		back.FillColor, back.StrokeColor = themeColor(c, ColorCode), themeColor(c, ColorCardBorder)
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{back, inside},
		minSize: func() fyne.Size { return inside.MinSize().AddWidthHeight(codeInset+4, 8) },
		layout: func(size fyne.Size) {
			back.Resize(size)
			inside.Move(fyne.NewPos(codeInset, 4))
			inside.Resize(size.SubtractWidthHeight(codeInset+4, 8))
		},
		refresh: refresh,
	}
}
