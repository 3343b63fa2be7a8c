package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// listBody is as high as all rows of a List, and holds those in view.
type listBody struct {
	widget.BaseWidget
	list *List
}

// CreateRenderer is for Fyne.
func (b *listBody) CreateRenderer() fyne.WidgetRenderer { return &listBodyLook{b.list} }

type listBodyLook struct{ list *List }

func (b *listBodyLook) Destroy() {}
func (b *listBodyLook) Refresh() {
	for _, r := range b.list.rows {
		r.Refresh()
	}
}

func (b *listBodyLook) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(b.list.rows))
	for i, r := range b.list.rows {
		objects[i] = r
	}
	return objects
}

func (b *listBodyLook) MinSize() fyne.Size {
	return fyne.NewSize(nameMin, float32(b.list.length)*b.list.height)
}

func (b *listBodyLook) Layout(size fyne.Size) {
	for _, r := range b.list.rows {
		r.Resize(fyne.NewSize(size.Width, b.list.height))
	}
}

var (
	_ fyne.Tappable      = (*listRow)(nil)
	_ desktop.Hoverable  = (*listRow)(nil)
	_ desktop.Cursorable = (*listRow)(nil)
)

// listRow is what one row of a List in view is drawn with. It is no stop of the tab key: the list is.
type listRow struct {
	widget.BaseWidget
	list    *List
	row     int // of the list; -1 = none
	content fyne.CanvasObject
	hovered bool
	marked  bool
}

func newListRow(l *List) *listRow {
	r := &listRow{list: l, row: -1, content: l.create()}
	r.Hidden = true
	r.ExtendBaseWidget(r)
	return r
}

// mark shows that the row has the mark of the keyboard.
func (r *listRow) mark(on bool) {
	if on != r.marked {
		r.marked = on
		r.Refresh()
	}
}

// Tapped, MouseIn, MouseMoved, MouseOut and Cursor are for Fyne.
func (r *listRow) Tapped(*fyne.PointEvent) {
	r.list.marked = r.row
	r.list.open(r.row)
}

func (r *listRow) MouseIn(*desktop.MouseEvent)    { r.hovered = true; r.Refresh() }
func (r *listRow) MouseMoved(*desktop.MouseEvent) {}
func (r *listRow) MouseOut()                      { r.hovered = false; r.Refresh() }
func (r *listRow) Cursor() desktop.Cursor         { return desktop.PointerCursor }

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (r *listRow) AccessibilityLabel() string {
	if r.list.Label == nil || r.row < 0 || r.row >= r.list.length {
		return ""
	}
	return r.list.Label(r.row)
}

func (r *listRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer is for Fyne.
func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: 6}
	edge := &canvas.Rectangle{}
	refresh := func() {
		shade(back, r, r.hovered, r.marked)
		edge.FillColor = themeColor(r, ColorCardBorder)
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{edge, back, r.content},
		minSize: r.content.MinSize,
		layout: func(size fyne.Size) {
			box(edge, listInset, size.Height-1, size.Width-2*listInset, 1)
			box(back, listInset-openerReach, 1, size.Width-2*(listInset-openerReach), size.Height-3)
			box(r.content, listInset, 0, size.Width-2*listInset, size.Height)
		},
		refresh: refresh,
	}
}
