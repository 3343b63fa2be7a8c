package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	groupRadius = 14
	groupInset  = 8
	groupLabel  = 18 // height of its line
)

// Group is an edge around things that belong together, with a word above them.
type Group struct {
	widget.BaseWidget
	label   string
	content fyne.CanvasObject
}

// NewGroup puts an edge around content.
func NewGroup(label string, content fyne.CanvasObject) *Group {
	g := &Group{label: label, content: content}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer is for Fyne.
func (g *Group) CreateRenderer() fyne.WidgetRenderer {
	edge := &canvas.Rectangle{CornerRadius: groupRadius, StrokeWidth: 1}
	label := &canvas.Text{Text: g.label}
	refresh := func() {
		edge.StrokeColor = themeColor(g, ColorTrack)
		Style{Color: ColorMuted, Size: theme.SizeNameCaptionText}.paint(label, g)
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{edge, label, g.content},
		minSize: func() fyne.Size {
			return g.content.MinSize().AddWidthHeight(2*groupInset, 2*groupInset+groupLabel)
		},
		layout: func(size fyne.Size) {
			edge.Resize(size)
			line := label.MinSize()
			box(label, groupInset+cardInset, groupInset-1, line.Width, line.Height)
			g.content.Move(fyne.NewPos(groupInset, groupInset+groupLabel))
			g.content.Resize(size.SubtractWidthHeight(2*groupInset, 2*groupInset+groupLabel))
		},
		refresh: refresh,
	}
}
