package widget

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestGripTellsOfDragsAndSteps(t *testing.T) {
	var heights []float32
	drops, steps := 0, 0
	g := NewGrip()
	g.OnDrag = func(y float32) { heights = append(heights, y) }
	g.OnDrop = func() { drops++ }
	g.OnStep = func(by int) { steps = 10*steps + by }
	c := show(t, g, 14, 24)
	test.Drag(c, fyne.NewPos(5, 5), 0, 30)
	if len(heights) == 0 || drops != 1 {
		t.Errorf("heights %v, %d drops", heights, drops)
	}
	g.DragEnd() // without a drag
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyUp, fyne.KeyLeft, fyne.KeySpace} {
		g.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if drops != 1 || steps != 9 {
		t.Errorf("%d drops, steps %d, want one down and one up", drops, steps)
	}
}
