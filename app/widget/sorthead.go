package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	sortHeight = 24
	sortInset  = 4 // of the focus ring beyond the text
)

// SortState tells whether a table is sorted by a column.
type SortState uint8

const (
	Unsorted SortState = iota
	Ascending
	Descending
)

// SortHead is the head of a column: a click, the space bar or Return sorts by it. Its text has the column's edge.
type SortHead struct {
	widget.BaseWidget
	press

	text  string
	align fyne.TextAlign
	state SortState
}

// NewSortHead makes a head, leading or trailing as its column is.
func NewSortHead(text string, align fyne.TextAlign, tapped func()) *SortHead {
	h := &SortHead{text: text, align: align}
	h.tapped, h.self = tapped, h
	h.ExtendBaseWidget(h)
	return h
}

// Set shows how the table is sorted.
func (h *SortHead) Set(s SortState) {
	if s == h.state {
		return
	}
	h.state = s
	h.Refresh()
}

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (h *SortHead) AccessibilityLabel() string             { return h.label() }
func (h *SortHead) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (h *SortHead) label() string {
	switch h.state {
	case Ascending:
		return h.text + " ↑"
	case Descending:
		return h.text + " ↓"
	}
	return h.text
}

// CreateRenderer is for Fyne.
func (h *SortHead) CreateRenderer() fyne.WidgetRenderer {
	line := &canvas.Text{}
	ring := &canvas.Rectangle{CornerRadius: 4}
	refresh := func() {
		style := Style{Color: ColorMuted, Size: theme.SizeNameCaptionText, Align: h.align}
		if h.hovered || h.state != Unsorted {
			style.Color = theme.ColorNameForeground
		}
		line.Text = h.label()
		style.paint(line, h)
		shade(ring, h, false, h.ring())
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{ring, line},
		minSize: func() fyne.Size { return fyne.NewSize(line.MinSize().Width, sortHeight) },
		layout: func(size fyne.Size) {
			high := line.MinSize().Height
			box(line, 0, (size.Height-high)/2, size.Width, high)
			box(ring, -sortInset, 0, size.Width+2*sortInset, size.Height)
		},
		refresh: refresh,
	}
}
