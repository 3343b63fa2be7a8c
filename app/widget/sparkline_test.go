package widget

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// column is how many pixels of each colour stand in column x.
func column(s *Sparkline, x, w, h int) map[fyne.ThemeColorName]int {
	img := s.draw(w, h)
	count := map[fyne.ThemeColorName]int{}
	for y := range h {
		for _, n := range []fyne.ThemeColorName{theme.ColorNamePrimary, ColorPendingBorder, ColorTrack} {
			if color.NRGBAModel.Convert(img.At(x, y)) == color.NRGBAModel.Convert(themeColor(s, n)) {
				count[n]++
			}
		}
	}
	return count
}

func TestSparklineStacksItsBars(t *testing.T) {
	s := NewSparkline(4, ColorPendingBorder)
	show(t, s, 11, 24)
	s.Set([]Bar{{}, {Lower: 4}, {Lower: 4, Upper: 8}, {Lower: 1}})
	for x, want := range map[int][2]int{0: {0, 0}, 3: {8, 0}, 6: {8, 16}, 9: {2, 0}} {
		got := column(s, x, 11, 24)
		if got[theme.ColorNamePrimary] != want[0] || got[ColorPendingBorder] != want[1] {
			t.Errorf("column %d: %d lower and %d upper pixels, want %v", x, got[theme.ColorNamePrimary], got[ColorPendingBorder], want)
		}
	}
	if got := column(s, 0, 11, 24)[ColorTrack]; got != 1 {
		t.Errorf("base line %d pixels high, want 1", got)
	}
}

func TestSparklineDoesNotMakeOneCallAFullHouse(t *testing.T) {
	s := NewSparkline(1, ColorPendingBorder)
	show(t, s, 10, 24)
	s.Set([]Bar{{Lower: 1}})
	if got := column(s, 0, 2, 24)[theme.ColorNamePrimary]; got != 24/sparkFloor {
		t.Errorf("one call is %d pixels high, want %d", got, 24/sparkFloor)
	}
}
