package widget

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"
)

// bars is a chart of seven days and two series.
func bars() *BarChart {
	c := NewBarChart()
	d := BarData{Format: func(v float64) string { return strconv.Itoa(int(v)) }, Series: []BarSeries{{Name: "zhipu"}, {Name: "kimi"}}}
	for i := range 7 {
		d.Labels, d.Full = append(d.Labels, fmt.Sprintf("11-%02d", 19+i)), append(d.Full, fmt.Sprintf("2026-11-%02d", 19+i))
		d.Series[0].Values = append(d.Series[0].Values, float64(i*10))
		d.Series[1].Values = append(d.Series[1].Values, float64(5))
	}
	c.Set(d)
	return c
}

// times is a chart of a minute.
func times() *TimeChart {
	c := NewTimeChart()
	d := TimeData{
		Labels: func(i int) string { return fmt.Sprintf("12:00:%02d", i) }, Ticks: []int{0, 30},
		Names: TimeNames{"In flight", "Queued", "Limit", "Refused"},
	}
	for i := range 60 {
		p := TimePoint{InFlight: i % 4, Limit: 3}
		if i == 42 {
			p = TimePoint{InFlight: 3, Pending: 2, Limit: 3, Refused: 7}
		}
		d.Points = append(d.Points, p)
	}
	c.Set(d)
	return c
}

func TestChartMarkup(t *testing.T) {
	for name, c := range map[string]struct {
		make          func() fyne.CanvasObject
		width, height float32
	}{
		"barchart":  {func() fyne.CanvasObject { return bars() }, 400, 200},
		"timechart": {func() fyne.CanvasObject { return times() }, 400, 200},
		"segment":   {func() fyne.CanvasObject { s := NewSegment("1 hour", "24 hours"); s.Choose(1); return s }, 200, 28},
		"sorthead": {func() fyne.CanvasObject {
			h := NewSortHead("Cost", fyne.TextAlignTrailing, nil)
			h.Set(Descending)
			return h
		}, 80, 24},
	} {
		t.Run(name, func(t *testing.T) {
			test.AssertRendersToMarkup(t, name+".xml", show(t, c.make(), c.width, c.height))
		})
	}
}

func TestScalesAreRoundAndReachTheTop(t *testing.T) {
	for value, want := range map[float64][]float64{
		0: {0, 0.5, 1}, 1: {0, 0.5, 1}, 3: {0, 1, 2, 3}, 7: {0, 2, 4, 6, 8}, 0.034: {0, 0.01, 0.02, 0.03, 0.04}, 2171: {0, 1000, 2000, 3000}, 1e9: {0, 5e8, 1e9},
	} {
		if got := newScale(value).ticks(); !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", value, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Float64Range(1e-6, 1e15).Draw(t, "value")
		if s := newScale(value); s.top() < value*(1-1e-9) || s.top() > value*2.51 || s.steps > mostSteps || s.steps < 1 {
			t.Fatalf("%v: %+v", value, s)
		}
	})
}

// Labels never touch, and the last is always there.
func TestLabelsAreThinned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, pitch, width := rapid.IntRange(1, 400).Draw(t, "n"), rapid.Float32Range(0.5, 60).Draw(t, "pitch"), rapid.Float32Range(5, 50).Draw(t, "width")
		spans := make([]span, n)
		for i := range spans {
			spans[i] = span{float32(i) * pitch, float32(i)*pitch + width}
		}
		every := thin(spans, labelGap)
		for i := n - 1; i-every >= 0; i -= every {
			if spans[i-every].to+labelGap > spans[i].from {
				t.Fatalf("every %d: %v and %v", every, spans[i-every], spans[i])
			}
		}
	})
}

// However many points are folded, no refusal and no peak is lost.
func TestFoldingLosesNoRefusalAndNoPeak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []TimePoint
		refused, peak := 0, 0
		for range rapid.IntRange(0, 500).Draw(t, "points") {
			p := TimePoint{InFlight: rapid.IntRange(0, 9).Draw(t, "in flight"), Refused: rapid.IntRange(0, 2).Draw(t, "refused")}
			points = append(points, p)
			refused, peak = refused+p.Refused, max(peak, p.InFlight)
		}
		for _, p := range fold(points, rapid.IntRange(1, 300).Draw(t, "places")) {
			refused -= p.Refused
			if p.InFlight == peak {
				peak = 0
			}
		}
		if refused != 0 || peak > 0 {
			t.Fatalf("%d refusals and a peak of %d are lost", refused, peak)
		}
	})
}

func TestPointerAndKeysMarkABarAndTellIt(t *testing.T) {
	c := bars()
	show(t, c, 400, 200)
	if c.AccessibilityLabel() != "" {
		t.Error("something is marked from the start")
	}
	left, right := c.plan.slot(3)
	c.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos((left+right)/2, 100)}})
	if got := c.AccessibilityLabel(); got != "2026-11-22 35, kimi 5, zhipu 30" {
		t.Error(got)
	}
	c.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(1, 100)}}) // the axis
	if c.marked != -1 {
		t.Error("the axis is marked as", c.marked)
	}
	for _, step := range []struct {
		key  fyne.KeyName
		want string
	}{{fyne.KeyLeft, "2026-11-25"}, {fyne.KeyLeft, "2026-11-24"}, {fyne.KeyHome, "2026-11-19"}, {fyne.KeyLeft, "2026-11-19"}, {fyne.KeyEnd, "2026-11-25"}, {fyne.KeyRight, "2026-11-25"}} {
		c.TypedKey(&fyne.KeyEvent{Name: step.key})
		if got := c.AccessibilityLabel(); !strings.HasPrefix(got, step.want) {
			t.Errorf("%s: %s, want %s", step.key, got, step.want)
		}
	}
	c.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if c.marked != -1 {
		t.Error("Escape leaves the mark")
	}
}

func TestTimeChartTellsRefusals(t *testing.T) {
	c := times()
	show(t, c, 400, 200)
	left, right := c.plan.slot(42)
	c.Tapped(&fyne.PointEvent{Position: fyne.NewPos((left+right)/2, 150)})
	if got := c.AccessibilityLabel(); got != "12:00:42, In flight 3, Queued 2, Limit 3, Refused 7" {
		t.Error(got)
	}
}

func TestASegmentIsChosenByTapAndKeys(t *testing.T) {
	s := NewSegment("a", "b", "c")
	var chosen []int
	s.OnChosen = func(i int) { chosen = append(chosen, i) }
	show(t, s, 200, 28)
	left, width := s.place(2)
	s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(left+width/2, 10)})
	s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(left+width/2, 10)}) // again: that is no choice
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	s.Choose(-1)
	if !slices.Equal(chosen, []int{2, 1, 0}) || s.Chosen() != -1 || s.AccessibilityLabel() != "" {
		t.Errorf("%v, chosen %d", chosen, s.Chosen())
	}
}
