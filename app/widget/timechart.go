package widget

import (
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
