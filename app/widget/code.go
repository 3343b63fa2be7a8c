package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

const (
	codeRadius = 8
	codeInset  = 12
)

// Code is what to copy: a command, or a few, a line each, in the monospace font on a field of its own.
type Code struct {
	widget.BaseWidget
	lines  *fyne.Container // a Name each
	text   string
	action fyne.CanvasObject
}

// NewCode makes an empty line with an action, a button, at its right.
func NewCode(action fyne.CanvasObject) *Code {
	c := &Code{lines: container.New(layout.NewGridLayoutWithColumns(1)), action: action}
	c.add("")
	c.ExtendBaseWidget(c)
	return c
}

func (c *Code) add(line string) {
	name := NewName(line, Style{Mono: true})
	name.RevealColor = ColorCode
	c.lines.Add(name)
}

// Set changes the lines. It is true when there are more or fewer than before, so that what stands around the field must be
// laid out again.
func (c *Code) Set(text string) bool {
	if text == c.text {
		return false
	}
	c.text = text
	lines, before := strings.Split(text, "\n"), len(c.lines.Objects)
	for i, line := range lines {
		if i >= len(c.lines.Objects) {
			c.add(line)
		} else if name, ok := c.lines.Objects[i].(*Name); ok {
			name.Set(line)
		}
	}
	c.lines.Objects = c.lines.Objects[:len(lines)]
	if len(lines) == before {
		return false
	}
	c.Refresh()
	return true
}

// Text is the lines.
func (c *Code) Text() string { return c.text }

// CreateRenderer is for Fyne.
func (c *Code) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: codeRadius, StrokeWidth: 1}
	inside := container.NewBorder(nil, nil, nil, c.action, c.lines)
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
