package widget

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2/theme"
)

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

// line draws a stepped line, with gaps where the value is 0. What is beside it keeps a little apart.
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
