package widget

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestScaleHasThreeToFiveRoundTicks(t *testing.T) {
	for value := 1e-7; value < 1e13; value *= 1.07 {
		s := newScale(value)
		if n := len(s.ticks()); n < 3 || n > 5 {
			t.Errorf("%g: %d ticks", value, n)
		}
		if s.top() < value*(1-1e-9) || s.top()-s.step > value {
			t.Errorf("%g: up to %g in steps of %g", value, s.top(), s.step)
		}
		digit := s.step / math.Pow(10, math.Floor(math.Log10(s.step)+1e-9))
		if !slices.ContainsFunc([]float64{1, 2, 5}, func(d float64) bool { return math.Abs(digit-d) < 1e-6 }) {
			t.Errorf("%g: steps of %g", value, s.step)
		}
	}
}

func TestLabelsNeverCollide(t *testing.T) {
	for n := 1; n <= 90; n++ {
		c, _ := barsOf(t, n)
		var last *word
		labels := 0
		for _, w := range c.plan.words {
			if !strings.HasPrefix(w.text, "11-") {
				continue
			}
			labels++
			if last != nil && last.at.X+c.measure(last.text).Width+labelGap > w.at.X {
				t.Fatalf("%d bars: %s runs into %s", n, last.text, w.text)
			}
			if w.at.X < 0 || w.at.X+c.measure(w.text).Width > 500 {
				t.Errorf("%d bars: %s is cut off", n, w.text)
			}
			last = &w
		}
		if labels == 0 || last.text != c.data.Labels[n-1] {
			t.Errorf("%d bars: the newest has no label", n)
		}
		if n < 8 && labels != n {
			t.Errorf("%d bars: %d labels, though there is room", n, labels)
		}
	}
}
