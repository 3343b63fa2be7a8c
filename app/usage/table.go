package usage

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// tableMost is how many lines a table shows at first.
const tableMost = 12

// column is one of a table's. Those without a width share what room the others leave, and hold names.
type column struct {
	title string
	by    viewmodel.Column
	width float32
	text  func(l *viewmodel.Line) string
}

// table is a card with a title and lines that can be sorted.
type table struct {
	columns []column
	lines   []viewmodel.Line
	order   viewmodel.Order
	whole   bool // all lines are shown
	heads   []*widget.SortHead
	list    *fyne.Container
	more    *widget.Button
	card    *widget.Card
	copy    func(l *viewmodel.Line) // called for a name that is tapped; nil = it is shown whole
	resized func()
}

func newTable(title string, order viewmodel.Order, resized func(), columns ...column) *table {
	t := &table{columns: columns, order: order, resized: resized, list: container.New(layout.NewCustomPaddedVBoxLayout(0))}
	var heads []fyne.CanvasObject
	for _, c := range columns {
		align := fyne.TextAlignTrailing
		if c.width == 0 {
			align = fyne.TextAlignLeading
		}
		h := widget.NewSortHead(c.title, align, func() { t.sort(c.by) })
		t.heads = append(t.heads, h)
		heads = append(heads, h)
	}
	t.more = widget.NewButton(widget.Quiet, theme.MoreHorizontalIcon(), "", func() {
		t.whole = true
		t.show()
	})
	t.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(2), ui.Heading(title), container.New(columnsLayout{columns, 24}, heads...), t.list, container.NewHBox(t.more)))
	return t
}

// set shows lines.
func (t *table) set(lines []viewmodel.Line) {
	t.lines = slices.Clone(lines)
	t.show()
}

// sort is by another column, or by the same the other way around.
func (t *table) sort(by viewmodel.Column) {
	t.order = t.order.Next(by)
	t.show()
}

func (t *table) show() {
	for i, c := range t.columns {
		state := widget.Unsorted
		switch {
		case c.by == t.order.By && t.order.Down:
			state = widget.Descending
		case c.by == t.order.By:
			state = widget.Ascending
		}
		t.heads[i].Set(state)
	}
	t.order.Sort(t.lines)
	shown := len(t.lines)
	if !t.whole {
		shown = min(shown, tableMost)
	}
	for len(t.list.Objects) < shown {
		t.list.Add(t.newLine())
	}
	t.list.Objects = t.list.Objects[:shown]
	for i := range shown {
		t.fill(t.list.Objects[i].(*fyne.Container), &t.lines[i])
	}
	ui.SetVisible(t.card, len(t.lines) > 0)
	ui.SetVisible(t.more, shown < len(t.lines))
	t.more.Set(theme.MoreHorizontalIcon(), ui.TrN("usage.all", len(t.lines)))
	t.resized()
}

// fill writes a line's texts.
func (t *table) fill(line *fyne.Container, l *viewmodel.Line) {
	for i, o := range line.Objects {
		text := t.columns[len(t.columns)-1-i].text(l)
		switch o := o.(type) {
		case *widget.Name:
			o.Set(text)
			if t.copy != nil {
				o.OnTapped = func() { t.copy(l) }
			}
		case *widget.Text:
			o.Set(text)
		}
	}
}

// newLine makes a line with its names last: a long one unrolls over the others.
func (t *table) newLine() fyne.CanvasObject {
	var texts []fyne.CanvasObject
	for _, c := range slices.Backward(t.columns) {
		if c.width == 0 {
			texts = append(texts, widget.NewName("", widget.Style{}))
		} else {
			texts = append(texts, widget.NewText("", widget.Style{Align: fyne.TextAlignTrailing}))
		}
	}
	return container.New(columnsLayout{t.columns, 26}, texts...)
}

// columnsLayout puts heads or a line's texts into columns; the texts stand from the last to the first.
type columnsLayout struct {
	columns []column
	height  float32
}

const (
	tableGap  = 10
	tableName = 80 // the least of a column of names
)

// MinSize and Layout are for Fyne.
func (l columnsLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, c := range l.columns {
		if width += c.width + tableGap; c.width == 0 {
			width += tableName
		}
	}
	return fyne.NewSize(width-tableGap, l.height)
}

func (l columnsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	_, heads := objects[0].(*widget.SortHead)
	fixed, names := float32(len(l.columns)-1)*tableGap, float32(0)
	for _, c := range l.columns {
		fixed += c.width
		if c.width == 0 {
			names++
		}
	}
	room := max((size.Width-fixed)/max(names, 1), 0)
	x := float32(0)
	for i, c := range l.columns {
		o := objects[len(l.columns)-1-i]
		if heads {
			o = objects[i]
		}
		width := c.width
		if width == 0 {
			width = room
		}
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, l.height))
		x += width + tableGap
	}
}
