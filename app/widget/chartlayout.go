package widget

import (
	"image"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

const (
	chartText = theme.SizeNameCaptionText

	chartGap    = 6  // between a text and what it belongs to
	labelGap    = 12 // the least between two labels
	legendGap   = 16 // between two entries
	legendRow   = 18
	legendBelow = 8 // from the legend to the plot
	swatchSize  = 8
)

// plan says where everything of a chart is, in units.
type plan struct {
	left, top, right, bottom float32 // the plot
	scale                    scale
	words                    []word
	swatches                 []swatch
	marks                    int // how many places can be marked, side by side over the plot
}

// word is a text, at its upper left corner.
type word struct {
	text string
	at   fyne.Position
	ink  fyne.ThemeColorName
}

// swatch is the sign of a series: a square, or a line.
type swatch struct {
	at   fyne.Position
	ink  fyne.ThemeColorName
	line bool
}

// entry is a series in a legend.
type entry struct {
	name string
	ink  fyne.ThemeColorName
	line bool
}

// at is the place to mark for the pointer, -1 outside the plot and its labels.
func (p plan) at(pos fyne.Position) int {
	if p.marks == 0 || pos.X < p.left || pos.X >= p.right || pos.Y < p.top {
		return -1
	}
	return min(int((pos.X-p.left)/(p.right-p.left)*float32(p.marks)), p.marks-1)
}

// slot is where a mark begins and ends.
func (p plan) slot(mark int) (left, right float32) {
	width := p.right - p.left
	return p.left + width*float32(mark)/float32(p.marks), p.left + width*float32(mark+1)/float32(p.marks)
}

// box is the plot in pixels.
func (p plan) box(unit float64) image.Rectangle {
	return image.Rect(pixels(p.left, unit), pixels(p.top, unit), pixels(p.right, unit), pixels(p.bottom, unit))
}

func pixels(units float32, unit float64) int { return int(math.Round(float64(units) * unit)) }

// legend puts a legend at the top, in as many rows as it needs, and lowers the top of the plot.
func (c *chart) legend(p *plan, entries []entry, width float32) {
	if len(entries) == 0 {
		return
	}
	x, y := float32(0), float32(0)
	for _, e := range entries {
		size := c.measure(e.name)
		wide := swatchSize + chartGap + ceil(size.Width)
		if x > 0 && x+wide > width {
			x, y = 0, y+legendRow
		}
		p.swatches = append(p.swatches, swatch{fyne.NewPos(x, y+(legendRow-swatchSize)/2), e.ink, e.line})
		p.words = append(p.words, word{e.name, fyne.NewPos(x+swatchSize+chartGap, y+round((legendRow-size.Height)/2)), ColorMuted})
		x += wide + legendGap
	}
	p.top = y + legendRow + legendBelow
}

// axes puts a scale at the left, and leaves room for labels at the bottom. The plot gets what is left.
func (c *chart) axes(p *plan, size fyne.Size, format func(float64) string) {
	line := c.measure("0").Height
	p.right, p.bottom = size.Width, round(size.Height-line-chartGap)
	ticks := p.scale.ticks()
	for _, v := range ticks {
		p.left = max(p.left, ceil(c.measure(format(v)).Width)+chartGap)
	}
	for _, v := range ticks {
		text := format(v)
		y := p.bottom - (p.bottom-p.top)*float32(v/p.scale.top())
		at := fyne.NewPos(p.left-chartGap-ceil(c.measure(text).Width), round(y-line/2))
		p.words = append(p.words, word{text, at, ColorMuted})
	}
}

// label is a text under the plot, with its middle at x.
type label struct {
	text string
	x    float32
}

// labels puts as many labels under the plot as there is room for.
func (c *chart) labels(p *plan, all []label, width float32) {
	spans := make([]span, len(all))
	for i, l := range all {
		wide := ceil(c.measure(l.text).Width)
		left := round(min(max(l.x-wide/2, 0), width-wide))
		spans[i] = span{left, left + wide}
	}
	every := thin(spans, labelGap)
	for i, l := range all {
		if (len(all)-1-i)%every == 0 {
			p.words = append(p.words, word{l.text, fyne.NewPos(spans[i].from, p.bottom+chartGap/2), ColorMuted})
		}
	}
}

func round(v float32) float32 { return float32(math.Round(float64(v))) }
func ceil(v float32) float32  { return float32(math.Ceil(float64(v))) }

// mostSteps is how many steps a scale has at most. With steps of 1, 2 and 5 it then has two at least.
const mostSteps = 4

// scale is an axis from 0, in round steps.
type scale struct {
	step  float64
	steps int
}

// newScale makes the finest scale that reaches up to value.
func newScale(value float64) scale {
	if value <= 0 {
		value = 1
	}
	for power := math.Floor(math.Log10(value / mostSteps)); ; power++ {
		for _, digit := range [...]float64{1, 2, 5} {
			step := digit * math.Pow(10, power)
			if power < 0 {
				step = digit / math.Pow(10, -power) // 0.3 and not 0.30000000000000004
			}
			if steps := math.Ceil(value/step - 1e-9); steps <= mostSteps {
				return scale{step, int(steps)}
			}
		}
	}
}

func (s scale) top() float64 { return s.step * float64(s.steps) }

// ticks are the scale's values, 0 first.
func (s scale) ticks() []float64 {
	values := make([]float64, s.steps+1)
	for i := range values {
		values[i] = float64(i) * s.step
	}
	return values
}

// span is a piece of a line.
type span struct{ from, to float32 }

// thin is n for the most of spans, which are in order, that leave gap between them when only every nth is
// kept, counted from the last.
func thin(spans []span, gap float32) int {
	for every := 1; every < len(spans); every++ {
		if apart(spans, every, gap) {
			return every
		}
	}
	return max(len(spans), 1)
}

func apart(spans []span, every int, gap float32) bool {
	for i := len(spans) - 1 - every; i >= 0; i -= every {
		if spans[i].to+gap > spans[i+every].from {
			return false
		}
	}
	return true
}
