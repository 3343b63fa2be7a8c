package app

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/app/board"
	"afterglow/app/widget"
)

// rowHeight and columnGap keep the rows' rhythm, in Fyne's units.
const (
	rowHeight = 32
	columnGap = 16
)

// rowView draws one board.Row.
type rowView struct {
	row    board.Row
	name   *widget.Name
	count  *widget.Text
	gauge  *widget.Gauge       // nil: not limited
	slider *widget.LimitSlider // nil: not limited
	pill   *widget.Pill
	box    *fyne.Container
}

// newRow draws r on a page, which is told when the user chooses a limit.
func newRow(r board.Row, page *live) *rowView {
	v := &rowView{
		name:  widget.NewName(r.Model, widget.Style{}),
		count: widget.NewText("", widget.Style{Bold: true, Align: fyne.TextAlignTrailing}),
		pill:  widget.NewPill(),
	}
	if r.Account() {
		v.name = widget.NewName(tr("row.account"), widget.Style{Color: widget.ColorMuted})
	}
	v.box = container.New(rowLayout{limited: r.Limited}, v.count, v.pill)
	if r.Limited {
		v.gauge = widget.NewGauge()
		v.slider = widget.NewLimitSlider(r.Limit, r.Max)
		v.slider.OnSet = func(limit int) { page.setLimit(v.row, limit) }
		v.slider.OnFocus = func() { page.reveal(v.slider) }
		v.box.Objects = append(v.box.Objects, v.gauge, v.slider)
	}
	v.box.Objects = append(v.box.Objects, v.name) // last: a long name unrolls over the others
	v.set(r)
	return v
}

// fits tells that the view can draw r: it is of the same kind.
func (v *rowView) fits(r board.Row) bool {
	return v.row.Model == r.Model && v.row.Limited == r.Limited
}

// set shows r and touches only what has changed.
func (v *rowView) set(r board.Row) {
	if r == v.row {
		return
	}
	v.row = r
	v.count.Set(r.Count())
	v.count.SetColor(countColor(r))
	switch {
	case r.Pending > 0:
		v.pill.Set(widget.Pending, pendingText(r))
	case r.Out:
		v.pill.Set(widget.Closed, trLeft(r.Left))
	case r.Afterglow() > 0:
		v.pill.Set(widget.Afterglow, trN("row.afterglow", r.Afterglow()))
	default:
		v.pill.Set(widget.NoPill, "")
	}
	if v.gauge != nil {
		v.gauge.Set(r.InFlight, r.Limit)
		v.slider.SetLimit(r.Limit, r.Max)
	}
}

// pendingText is the number pending, and how long one more would likely wait.
func pendingText(r board.Row) string {
	if r.Wait < time.Second {
		return strconv.Itoa(r.Pending)
	}
	return strconv.Itoa(r.Pending) + " · ~" + trLeft(r.Wait)
}

// back puts the slider where the limit is, after a change that was refused.
func (v *rowView) back() { v.slider.SetLimit(v.row.Limit, v.row.Max) }

func countColor(r board.Row) fyne.ThemeColorName {
	switch {
	case r.Limited && r.InFlight > r.Limit:
		return widget.ColorOver
	case r.InFlight == 0 || r.Out:
		return widget.ColorMuted
	}
	return ""
}

// rowLayout puts the parts of a row into columns that depend on the width alone, so that they stand
// under each other over all cards.
type rowLayout struct {
	limited bool // else the name has the room of the gauge, too
}

// The fixed columns. The name and the gauge share what is left.
const (
	countWidth  = 44
	pillWidth   = 92
	sliderWidth = 128
	nameMin     = 104
	gaugeMin    = 64
	nameShare   = 0.52
	gaugeMax    = 320
)

func (rowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(nameMin+gaugeMin+countWidth+pillWidth+sliderWidth+4*columnGap, rowHeight)
}

func (l rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	free := size.Width - countWidth - pillWidth - sliderWidth - 4*columnGap
	gauge := min(max(float32(int(free*(1-nameShare))), gaugeMin), gaugeMax)
	name := free - gauge
	x := name + columnGap
	for _, o := range objects {
		switch o := o.(type) {
		case *widget.Name:
			if !l.limited {
				name += columnGap + gauge
			}
			place(o, 0, name)
		case *widget.Gauge:
			place(o, x, gauge)
		case *widget.Text:
			place(o, x+gauge+columnGap, countWidth)
		case *widget.Pill:
			place(o, x+gauge+countWidth+2*columnGap, pillWidth)
		case *widget.LimitSlider:
			place(o, size.Width-sliderWidth, sliderWidth)
		}
	}
}

func place(o fyne.CanvasObject, x, width float32) {
	drop := float32(0)
	switch o.(type) {
	case *widget.Gauge, *widget.LimitSlider:
		drop = opticDrop
	}
	o.Move(fyne.NewPos(x, drop))
	o.Resize(fyne.NewSize(width, rowHeight))
}
