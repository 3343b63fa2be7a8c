package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Focusable = (*List)(nil)

// List is a column of rows of one height that scrolls. Only the rows in view exist: they are made once and show
// other rows of the list as it scrolls. The arrow keys, Home, End and the page keys move a mark from row to row,
// Return opens the marked one, as a tap does any.
type List struct {
	widget.BaseWidget

	// OnOpen is called for the row that the user opens.
	OnOpen func(row int)

	// Label is what a screen reader says of a row.
	Label func(row int) string

	height  float32
	create  func() fyne.CanvasObject
	fill    func(row int, on fyne.CanvasObject)
	length  int
	marked  int
	rows    []*listRow // the ith shows the rows whose number has the rest i
	body    *listBody
	scroll  *container.Scroll
	focused bool
}

// listInset is the room at the sides of a row.
const listInset = cardInset

// NewList makes an empty list of rows that high. create makes what a row is drawn with, and fill shows a row
// of the list on it; it is called for each row in view whenever the list is updated, and should touch only
// what has changed.
func NewList(height float32, create func() fyne.CanvasObject, fill func(row int, on fyne.CanvasObject)) *List {
	l := &List{height: height, create: create, fill: fill}
	l.body = &listBody{list: l}
	l.body.ExtendBaseWidget(l.body)
	l.scroll = container.NewVScroll(l.body)
	l.scroll.OnScrolled = func(fyne.Position) { l.arrange(false) }
	l.ExtendBaseWidget(l)
	return l
}

// Update shows a list of that many rows.
func (l *List) Update(length int) {
	if length != l.length {
		l.length = length
		l.marked = max(min(l.marked, length-1), 0)
		l.scroll.Refresh()
	}
	l.arrange(true)
}

// Top is the first row in view, and Scrolled tells that it is not the list's first.
func (l *List) Top() int       { return int(l.scroll.Offset.Y / l.height) }
func (l *List) Scrolled() bool { return l.scroll.Offset.Y > 0 }

// Shift scrolls by rows that have come or gone above, so that those in view stay.
func (l *List) Shift(by int) {
	l.scrollTo(l.scroll.Offset.Y + float32(by)*l.height)
}

// ToTop scrolls to the first row and marks it.
func (l *List) ToTop() {
	l.scrollTo(0)
	l.Mark(0)
}

// Marked is the row with the mark, and Mark moves it.
func (l *List) Marked() int { return l.marked }

func (l *List) Mark(row int) {
	l.marked = max(min(row, l.length-1), 0)
	l.showMark()
}

// TypedKey is for Fyne.
func (l *List) TypedKey(key *fyne.KeyEvent) {
	page := max(int(l.scroll.Size().Height/l.height)-1, 1)
	switch key.Name {
	case fyne.KeyUp:
		l.reveal(l.marked - 1)
	case fyne.KeyDown:
		l.reveal(l.marked + 1)
	case fyne.KeyPageUp:
		l.reveal(l.marked - page)
	case fyne.KeyPageDown:
		l.reveal(l.marked + page)
	case fyne.KeyHome:
		l.reveal(0)
	case fyne.KeyEnd:
		l.reveal(l.length - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		l.open(l.marked)
	}
}

// TypedRune, FocusGained and FocusLost are for Fyne.
func (l *List) TypedRune(rune) {}
func (l *List) FocusGained()   { l.focused = true; l.showMark() }
func (l *List) FocusLost()     { l.focused = false; l.showMark() }

func (l *List) open(row int) {
	if row < l.length && l.OnOpen != nil {
		l.OnOpen(row)
	}
}

// reveal marks a row and scrolls it into view.
func (l *List) reveal(row int) {
	l.Mark(row)
	top, bottom := float32(l.marked)*l.height, float32(l.marked+1)*l.height
	offset := l.scroll.Offset.Y
	switch {
	case top < offset:
		l.scrollTo(top)
	case bottom > offset+l.scroll.Size().Height:
		l.scrollTo(bottom - l.scroll.Size().Height)
	}
}

// scrollTo brings the place y of the list to the top, as far as the list reaches.
func (l *List) scrollTo(y float32) {
	most := float32(l.length)*l.height - l.scroll.Size().Height
	l.scroll.ScrollToOffset(fyne.NewPos(0, max(min(y, most), 0)))
	l.arrange(false) // Fyne tells only of what the user scrolls
}

func (l *List) showMark() {
	for _, r := range l.rows {
		r.mark(l.focused && r.row == l.marked)
	}
}

// arrange gives the rows in view something to show; all tells to fill those, too, that have it.
func (l *List) arrange(all bool) {
	first, last := l.inView()
	l.grow(last - first)
	for row := first; row < last; row++ {
		r := l.rows[row%len(l.rows)]
		fresh := r.row != row
		if fresh {
			r.row = row
			box(r, 0, float32(row)*l.height, l.body.Size().Width, l.height)
		}
		if fresh || all {
			l.fill(row, r.content)
		}
		if !r.Visible() {
			r.Show()
		}
	}
	for _, r := range l.rows {
		if (r.row < first || r.row >= last) && r.Visible() {
			r.row = -1
			r.Hide()
		}
	}
	l.showMark()
}

// inView are the rows to be seen, those cut at an end too: first up to, but without, last.
func (l *List) inView() (first, last int) {
	height := l.scroll.Size().Height
	first = min(max(l.Top(), 0), l.length)
	last = min(int((l.scroll.Offset.Y+height)/l.height)+1, l.length)
	if height <= 0 {
		last = first
	}
	return first, max(first, last)
}

// grow sees to it that n rows in a row fall on different objects.
func (l *List) grow(n int) {
	if n <= len(l.rows) {
		return
	}
	for len(l.rows) < n+1 {
		r := newListRow(l)
		l.rows = append(l.rows, r)
	}
	for _, r := range l.rows { // the rests are others now
		r.row = -1
	}
	l.body.Refresh()
}

// CreateRenderer is for Fyne.
func (l *List) CreateRenderer() fyne.WidgetRenderer {
	return &renderer{
		objects: []fyne.CanvasObject{l.scroll},
		minSize: func() fyne.Size { return fyne.NewSize(l.scroll.MinSize().Width, 2*l.height) },
		layout: func(size fyne.Size) {
			l.scroll.Resize(size)
			l.arrange(false)
		},
		refresh: func() {},
	}
}

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
