package widget

import (
	"fmt"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/google/go-cmp/cmp"
)

// past is a chart of an hour in a window, with calls in flight from the middle on.
func past(t *testing.T) *TimeChart {
	t.Helper()
	c := NewTimeChart()
	show(t, c, 500, 200)
	c.Set(timeData())
	return c
}

func timeData() TimeData {
	d := TimeData{
		Points: make([]TimePoint, 3600),
		Labels: func(i int) string { return fmt.Sprintf("%02d:%02d", i/60, i%60) },
		Ticks:  []int{0, 600, 1200, 1800, 2400, 3000},
		Names:  TimeNames{"In flight", "Queued", "Limit", "Refused"},
	}
	for i := 1800; i < 3600; i++ {
		d.Points[i] = TimePoint{InFlight: 2, Pending: 1, Limit: 4}
	}
	d.Points[2000] = TimePoint{InFlight: 3, Pending: 3, Limit: 2, Refused: 1}
	d.Points[2001].Refused = 4
	d.Points[3599].Refused = 2
	return d
}

func TestFoldKeepsExtremesAndEveryRefusal(t *testing.T) {
	points := []TimePoint{
		{1, 0, 3, 1}, {4, 0, 0, 0}, {2, 5, 5, 2},
		{0, 0, 0, 0}, {0, 0, 0, 0},
	}
	want := []TimePoint{{4, 0, 3, 1}, {2, 5, 5, 2}}
	if diff := cmp.Diff(want, fold(points, 2)); diff != "" {
		t.Error(diff)
	}
	if got := fold(points, 9); len(got) != 5 {
		t.Errorf("fewer points than places became %d", len(got))
	}
	for n := 1; n < 700; n++ {
		refused := 0
		for _, p := range fold(timeData().Points, n) {
			refused += p.Refused
		}
		if refused != 7 {
			t.Fatalf("folded to %d: %d refusals, want 7", n, refused)
		}
	}
}

func TestRefusalsCloseToEachOtherAreOneNumber(t *testing.T) {
	points := make([]TimePoint, 100)
	points[3].Refused, points[12].Refused, points[21].Refused, points[31].Refused = 1, 2, 4, 8
	want := []burst{{3, 21, 7}, {31, 31, 8}}
	if diff := cmp.Diff(want, bursts(points, 10), cmp.AllowUnexported(burst{})); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersOfRefusalsStandOverThePlot(t *testing.T) {
	c := past(t)
	var told []string
	for _, w := range c.plan.words {
		if w.ink == theme.ColorNameError {
			told = append(told, w.text)
			if w.at.Y+c.measure(w.text).Height > c.plan.top || w.at.X+c.measure(w.text).Width > 500 {
				t.Errorf("%s stands at %v", w.text, w.at)
			}
		}
	}
	if diff := cmp.Diff([]string{"5", "2"}, told); diff != "" {
		t.Error(diff)
	}
}

func TestTipTellsAllThatIsFoldedIntoItsPlace(t *testing.T) {
	c := past(t)
	c.mark(2000 * c.plan.marks / 3600)
	first := c.marked * 3600 / c.plan.marks
	want := timeData().Labels(first) + ", In flight 3, Queued 3, Limit 2, Refused 5"
	if got := c.AccessibilityLabel(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	strike(c, fyne.KeyHome)
	if got, want := c.AccessibilityLabel(), "00:00, In flight 0, Queued 0, Limit –, Refused 0"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// ink counts the pixels of a colour in column x.
func ink(c *TimeChart, x, scale int, name fyne.ThemeColorName) int {
	img, n := c.look.draw(500*scale, 200*scale), 0
	for y := int(c.plan.top)*scale - refusedMark*scale; y < img.Bounds().Dy(); y++ {
		if color.NRGBAModel.Convert(img.At(x, y)) == color.NRGBAModel.Convert(themeColor(c, name)) {
			n++
		}
	}
	return n
}

func TestLinesAreDrawnAtTheirColumns(t *testing.T) {
	for _, scale := range []int{1, 2} {
		c := past(t)
		at := func(i int) int {
			return int((c.plan.left + (c.plan.right-c.plan.left)*float32(i)/3600) * float32(scale))
		}
		thick := lineWidth(float64(scale))
		for _, w := range []struct {
			point, want int
			name        fyne.ThemeColorName
		}{
			{900, 0, theme.ColorNamePrimary}, {900, 0, ColorPendingBorder}, {900, 0, colorLimit}, // nothing is known of it
			{2700, thick, theme.ColorNamePrimary}, {2700, thick, ColorPendingBorder}, {2700, thick, colorLimit},
			{2700, 0, theme.ColorNameError}, {2001, refusedMark * scale, theme.ColorNameError},
		} {
			if got := ink(c, at(w.point), scale, w.name); got != w.want {
				t.Errorf("scale %d, point %d: %d pixels of %s, want %d", scale, w.point, got, w.name, w.want)
			}
		}
	}
}

// The edge of a queue that ended with its calls went down to the ground, through what was in flight.
func TestQueuesEdgeEndsAtWhatIsInFlight(t *testing.T) {
	c := NewTimeChart()
	show(t, c, 500, 200)
	d := timeData()
	d.Points = []TimePoint{{InFlight: 3, Pending: 3}, {InFlight: 3}}
	d.Ticks = nil
	c.Set(d)
	img := c.look.draw(500, 200)
	x := int((c.plan.left+c.plan.right)/2) - 1
	for y := int(c.plan.bottom) - 20; y < int(c.plan.bottom); y++ {
		if color.NRGBAModel.Convert(img.At(x, y)) == color.NRGBAModel.Convert(themeColor(c, ColorPendingBorder)) {
			t.Fatal("it runs through the calls in flight")
		}
	}
}

func TestUnchangedPastIsNotShownAgain(t *testing.T) {
	c := past(t)
	marks := c.plan.marks
	c.plan.marks = 1 // a refresh would mend it
	c.Set(timeData())
	if c.plan.marks != 1 {
		t.Error("the same past was shown again")
	}
	d := timeData()
	d.Labels = func(i int) string { return "later" }
	c.Set(d)
	if c.plan.marks != marks {
		t.Error("new times were not shown")
	}
	c.plan.marks = 1
	d.Points[7].InFlight++
	c.Set(d)
	if c.plan.marks != marks {
		t.Error("a new value was not shown: the slice is kept")
	}
	c.Set(TimeData{Labels: d.Labels})
	if c.plan.marks != 0 || len(c.plan.words) != 0 {
		t.Error("an empty past shows something")
	}
}
