package widget

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
)

func TestUnchangedDataIsNotShownAgain(t *testing.T) {
	c, _ := barsOf(t, 10)
	c.plan.marks = 99 // a refresh would mend it
	c.Set(barData(10))
	if c.plan.marks != 99 {
		t.Error("the same bars were shown again")
	}
	d := barData(10)
	d.Format = func(float64) string { return "tokens" }
	c.Set(d)
	if c.plan.marks != 10 {
		t.Error("another unit was not shown")
	}
	c.plan.marks = 99
	d.Series[2].Values[9]++
	c.Set(d)
	if c.plan.marks != 10 {
		t.Error("another value was not shown: its slice is kept")
	}
	strike(c, fyne.KeyEnd)
	c.Set(barData(3))
	if c.marked != -1 {
		t.Error("a bar that has gone is marked")
	}
}

// heights counts the pixels of each series in the middle of a bar.
func heights(c *BarChart, bar, scale int) (n [7]int, total int) {
	img := c.look.draw(500*scale, 240*scale)
	left, right := c.plan.slot(bar)
	x := int((left + right) / 2 * float32(scale))
	for y := range img.Bounds().Dy() {
		for i, name := range seriesColors() {
			if color.NRGBAModel.Convert(img.At(x, y)) == color.NRGBAModel.Convert(themeColor(c, name)) && y > int(c.plan.top)*scale {
				n[i]++
				total++
			}
		}
	}
	return n, total
}

func TestBarsAreAsHighAsTheirValues(t *testing.T) {
	for _, scale := range []int{1, 2} {
		c, _ := barsOf(t, 10)
		plot := float64(c.plan.bottom-c.plan.top) * float64(scale)
		n, _ := heights(c, 9, scale)
		for i, v := range []float64{9, 10, 11} {
			if want := v / c.plan.scale.top() * plot; math.Abs(float64(n[i])-want) > 2*float64(scale) {
				t.Errorf("scale %d: series %d is %d pixels high, want %.0f", scale, i, n[i], want)
			}
		}
	}
}

func TestSmallBarBesideAHugeOneIsSeen(t *testing.T) {
	c, _ := barsOf(t, 10)
	d := barData(10)
	d.Series[0].Values[9] = 1e9
	d.Series[1].Values[3], d.Series[2].Values[3] = 0, 0
	d.Series[0].Values[0] = math.NaN()
	d.Series[1].Values[0], d.Series[2].Values[0] = math.Inf(1), -4
	c.Set(d)
	if _, total := heights(c, 3, 1); total == 0 {
		t.Error("a small bar cannot be seen")
	}
	if _, total := heights(c, 0, 1); total != 0 || c.sums[0] != 0 {
		t.Error("what is no number has a bar")
	}
}
