package widget

import (
	"image"
	"math"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
)

const (
	barMost   = 40 // the widest bar
	barRadius = 2

	mostSeries     = 7   // as many as there are colours
	barChartHeight = 240 // room for a tip with all series
)

// BarSeries is one colour of a BarChart.
type BarSeries struct {
	Name   string
	Values []float64 // one a label; what is missing, negative or no number counts as 0
}

// BarData is what a BarChart shows.
type BarData struct {
	Labels []string    // one a bar, short
	Full   []string    // the same for the tip, such as the whole date; what is missing is the label
	Series []BarSeries // from the bottom up, at most 7; the names are a legend if there is more than one
	Format func(float64) string
}

// BarChart shows stacked bars. One can be marked, and is then told in numbers.
type BarChart struct {
	chart
	data BarData
	sums []float64 // one a label
}

// NewBarChart makes a chart without bars.
func NewBarChart() *BarChart {
	c := &BarChart{}
	c.figure, c.marked, c.height = c, -1, barChartHeight
	c.ExtendBaseWidget(c)
	return c
}

// Set shows d and keeps none of its slices.
func (c *BarChart) Set(d BarData) {
	d = d.copied()
	if d.equal(c.data) {
		c.data.Format = d.Format
		return
	}
	c.data = d
	c.sums = make([]float64, len(d.Labels))
	for _, s := range d.Series {
		for i, v := range s.Values {
			c.sums[i] += v
		}
	}
	c.Refresh()
}

// copied is d with a value for every bar and series.
func (d BarData) copied() BarData {
	d.Labels, d.Full, d.Series = slices.Clone(d.Labels), slices.Clone(d.Full), slices.Clone(d.Series)
	if d.Format == nil {
		d.Format = func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	}
	d.Series = d.Series[:min(len(d.Series), mostSeries)]
	for i, s := range d.Series {
		values := make([]float64, len(d.Labels))
		for j := range min(len(values), len(s.Values)) {
			if v := s.Values[j]; v > 0 && !math.IsInf(v, 0) {
				values[j] = v
			}
		}
		d.Series[i].Values = values
	}
	return d
}

// equal compares what is shown. Functions cannot be compared: Format is by what it makes of 1.
func (d BarData) equal(old BarData) bool {
	return slices.Equal(d.Labels, old.Labels) && slices.Equal(d.Full, old.Full) &&
		slices.EqualFunc(d.Series, old.Series, func(a, b BarSeries) bool {
			return a.Name == b.Name && slices.Equal(a.Values, b.Values)
		}) && old.Format != nil && d.Format(1) == old.Format(1)
}

// seriesColors are the colours of the series, from the bottom up.
func seriesColors() [mostSeries]fyne.ThemeColorName {
	return [mostSeries]fyne.ThemeColorName{ColorSeries1, ColorSeries2, ColorSeries3, ColorSeries4, ColorSeries5, ColorSeries6, ColorSeries7}
}

func (c *BarChart) entries() []entry {
	all := make([]entry, len(c.data.Series))
	for i, s := range c.data.Series {
		all[i] = entry{name: s.Name, ink: seriesColors()[i]}
	}
	return all
}

// arrange, paint and tell make the chart a figure.
func (c *BarChart) arrange(size fyne.Size) plan {
	p := plan{marks: len(c.data.Labels)}
	if p.marks == 0 {
		return p
	}
	p.scale = newScale(slices.Max(c.sums))
	p.top = c.measure("0").Height / 2
	if len(c.data.Series) > 1 {
		c.legend(&p, c.entries(), size.Width)
	}
	c.axes(&p, size, c.data.Format)
	labels := make([]label, p.marks)
	for i, text := range c.data.Labels {
		left, right := p.slot(i)
		labels[i] = label{text, (left + right) / 2}
	}
	c.labels(&p, labels, size.Width)
	return p
}

func (c *BarChart) tell(mark int) tip {
	t := tip{head: c.data.Labels[mark], sum: c.data.Format(c.sums[mark])}
	if mark < len(c.data.Full) && c.data.Full[mark] != "" {
		t.head = c.data.Full[mark]
	}
	if len(c.data.Series) > 1 {
		for i, e := range c.entries() {
			t.lines = append(t.lines, tipLine{e, c.data.Format(c.data.Series[i].Values[mark])})
		}
		slices.Reverse(t.lines) // in the order in which they are stacked
	}
	return t
}

func (c *BarChart) paint(p plan, img *image.RGBA, unit float64) {
	plot := p.box(unit)
	n, width := p.marks, plot.Dx()
	for i := range n {
		left, right := plot.Min.X+i*width/n, plot.Min.X+(i+1)*width/n
		wide := max(min(width/n*3/4, pixels(barMost, unit)), 1)
		left += (right - left - wide) / 2
		c.paintBar(i, p.scale, image.Rect(left, plot.Min.Y, left+wide, plot.Max.Y), img, unit)
	}
}

// paintBar draws one bar into its column. However little it stands for, it can be seen.
func (c *BarChart) paintBar(i int, s scale, column image.Rectangle, img *image.RGBA, unit float64) {
	below, sum := column.Max.Y, 0.
	last := c.highest(i)
	for j, series := range c.data.Series {
		if series.Values[i] == 0 {
			continue
		}
		sum += series.Values[i]
		top := column.Max.Y - heightOf(sum, s, column.Dy())
		if j == last {
			top = min(top, column.Max.Y-lineWidth(unit))
		}
		box := image.Rect(column.Min.X, top, column.Max.X, below)
		ink := themeColor(c, seriesColors()[j])
		if j == last {
			fillTop(img, box, barRadius*unit, ink)
		} else {
			fillRect(img, box, ink)
		}
		below = min(below, top)
		if gap := max(int(unit), 1); j != last && box.Dy() > 3*gap {
			fillRect(img, image.Rect(box.Min.X, box.Min.Y, box.Max.X, box.Min.Y+gap), themeColor(c, ColorCard))
		}
	}
}

// highest is the last series that a bar has any of.
func (c *BarChart) highest(bar int) int {
	for j := len(c.data.Series) - 1; j >= 0; j-- {
		if c.data.Series[j].Values[bar] > 0 {
			return j
		}
	}
	return -1
}
