package widget

import (
	"fmt"
	"strconv"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// barsOf is a chart of n bars and three series in a window.
func barsOf(t *testing.T, n int) (*BarChart, fyne.Canvas) {
	t.Helper()
	c := NewBarChart()
	canvas := show(t, c, 500, 240)
	c.Set(barData(n))
	return c, canvas
}

func barData(n int) BarData {
	d := BarData{Format: func(v float64) string { return "$" + strconv.Itoa(int(v)) }}
	for i := range n {
		d.Labels, d.Full = append(d.Labels, fmt.Sprintf("11-%02d", i+1)), append(d.Full, fmt.Sprintf("day %d", i+1))
	}
	for j := range 3 {
		d.Series = append(d.Series, BarSeries{Name: "model " + strconv.Itoa(j)})
		for i := range n {
			d.Series[j].Values = append(d.Series[j].Values, float64(i+j))
		}
	}
	return d
}

func strike(c interface{ TypedKey(*fyne.KeyEvent) }, keys ...fyne.KeyName) {
	for _, k := range keys {
		c.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

func TestLegendWrapsAndFits(t *testing.T) {
	c := NewBarChart()
	show(t, c, 240, 240)
	d := barData(3)
	d.Series[0].Name = "a rather long name"
	c.Set(d)
	if rows := c.plan.swatches[2].at.Y; rows == c.plan.swatches[0].at.Y {
		t.Error("three names stand in one row of 240")
	}
	for i, s := range c.plan.swatches {
		if right := s.at.X + swatchSize + chartGap + c.measure(c.data.Series[i].Name).Width; right > 240 {
			t.Errorf("%s ends at %g", c.data.Series[i].Name, right)
		}
	}
}

func TestPointerMarksTheBarUnderIt(t *testing.T) {
	c, canvas := barsOf(t, 10)
	for i := range 10 {
		left, right := c.plan.slot(i)
		for _, x := range []float32{left + .5, right - .5} {
			c.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 100)}})
			if c.marked != i {
				t.Errorf("at %g bar %d is marked, want %d", x, c.marked, i)
			}
		}
	}
	for _, at := range []fyne.Position{{X: 2, Y: 100}, {X: 300, Y: 4}} {
		c.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at}})
		if c.marked != -1 {
			t.Errorf("beside the plot, at %v, bar %d is marked", at, c.marked)
		}
	}
	left, _ := c.plan.slot(4)
	test.TapCanvas(canvas, fyne.NewPos(left+2, 100))
	if c.marked != 4 || canvas.Focused() != fyne.Focusable(c) || c.look.ring.Visible() {
		t.Errorf("after a tap: marked %d, focus on %T, ring %t", c.marked, canvas.Focused(), c.look.ring.Visible())
	}
	c.MouseOut()
	if c.marked != -1 || c.look.tip.back.Visible() {
		t.Error("the tip stays when the pointer has gone")
	}
}

func TestKeysMarkBars(t *testing.T) {
	c, canvas := barsOf(t, 10)
	canvas.Focus(c)
	if !c.look.ring.Visible() {
		t.Error("no ring")
	}
	for _, step := range []struct {
		key  fyne.KeyName
		want int
	}{
		{fyne.KeyRight, 0}, {fyne.KeyLeft, 0}, {fyne.KeyRight, 1}, {fyne.KeyEnd, 9}, {fyne.KeyRight, 9}, {fyne.KeyLeft, 8},
		{fyne.KeyPageUp, 7}, {fyne.KeyHome, 0}, {fyne.KeyEscape, -1}, {fyne.KeyLeft, 9}, {fyne.KeyUp, 9},
	} {
		strike(c, step.key)
		if c.marked != step.want {
			t.Errorf("%s: bar %d, want %d", step.key, c.marked, step.want)
		}
	}
	canvas.Unfocus()
	if c.marked != -1 || c.look.ring.Visible() {
		t.Error("the mark stays without the focus")
	}
	strike(NewBarChart(), fyne.KeyRight, fyne.KeyHome, fyne.KeyEnd, fyne.KeyLeft) // nothing to mark
}

func TestScreenReaderHearsTheMarkedBar(t *testing.T) {
	c, _ := barsOf(t, 10)
	if got := c.AccessibilityLabel(); got != "" {
		t.Errorf("unmarked: %q", got)
	}
	strike(c, fyne.KeyHome, fyne.KeyRight)
	if got, want := c.AccessibilityLabel(), "day 2 $6, model 2 $3, model 1 $2, model 0 $1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTipStaysOnTheChart(t *testing.T) {
	c, _ := barsOf(t, 30)
	for i := range 30 {
		c.mark(i)
		back := c.look.tip.back
		left, right := c.plan.slot(i)
		if x := back.Position().X; x < 0 || x+back.Size().Width > 500 || x < right && x+back.Size().Width > left {
			t.Errorf("bar %d: the tip is at %g, %g wide", i, x, back.Size().Width)
		}
	}
}

func TestMarkingDoesNotPlanTheChartAgain(t *testing.T) {
	c, _ := barsOf(t, 10)
	c.plan.words = nil // a refresh would mend it
	strike(c, fyne.KeyRight, fyne.KeyRight, fyne.KeyEnd)
	if c.plan.words != nil || c.marked != 9 {
		t.Errorf("bar %d, %d words", c.marked, len(c.plan.words))
	}
}

func TestChartFollowsTheTheme(t *testing.T) {
	c, canvas := barsOf(t, 5)
	strike(c, fyne.KeyEnd)
	before := canvas.Capture()
	settings := fyne.CurrentApp().Settings()
	old := settings.Theme()
	settings.SetTheme(testTheme{Theme: test.Theme(), green: 200})
	defer settings.SetTheme(old)
	c.Refresh()
	if same(before, canvas.Capture()) {
		t.Error("the chart kept its colours")
	}
	if c.look.texts[0].Color != themeColor(c, ColorMuted) || c.look.ring.StrokeColor != themeColor(c, theme.ColorNamePrimary) {
		t.Error("its texts kept theirs")
	}
}
