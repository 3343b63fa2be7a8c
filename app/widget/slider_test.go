package widget

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// slider is a LimitSlider of 1…20 at 3 in a window, and what it has set.
func slider(t *testing.T) (*LimitSlider, fyne.Canvas, *[]int) {
	t.Helper()
	var sets []int
	s := NewLimitSlider(3, 20)
	s.OnSet = func(limit int) { sets = append(sets, limit) }
	return s, show(t, s, 128, 32), &sets
}

// drag moves the thumb to a value, without letting go.
func drag(s *LimitSlider, value int) {
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(s.place(value), 16)}})
}

func TestDraggingShowsAndLettingGoSets(t *testing.T) {
	s, _, sets := slider(t)
	drag(s, 7)
	drag(s, 12)
	if s.label() != "12" || len(*sets) != 0 {
		t.Errorf("while dragging: label %q, sets %v; want 12 and none", s.label(), *sets)
	}
	s.DragEnd()
	if !slices.Equal(*sets, []int{12}) {
		t.Errorf("after letting go: sets %v, want [12]", *sets)
	}
}

func TestDragThroughTheDriver(t *testing.T) {
	s, c, sets := slider(t)
	test.Drag(c, fyne.NewPos(s.place(9), 16), 20, 0)
	if !slices.Equal(*sets, []int{9}) {
		t.Errorf("sets %v, want [9]: where the pointer is", *sets)
	}
}

func TestDragBackToTheStartSetsNothing(t *testing.T) {
	s, _, sets := slider(t)
	drag(s, 9)
	drag(s, 3)
	s.DragEnd()
	if len(*sets) != 0 {
		t.Errorf("sets %v, want none", *sets)
	}
}

func TestDragBeyondTheEndsStaysInRange(t *testing.T) {
	s, _, sets := slider(t)
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(-500, 0)}})
	s.DragEnd()
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(900, 0)}})
	s.DragEnd()
	if !slices.Equal(*sets, []int{1, 20}) {
		t.Errorf("sets %v, want [1 20]", *sets)
	}
}

func TestChangeFromElsewhereMovesTheThumbUnlessItIsDragged(t *testing.T) {
	s, _, sets := slider(t)
	s.SetLimit(8, 20)
	if s.Value() != 8 {
		t.Errorf("value %d, want 8", s.Value())
	}
	drag(s, 12)
	s.SetLimit(5, 20)
	if s.Value() != 12 {
		t.Errorf("value %d while dragging, want 12", s.Value())
	}
	s.DragEnd()
	if !slices.Equal(*sets, []int{12}) {
		t.Errorf("sets %v, want [12]", *sets)
	}
}

func TestDragToWhatElsewhereHasChangedStillSets(t *testing.T) {
	s, _, sets := slider(t)
	drag(s, 12)
	s.SetLimit(5, 20)
	drag(s, 3)
	s.DragEnd()
	if !slices.Equal(*sets, []int{3}) {
		t.Errorf("sets %v, want [3]: the limit is 5 now", *sets)
	}
}

func TestRefusedLimitReturns(t *testing.T) {
	s, _, _ := slider(t)
	s.OnSet = func(int) { s.SetLimit(3, 20) }
	drag(s, 12)
	s.DragEnd()
	if s.Value() != 3 {
		t.Errorf("value %d, want 3", s.Value())
	}
}

func TestTapSetsAtItsPlaceButNotOnTheNumber(t *testing.T) {
	s, c, sets := slider(t)
	test.TapCanvas(c, fyne.NewPos(s.place(15), 16))
	test.TapCanvas(c, fyne.NewPos(126, 16))
	if !slices.Equal(*sets, []int{15}) {
		t.Errorf("sets %v, want [15]", *sets)
	}
}

func TestKeys(t *testing.T) {
	s, c, sets := slider(t)
	c.Focus(s)
	for _, key := range []fyne.KeyName{fyne.KeyRight, fyne.KeyUp, fyne.KeyLeft, fyne.KeyDown, fyne.KeyHome, fyne.KeyLeft, fyne.KeyEnd, fyne.KeyUp} {
		s.TypedKey(&fyne.KeyEvent{Name: key})
		s.SetLimit(s.Value(), 20)
	}
	if want := []int{4, 5, 4, 3, 1, 20}; !slices.Equal(*sets, want) {
		t.Errorf("sets %v, want %v", *sets, want)
	}
}

func TestRingShowsForKeysAndPointer(t *testing.T) {
	s, c, _ := slider(t)
	ring := test.WidgetRenderer(s).Objects()[2]
	shown := func(want bool, when string) {
		t.Helper()
		if ring.Visible() != want {
			t.Errorf("%s: ring shown = %t", when, ring.Visible())
		}
	}
	shown(false, "at rest")
	s.MouseIn(&desktop.MouseEvent{})
	shown(true, "under the pointer")
	s.MouseOut()
	test.TapCanvas(c, fyne.NewPos(s.place(3), 16))
	shown(false, "focused by the pointer")
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	shown(true, "after a key")
	c.Unfocus()
	shown(false, "without the focus")
}

func TestSliderIsLargeEnoughToHit(t *testing.T) {
	if size := NewLimitSlider(1, 20).MinSize(); size.Height < 24 {
		t.Errorf("%v high, want 24 at least", size.Height)
	}
}

func TestSliderWithOneValue(t *testing.T) {
	s := NewLimitSlider(1, 1)
	s.OnSet = func(limit int) { t.Errorf("set %d", limit) }
	show(t, s, 128, 32)
	drag(s, 1)
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(90, 0)}})
	s.DragEnd()
}

func TestWhatIsInForceIsMarkedBelowTheThumb(t *testing.T) {
	s, _, sets := slider(t)
	s.SetLimit(8, 20)
	mark := test.WidgetRenderer(s).Objects()[3]
	for _, c := range []struct {
		mark  int
		shown bool
	}{{2, true}, {8, false}, {0, false}, {12, false}} {
		s.SetMark(c.mark)
		if mark.Visible() != c.shown {
			t.Errorf("a mark at %d below a limit of 8 is shown: %t", c.mark, mark.Visible())
		}
	}
	s.SetMark(2)
	if x := mark.Position().X + mark.Size().Width/2; x != s.place(2) {
		t.Errorf("the mark is at %v, want %v", x, s.place(2))
	}
	drag(s, 1)
	if mark.Visible() {
		t.Error("the thumb is dragged below the mark, which is still there")
	}
	s.DragEnd()
	if s.Value() != 1 || !slices.Equal(*sets, []int{1}) {
		t.Errorf("value %d, sets %v", s.Value(), *sets)
	}
}
