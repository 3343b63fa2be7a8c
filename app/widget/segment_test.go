package widget

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestSegmentTellsWhatTheUserChose(t *testing.T) {
	s := NewSegment("1 hour", "24 hours", "30 days")
	var chosen []int
	s.OnChosen = func(i int) { chosen = append(chosen, i) }
	canvas := show(t, s, 300, 40)
	s.Choose(1) // not the user
	for i := range 3 {
		left, width := s.place(i)
		test.TapCanvas(canvas, fyne.NewPos(left+width-1, 10))
	}
	test.TapCanvas(canvas, fyne.NewPos(295, 10)) // beside it
	strike(s, fyne.KeyRight, fyne.KeyLeft, fyne.KeyHome, fyne.KeyLeft, fyne.KeyEnd, fyne.KeySpace)
	if want := []int{0, 1, 2, 1, 0, 2}; !slices.Equal(chosen, want) {
		t.Errorf("chosen %v, want %v", chosen, want)
	}
	if s.Chosen() != 2 || s.AccessibilityLabel() != "30 days" || canvas.Focused() != fyne.Focusable(s) {
		t.Errorf("chosen %d, said %q, focus on %T", s.Chosen(), s.AccessibilityLabel(), canvas.Focused())
	}
}
