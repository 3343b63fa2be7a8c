package widget

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

const longName = "accounts/fireworks/models/kimi-k2-thinking-turbo-0905-preview"

func TestLongNameLosesItsMiddle(t *testing.T) {
	n := NewName(longName, Style{})
	show(t, n, 160, 20)
	head, end, ok := strings.Cut(n.shown, "…")
	if !ok || !strings.HasPrefix(longName, head) || !strings.HasSuffix(longName, end) || head == "" || end == "" {
		t.Errorf("shown as %q", n.shown)
	}
	if got := fyne.MeasureText(n.shown, 14, fyne.TextStyle{}).Width; got > 160 {
		t.Errorf("%v wide, want 160 at most", got)
	}
	n.Set("kimi-k2")
	if n.shown != "kimi-k2" {
		t.Errorf("a name that fits is shown as %q", n.shown)
	}
}

func TestShortenKeepsWholeRunes(t *testing.T) {
	for width := float32(0); width < 120; width += 3 {
		got := shorten("智谱清言大模型五点一", width, 13, fyne.TextStyle{})
		if !utf8.ValidString(got) || got == "" {
			t.Fatalf("%v wide: %q", width, got)
		}
	}
}

func TestLongNameShowsWholeUnderThePointer(t *testing.T) {
	n := NewName(longName, Style{})
	c := show(t, n, 160, 20)
	full := test.WidgetRenderer(n).Objects()[2]
	if full.Visible() {
		t.Error("the whole name shows without the pointer")
	}
	test.MoveMouse(c, fyne.NewPos(20, 10))
	if !full.Visible() || full.Size().Width <= 160 {
		t.Errorf("under the pointer: visible %t, %v wide", full.Visible(), full.Size().Width)
	}
	n.MouseOut()
	if full.Visible() {
		t.Error("the whole name stays after the pointer has gone")
	}
	test.Tap(n)
	if !full.Visible() {
		t.Error("a tap does not show the whole name")
	}
}

func TestNameThatFitsHasNothingToReveal(t *testing.T) {
	n := NewName("glm-5.1", Style{})
	c := show(t, n, 160, 20)
	test.MoveMouse(c, fyne.NewPos(20, 10))
	if test.WidgetRenderer(n).Objects()[2].Visible() {
		t.Error("a name that fits was revealed")
	}
}
