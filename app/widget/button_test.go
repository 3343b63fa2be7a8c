package widget

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestButtonByPointerAndKeys(t *testing.T) {
	pressed := 0
	b := NewButton(Quiet, clockIcon(), "Reset", func() { pressed++ })
	c := show(t, b, 100, 28)
	test.TapCanvas(c, fyne.NewPos(10, 10))
	c.Focus(b)
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyA} {
		b.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if pressed != 4 {
		t.Errorf("pressed %d times, want 4", pressed)
	}
}

func TestButtonIsSeenFocusedAndHovered(t *testing.T) {
	b := NewButton(Quiet, clockIcon(), "Reset", nil)
	c := show(t, b, 100, 28)
	rest := c.Capture()
	test.MoveMouse(c, fyne.NewPos(10, 10))
	hovered := c.Capture()
	b.MouseOut()
	c.Focus(b)
	if same(rest, hovered) || same(rest, c.Capture()) {
		t.Error("hover or focus changes nothing")
	}
}

func TestNoticeWithoutTextIsHidden(t *testing.T) {
	n := NewNotice(Info, nil)
	if n.Visible() || n.Set("") {
		t.Error("an empty notice shows or changed")
	}
	if !n.Set("paused") || !n.Visible() || n.Set("paused") {
		t.Error("a text must show the notice, once")
	}
	if !n.Set("") || n.Visible() {
		t.Error("no text must hide the notice")
	}
}
