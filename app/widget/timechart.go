package widget

import (
	"image"
	"image/color"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

const (
	// markPitch is the least width of what can be marked: what is narrower is hard to point at.
	markPitch = 4

	refusedRow   = 20 // over the plot, for the refusals
	refusedMark  = 6  // a mark's height
	refusedApart = 40 // the least between two numbers

	timeChartHeight = 200
)

// TimeNames are the words for what a TimeChart shows.
type TimeNames struct{ InFlight, Pending, Limit, Refused string }

// TimeData is what a TimeChart shows.
type TimeData struct {
	Points []TimePoint        // equally spaced, oldest first
	Labels func(i int) string // the time of a point, for the axis
	Full   func(i int) string // the same for the tip; nil = Labels
	Ticks  []int              // points under which the axis has a label, in order
	Names  TimeNames
}

// TimeChart shows how a gauge has gone: what was in flight, with what waited on top of it, under the line
// of the limit, and when calls were refused. More points than there is room for are folded to their
// extremes.
type TimeChart struct {
	chart
	data  TimeData
	ticks []string
}

// NewTimeChart makes an empty chart.
func NewTimeChart() *TimeChart {
	c := &TimeChart{}
	c.figure, c.marked, c.height = c, -1, timeChartHeight
	c.ExtendBaseWidget(c)
	return c
}

// Set shows d and keeps none of its slices.
func (c *TimeChart) Set(d TimeData) {
	if d.Full == nil {
		d.Full = d.Labels
	}
	ticks := make([]string, len(d.Ticks))
	for i, at := range d.Ticks {
		ticks[i] = d.Labels(at)
	}
	old := c.data
	same := slices.Equal(d.Points, old.Points) && slices.Equal(d.Ticks, old.Ticks) && slices.Equal(ticks, c.ticks) && d.Names == old.Names
	d.Points, d.Ticks = slices.Clone(d.Points), slices.Clone(d.Ticks)
	c.data, c.ticks = d, ticks
	switch {
	case !same:
		c.Refresh()
	case c.marked >= 0: // its time may be another
		c.touch()
	}
}

// colorLimit is the line of the limit.
const colorLimit = theme.ColorNameForeground

func (c *TimeChart) entries() []entry {
	n := c.data.Names
	return []entry{
		{name: n.InFlight, ink: theme.ColorNamePrimary},
		{name: n.Pending, ink: ColorPendingBorder},
		{name: n.Limit, ink: colorLimit, line: true},
		{name: n.Refused, ink: theme.ColorNameError},
	}
}

// arrange, paint and tell make the chart a figure.
func (c *TimeChart) arrange(size fyne.Size) plan {
	var p plan
	n := len(c.data.Points)
	if n == 0 {
		return p
	}
	highest := sparkFloor
	for _, t := range c.data.Points {
		highest = max(highest, t.InFlight+t.Pending, t.Limit)
	}
	p.scale = newScale(float64(highest))
	c.legend(&p, c.entries(), size.Width)
	p.top += refusedRow - legendBelow
	c.axes(&p, size, func(v float64) string { return strconv.Itoa(int(v)) })
	width := p.right - p.left
	p.marks = min(n, max(int(width/markPitch), 1))
	labels := make([]label, len(c.ticks))
	for i, at := range c.data.Ticks {
		labels[i] = label{c.ticks[i], p.left + width*float32(at)/float32(n)}
	}
	c.labels(&p, labels, size.Width)
	c.numbers(&p)
	return p
}

// numbers puts the number of refusals over each run of them.
func (c *TimeChart) numbers(p *plan) {
	places := fold(c.data.Points, max(int(p.right-p.left), 1))
	pitch := (p.right - p.left) / float32(len(places))
	for _, b := range bursts(places, max(int(refusedApart/pitch), 1)) {
		text := strconv.Itoa(b.refused)
		size := c.measure(text)
		middle := p.left + pitch*(float32(b.from+b.to)+1)/2
		x := min(max(middle-size.Width/2, p.left), p.right-ceil(size.Width))
		p.words = append(p.words, word{text, fyne.NewPos(round(x), round(p.top-refusedMark-size.Height)), theme.ColorNameError})
	}
}

func (c *TimeChart) tell(mark int) tip {
	at := mark * len(c.data.Points) / c.plan.marks
	t := fold(c.data.Points, c.plan.marks)[mark]
	values := []string{strconv.Itoa(t.InFlight), strconv.Itoa(t.Pending), "–", strconv.Itoa(t.Refused)}
	if t.Limit > 0 {
		values[2] = strconv.Itoa(t.Limit)
	}
	told := tip{head: c.data.Full(at)}
	for i, e := range c.entries() {
		told.lines = append(told.lines, tipLine{e, values[i]})
	}
	return told
}

// TimePoint is one moment of a TimeChart.
type TimePoint struct {
	InFlight, Pending int // the highest
	Limit             int // the lowest; 0 = none
	Refused           int // the sum
}

// fold makes n points of more, each of its share: the highest, the lowest limit, and all refusals.
func fold(points []TimePoint, n int) []TimePoint {
	if len(points) <= n {
		return points
	}
	folded := make([]TimePoint, n)
	for i := range folded {
		for _, p := range points[i*len(points)/n : (i+1)*len(points)/n] {
			f := &folded[i]
			f.InFlight, f.Pending = max(f.InFlight, p.InFlight), max(f.Pending, p.Pending)
			f.Refused += p.Refused
			if p.Limit > 0 && (f.Limit == 0 || p.Limit < f.Limit) {
				f.Limit = p.Limit
			}
		}
	}
	return folded
}

// burst is a run of refusals that is told as one number.
type burst struct {
	from, to int // the first and the last place that has one
	refused  int
}

// bursts are the runs of refusals; between two of them are at least apart places.
func bursts(points []TimePoint, apart int) []burst {
	var all []burst
	for i, p := range points {
		if p.Refused == 0 {
			continue
		}
		if n := len(all); n > 0 && i-all[n-1].to < apart {
			all[n-1].to = i
			all[n-1].refused += p.Refused
			continue
		}
		all = append(all, burst{i, i, p.Refused})
	}
	return all
}

// fillBy is how much of its colour an area has under its edge.
const fillBy = .3

// paint draws the chart column by column, each of its share of the points.
func (c *TimeChart) paint(p plan, img *image.RGBA, unit float64) {
	plot := p.box(unit)
	columns := fold(c.data.Points, max(plot.Dx(), 1))
	t := timePainter{
		img: img, plot: plot, scale: p.scale, thick: lineWidth(unit), n: len(columns),
		card: opaque(themeColor(c, ColorCard)),
	}
	inFlight, pending := make([]int, t.n), make([]int, t.n)
	limit := make([]int, t.n)
	for i, point := range columns {
		inFlight[i], pending[i], limit[i] = point.InFlight, point.InFlight+point.Pending, point.Limit
	}
	t.area(pending, inFlight, themeColor(c, ColorPendingBorder))
	t.area(inFlight, make([]int, t.n), themeColor(c, theme.ColorNamePrimary))
	t.line(limit, themeColor(c, colorLimit))
	height, wide := pixels(refusedMark, unit), max(pixels(2, unit), 2)
	for i, point := range columns {
		if point.Refused > 0 {
			left, right := t.column(i)
			left = min((left+right-wide)/2, plot.Max.X-wide)
			fillRect(img, image.Rect(left, plot.Min.Y-height, left+wide, plot.Min.Y), themeColor(c, theme.ColorNameError))
		}
	}
}

// timePainter draws n columns side by side into a plot.
type timePainter struct {
	img   *image.RGBA
	plot  image.Rectangle
	scale scale
	thick int
	n     int
	card  color.Color
}

// column is where the i-th begins and ends.
func (t timePainter) column(i int) (left, right int) {
	return t.plot.Min.X + i*t.plot.Dx()/t.n, t.plot.Min.X + (i+1)*t.plot.Dx()/t.n
}

func (t timePainter) y(value int) int {
	return t.plot.Max.Y - heightOf(float64(value), t.scale, t.plot.Dy())
}

// area fills what is between two values, and draws the edge of the upper. Where they are one, the lower's edge is
// drawn over it later.
func (t timePainter) area(upper, lower []int, ink color.Color) {
	for i := range upper {
		if upper[i] > lower[i] {
			left, right := t.column(i)
			tint(t.img, image.Rect(left, t.y(upper[i]), right, t.y(lower[i])), ink, fillBy)
		}
	}
	for i := range upper {
		before := 0
		if i > 0 {
			before = upper[i-1]
		}
		t.step(i, before, upper[i], ink)
	}
}

// step draws a value's edge over its column, and up or down to it from the one before. On the ground there
// is none.
func (t timePainter) step(i, before, value int, ink color.Color) {
	left, right := t.column(i)
	if value > 0 {
		fillRect(t.img, image.Rect(left, t.y(value), right, t.y(value)+t.thick), ink)
	}
	if before == value {
		return
	}
	if value < before { // the way down belongs to the higher one
		left -= t.thick
	}
	fillRect(t.img, image.Rect(left, t.y(max(before, value)), left+t.thick, t.y(min(before, value))), ink)
}

// line draws a stepped line, with gaps where the value is 0. What is next to it keeps a little apart.
func (t timePainter) line(values []int, ink color.Color) {
	for pass, c := range []color.Color{t.card, ink} {
		apart := t.thick - pass*t.thick
		for i, v := range values {
			if v == 0 {
				continue
			}
			left, right := t.column(i)
			y := t.y(v) - t.thick/2
			fillRect(t.img, image.Rect(left, y-apart, right, y+t.thick+apart), c)
			if i > 0 && values[i-1] > 0 && values[i-1] != v {
				from, to := min(y, t.y(values[i-1])-t.thick/2), max(y, t.y(values[i-1])-t.thick/2)+t.thick
				fillRect(t.img, image.Rect(left-apart, from-apart, left+t.thick+apart, to+apart), c)
			}
		}
	}
}
