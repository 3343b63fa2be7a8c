package widget

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestFormMarkup is TestMarkup for what forms are made of.
func TestFormMarkup(t *testing.T) {
	for name, c := range map[string]struct {
		make          func() fyne.CanvasObject
		width, height float32
	}{
		"switch":    {func() fyne.CanvasObject { return NewSwitch("Kimi") }, 36, 28},
		"switch-on": {func() fyne.CanvasObject { s := NewSwitch("Kimi"); s.Set(true); return s }, 36, 28},
		"input":     {func() fyne.CanvasObject { i := NewInput("Name", 120, nil); i.Put("lab"); return i }, 160, 36},
		"secret":    {func() fyne.CanvasObject { i := NewSecret("Key", nil); i.Put("sk-1"); return i }, 160, 36},
	} {
		t.Run(name, func(t *testing.T) {
			test.AssertRendersToMarkup(t, name+".xml", show(t, c.make(), c.width, c.height))
		})
	}
}

func TestSwitchByPointerAndKeys(t *testing.T) {
	var set []bool
	s := NewSwitch("Kimi")
	s.OnSet = func(on bool) { set = append(set, on) }
	c := show(t, s, 60, 28)
	rest := c.Capture()
	s.Set(true)
	if len(set) != 0 || s.AccessibilityLabel() != "✓ Kimi" || same(rest, c.Capture()) {
		t.Errorf("Set called %v, a screen reader says %q", set, s.AccessibilityLabel())
	}
	test.TapCanvas(c, fyne.NewPos(10, 10))
	c.Focus(s)
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	focused := c.Capture()
	s.FocusLost()
	if len(set) != 2 || set[0] || !set[1] || same(focused, c.Capture()) {
		t.Errorf("set %v, or the focus is not seen", set)
	}
}

func TestInputLeavesEscapeToTheWindow(t *testing.T) {
	typed := ""
	i := NewInput("Name", 120, func(text string) { typed = text })
	c := show(t, i, 160, 36)
	escapes := 0
	c.SetOnTypedKey(func(key *fyne.KeyEvent) { escapes++ })
	i.Put("lab")
	c.Focus(i)
	i.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if typed != "" || escapes != 1 || i.Text != "lab" {
		t.Errorf("typed %q, %d escapes, text %q", typed, escapes, i.Text)
	}
	i.CursorColumn = 3
	i.TypedRune('2')
	if typed != "lab2" {
		t.Errorf("typed %q", typed)
	}
}

func TestSecretShowsItselfOnlyWhenAsked(t *testing.T) {
	i := NewSecret("Key", nil)
	c := show(t, i, 200, 36)
	i.Put("sk-0123")
	hidden := c.Capture()
	i.Eye().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if i.Password || same(hidden, c.Capture()) {
		t.Error("the eye shows nothing")
	}
	i.Mask()
	if !i.Password {
		t.Error("the text stays to be read")
	}
}
