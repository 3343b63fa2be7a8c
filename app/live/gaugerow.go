package live

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/limiter"
)

// rowHeight keeps the rows' rhythm, in Fyne's units.
const (
	rowHeight = 32
	whyHeight = 16 // of the line below the gauge of an adaptive limit
	whyRise   = 4  // which stands close to the gauge
)

// gaugeRow draws one viewmodel.Row.
type gaugeRow struct {
	row    viewmodel.Row
	name   *widget.Name
	count  *widget.Text
	gauge  *widget.Gauge       // nil: not limited
	slider *widget.LimitSlider // nil: there is no limit to change
	pill   *widget.Pill
	why    *widget.Text // nil: there is nothing to say of the limit, or the page says it itself
	box    fyne.CanvasObject
}

// rowActions are what the user can do with a row.
type rowActions struct {
	setLimit func(r viewmodel.Row, limit int)
	open     func(r viewmodel.Row) // nil: the row opens nothing
	silent   bool                  // the page says itself why a limit is where it is
}

// NewRow draws r.
func newGaugeRow(r viewmodel.Row, do rowActions) *gaugeRow {
	v := &gaugeRow{
		name:  widget.NewName(r.Model, widget.Style{}),
		count: widget.NewText("", widget.Style{Bold: true, Align: fyne.TextAlignTrailing}),
		pill:  widget.NewPill(),
	}
	if r.Account() {
		v.name = widget.NewName(gaugeName(r.Model), widget.Style{Color: widget.ColorMuted})
	}
	if (r.Adaptive() || r.Ending) && !do.silent {
		v.why = widget.NewText("", ui.CaptionStyle)
	}
	parts := container.New(gaugeRowLayout{limited: r.Limited, why: v.why}, v.count, v.pill)
	if r.Limited {
		v.gauge = widget.NewGauge()
		parts.Objects = append(parts.Objects, v.gauge)
	}
	if r.Limited && !r.Ending {
		v.slider = widget.NewLimitSlider(r.Ceiling, r.Max)
		v.slider.OnSet = func(limit int) { do.setLimit(v.row, limit) }
		parts.Objects = append(parts.Objects, v.slider)
	}
	if v.why != nil {
		parts.Objects = append(parts.Objects, v.why)
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
func (v *gaugeRow) opens(r viewmodel.Row, parts fyne.CanvasObject, do rowActions) {
	open := func() { do.open(v.row) }
	o := widget.NewOpener(ui.TrText("row.open", r.Vendor+" "+gaugeName(r.Model)), parts, open)
	v.name.OnTapped, v.name.OnHover = open, o.Hover
	v.box = o
}

// gaugeName is a gauge's name for people: a model's, or that of the account.
func gaugeName(model string) string {
	if model == limiter.AccountModel {
		return ui.Tr("row.account")
	}
	return model
}

// fits tells that the view can draw r: it is of the same kind.
func (v *gaugeRow) fits(r viewmodel.Row) bool {
	return v.row.Model == r.Model && v.row.Limited == r.Limited && v.row.Adaptive() == r.Adaptive() && v.row.Ending == r.Ending
}

// set shows r and touches only what has changed.
func (v *gaugeRow) set(r viewmodel.Row) {
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
		v.pill.Set(widget.Closed, ui.TrLeft(r.Left))
	case r.Afterglow() > 0:
		v.pill.Set(widget.Afterglow, ui.TrN("row.afterglow", r.Afterglow()))
	default:
		v.pill.Set(widget.NoPill, "")
	}
	if v.gauge != nil {
		v.gauge.Set(r.InFlight, r.Limit)
	}
	if v.slider != nil {
		v.slider.SetLimit(r.Ceiling, r.Max)
		v.slider.SetMark(r.Limit)
	}
	if v.why != nil {
		v.why.Set(limitText(r))
	}
}

// pendingText is the number pending, and how long one more would likely wait.
func pendingText(r viewmodel.Row) string {
	if r.Wait < time.Second {
		return strconv.Itoa(r.Pending)
	}
	return strconv.Itoa(r.Pending) + " · ~" + ui.TrLeft(r.Wait)
}

// back puts the slider where the limit is, after a change that was refused.
func (v *gaugeRow) back() {
	if v.slider != nil {
		v.slider.SetLimit(v.row.Ceiling, v.row.Max)
	}
}

func countColor(r viewmodel.Row) fyne.ThemeColorName {
	switch {
	case r.Limited && r.InFlight > r.Limit:
		return widget.ColorOver
	case r.InFlight == 0 || r.Out:
		return widget.ColorMuted
	}
	return ""
}

// gaugeRowLayout puts the parts of a row into columns that depend on the width alone, so that they stand
// under each other over all cards.
type gaugeRowLayout struct {
	limited bool         // else the name has the room of the gauge, too
	why     *widget.Text // below the gauge; nil = there is none
}

// The fixed columns. The name and the gauge share what is left.
const (
	countWidth  = 44
	pillWidth   = 92
	sliderWidth = 128
	gaugeMin    = 64
	nameShare   = 0.52
	gaugeMax    = 320
)

func (l gaugeRowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	height := float32(rowHeight)
	if l.why != nil {
		height += whyHeight
	}
	return fyne.NewSize(ui.NameMin+gaugeMin+countWidth+pillWidth+sliderWidth+4*ui.ColumnGap, height)
}

func (l gaugeRowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	free := size.Width - countWidth - pillWidth - sliderWidth - 4*ui.ColumnGap
	gauge := min(max(float32(int(free*(1-nameShare))), gaugeMin), gaugeMax)
	name := free - gauge
	x := name + ui.ColumnGap
	for _, o := range objects {
		switch o := o.(type) {
		case *widget.Name:
			if !l.limited {
				name += ui.ColumnGap + gauge
			}
			place(o, 0, name)
		case *widget.Gauge:
			place(o, x, gauge)
		case *widget.Text:
			if o == l.why {
				o.Move(fyne.NewPos(x, rowHeight-whyRise))
				o.Resize(fyne.NewSize(size.Width-x, whyHeight))
				continue
			}
			place(o, x+gauge+ui.ColumnGap, countWidth)
		case *widget.Pill:
			place(o, x+gauge+countWidth+2*ui.ColumnGap, pillWidth)
		case *widget.LimitSlider:
			place(o, size.Width-sliderWidth, sliderWidth)
		}
	}
}

func place(o fyne.CanvasObject, x, width float32) {
	drop := float32(0)
	switch o.(type) {
	case *widget.Gauge, *widget.LimitSlider:
		drop = ui.OpticDrop
	}
	o.Move(fyne.NewPos(x, drop))
	o.Resize(fyne.NewSize(width, rowHeight))
}
