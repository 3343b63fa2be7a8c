package app

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/app/board"
	"afterglow/app/widget"
	"afterglow/limiter"
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
	box    fyne.CanvasObject
}

// rowActions are what the user can do with a row.
type rowActions struct {
	setLimit func(r board.Row, limit int)
	open     func(r board.Row) // nil: the row opens nothing
}

// newRow draws r.
func newRow(r board.Row, do rowActions) *rowView {
	v := &rowView{
		name:  widget.NewName(r.Model, widget.Style{}),
		count: widget.NewText("", widget.Style{Bold: true, Align: fyne.TextAlignTrailing}),
		pill:  widget.NewPill(),
	}
	if r.Account() {
		v.name = widget.NewName(gaugeName(r.Model), widget.Style{Color: widget.ColorMuted})
	}
	parts := container.New(rowLayout{limited: r.Limited}, v.count, v.pill)
	if r.Limited {
		v.gauge = widget.NewGauge()
		v.slider = widget.NewLimitSlider(r.Limit, r.Max)
		v.slider.OnSet = func(limit int) { do.setLimit(v.row, limit) }
		parts.Objects = append(parts.Objects, v.gauge, v.slider)
	}
	parts.Objects = append(parts.Objects, v.name) // last: a long name unrolls over the others
	v.box = parts
	if do.open != nil {
		v.opens(r, parts, do)
	}
	v.set(r)
	return v
}

// opens makes the row a way to the gauge's own page.
func (v *rowView) opens(r board.Row, parts fyne.CanvasObject, do rowActions) {
	open := func() { do.open(v.row) }
	o := widget.NewOpener(trText("row.open", r.Vendor+" "+gaugeName(r.Model)), parts, open)
	v.name.OnTapped, v.name.OnHover = open, o.Hover
	v.box = o
}

// gaugeName is a gauge's name for people: a model's, or that of the account.
func gaugeName(model string) string {
	if model == limiter.AccountModel {
		return tr("row.account")
	}
	return model
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
