package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Focusable     = (*SortHead)(nil)
	_ fyne.Tappable      = (*SortHead)(nil)
	_ desktop.Hoverable  = (*SortHead)(nil)
	_ desktop.Cursorable = (*SortHead)(nil)
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
	OnTapped func()

	text    string
	align   fyne.TextAlign
	state   SortState
	hovered bool
	focused bool
	pointed bool // the focus came from the pointer, so it needs no ring until a key is pressed
}

// NewSortHead makes a head, leading or trailing as its column is.
func NewSortHead(text string, align fyne.TextAlign, tapped func()) *SortHead {
	h := &SortHead{text: text, align: align, OnTapped: tapped}
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

// Tapped, TypedKey and TypedRune are for Fyne.
func (h *SortHead) Tapped(*fyne.PointEvent) {
	h.pointed = true
	h.OnTapped()
}

func (h *SortHead) TypedKey(key *fyne.KeyEvent) {
	h.pointed = false
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		h.OnTapped()
	}
}

func (h *SortHead) TypedRune(rune) {}

// FocusGained, FocusLost, MouseIn, MouseMoved, MouseOut and Cursor are for Fyne.
func (h *SortHead) FocusGained()                   { h.focused = true; h.Refresh() }
func (h *SortHead) FocusLost()                     { h.focused, h.pointed = false, false; h.Refresh() }
func (h *SortHead) MouseIn(*desktop.MouseEvent)    { h.hovered = true; h.Refresh() }
func (h *SortHead) MouseMoved(*desktop.MouseEvent) {}
func (h *SortHead) MouseOut()                      { h.hovered = false; h.Refresh() }
func (h *SortHead) Cursor() desktop.Cursor         { return desktop.PointerCursor }

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
		ring.Hidden = !h.focused || h.pointed
		ring.FillColor, ring.StrokeColor, ring.StrokeWidth = themeColor(h, theme.ColorNameFocus), themeColor(h, theme.ColorNamePrimary), 2
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
