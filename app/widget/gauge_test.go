package widget

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// runs is the row of pixels through the middle of a gauge, told as colours and their lengths.
func runs(g *Gauge, width int) (colors []fyne.ThemeColorName, lengths []int) {
	img := g.draw(width, gaugeHeight)
	names := []fyne.ThemeColorName{theme.ColorNamePrimary, ColorTrack, ColorOver}
	at := func(x int) fyne.ThemeColorName {
		got := color.NRGBAModel.Convert(img.At(x, gaugeHeight/2))
		for _, n := range names {
			if got == color.NRGBAModel.Convert(themeColor(g, n)) {
				return n
			}
		}
		return ""
	}
	for x := range width {
		if n := at(x); x == 0 || n != colors[len(colors)-1] {
			colors, lengths = append(colors, n), append(lengths, 1)
		} else {
			lengths[len(lengths)-1]++
		}
	}
	return colors, lengths
}

// segments counts the filled and the empty segments of a gauge.
func segments(g *Gauge) (filled, empty, over int) {
	colors, _ := runs(g, 200)
	for _, c := range colors {
		switch c {
		case theme.ColorNamePrimary:
			filled++
		case ColorTrack:
			empty++
		case ColorOver:
			over++
		}
	}
	return filled, empty, over
}

func TestGaugeHasOneSegmentASlot(t *testing.T) {
	g := NewGauge()
	show(t, g, 200, 32)
	for _, c := range []struct{ inFlight, limit, filled, empty, over int }{
		{0, 3, 0, 3, 0},
		{2, 3, 2, 1, 0},
		{3, 3, 3, 0, 0},
		{1, 1, 1, 0, 0},
		{20, 20, 20, 0, 0},
		{5, 3, 0, 0, 1}, // more than the limit: one solid bar
		{1, 100, 1, 19, 0},
		{50, 100, 10, 10, 0},
		{99, 100, 19, 1, 0}, // full only at the limit
		{0, 0, 0, 0, 0},
	} {
		g.Set(c.inFlight, c.limit)
		filled, empty, over := segments(g)
		if filled != c.filled || empty != c.empty || over != c.over {
			t.Errorf("%d of %d: %d filled, %d empty, %d over; want %d, %d, %d",
				c.inFlight, c.limit, filled, empty, over, c.filled, c.empty, c.over)
		}
	}
}

func TestGaugeSpreadsItsSegmentsEvenly(t *testing.T) {
	g := NewGauge()
	show(t, g, 200, 32)
	for width := 64; width < 200; width++ {
		g.Set(0, 20)
		colors, lengths := runs(g, width)
		if colors[0] != ColorTrack || colors[len(colors)-1] != ColorTrack {
			t.Fatalf("%d wide: the bar does not reach from edge to edge", width)
		}
		for i, c := range colors {
			if c == "" && lengths[i] != gaugeGap {
				t.Fatalf("%d wide: a gap of %d pixels", width, lengths[i])
			}
		}
	}
}

func TestGaugeShowsAChange(t *testing.T) {
	g := NewGauge()
	c := show(t, g, 100, 32)
	before := c.Capture()
	g.Set(1, 3)
	if same(before, c.Capture()) {
		t.Error("the gauge did not show the change")
	}
}

func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}
