package apptest

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"afterglow/proxy/config"
)

// shownThing is one thing that is drawn in a window, where it is and what of it can be seen.
type shownThing struct {
	object fyne.CanvasObject
	at     fyne.Position // of the window
	clip   area          // of whatever scrolls around it
}

// area is a rectangle in Fyne's units.
type area struct{ left, top, right, bottom float32 }

func areaOf(at fyne.Position, size fyne.Size) area {
	return area{at.X, at.Y, at.X + size.Width, at.Y + size.Height}
}

func (a area) and(b area) area {
	return area{max(a.left, b.left), max(a.top, b.top), min(a.right, b.right), min(a.bottom, b.bottom)}
}

func (a area) inset(by float32) area {
	return area{a.left + by, a.top + by, a.right - by, a.bottom - by}
}

func (a area) empty() bool { return a.left >= a.right || a.top >= a.bottom }

// everything lists what is drawn of an object, from behind to the front.
func everything(o fyne.CanvasObject, at fyne.Position, clip area, found *[]shownThing) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	*found = append(*found, shownThing{o, at, clip})
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			everything(child, at, clip, found)
		}
	case fyne.Widget:
		if s, ok := o.(*container.Scroll); ok {
			clip = clip.and(areaOf(at, s.Size()))
		}
		for _, child := range test.WidgetRenderer(o).Objects() {
			everything(child, at, clip, found)
		}
	}
}

// onCanvas lists what is drawn on a canvas.
func onCanvas(c fyne.Canvas) (found []shownThing) {
	everything(c.Content(), fyne.Position{}, areaOf(fyne.Position{}, c.Size()), &found)
	return found
}

// ink is where a text's letters are.
func (s shownThing) ink(t *canvas.Text) area {
	need := t.MinSize()
	left := s.at.X
	switch t.Alignment {
	case fyne.TextAlignCenter:
		left += (t.Size().Width - need.Width) / 2
	case fyne.TextAlignTrailing:
		left += t.Size().Width - need.Width
	}
	return area{left, s.at.Y, left + need.Width, s.at.Y + need.Height}
}

// CheckRoom tells of texts that run into each other, or out of the window.
func CheckRoom(t *testing.T, c fyne.Canvas) {
	t.Helper()
	type line struct {
		text string
		ink  area
	}
	var lines []line
	for _, s := range onCanvas(c) {
		text, ok := s.object.(*canvas.Text)
		if !ok || text.Text == "" {
			continue
		}
		ink := s.ink(text)
		if shown := ink.and(s.clip); shown.empty() {
			continue
		}
		if ink.left < s.clip.left-1 || ink.right > s.clip.right+1 {
			t.Errorf("%q is cut at the side: %.0f to %.0f, to be seen is %.0f to %.0f", text.Text, ink.left, ink.right, s.clip.left, s.clip.right)
		}
		lines = append(lines, line{text.Text, ink.and(s.clip).inset(1.5)})
	}
	if len(lines) < 5 {
		t.Fatalf("only %d texts: %v", len(lines), lines)
	}
	for i, a := range lines {
		for _, b := range lines[i+1:] {
			if !a.ink.and(b.ink).empty() {
				t.Errorf("%q and %q run into each other: %.0f and %.0f", a.text, b.text, a.ink, b.ink)
			}
		}
	}
}

// CheckContrast asks for 4.5 between every text that is drawn and what is around it, as WCAG AA does, or 3 where the
// text is large. What is around it is read off the picture.
func CheckContrast(t *testing.T, c fyne.Canvas) {
	t.Helper()
	picture := c.Capture()
	scale := c.Scale()
	checked := 0
	for _, s := range onCanvas(c) {
		text, ok := s.object.(*canvas.Text)
		if !ok || text.Text == "" {
			continue
		}
		ink := s.ink(text)
		if ink.and(s.clip) != ink {
			continue // partly scrolled away
		}
		ground := commonest(picture, image.Rect(int(ink.left*scale), int(ink.top*scale), int(ink.right*scale), int(ink.bottom*scale)))
		least := 4.5
		if text.TextSize >= 24 || text.TextSize >= 18.66 && text.TextStyle.Bold {
			least = 3
		}
		if got := Contrast(text.Color, ground); got < least {
			t.Errorf("%q: %.2f, want %.1f", text.Text, got, least)
		}
		checked++
	}
	if checked < 5 {
		t.Fatalf("only %d texts", checked)
	}
}

// commonest is the colour of most of a picture's part: that of the ground, for letters cover less of it.
func commonest(img image.Image, part image.Rectangle) (most color.Color) {
	counts := map[color.NRGBA]int{}
	best := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			if counts[c]++; counts[c] > best {
				best, most = counts[c], c
			}
		}
	}
	return most
}

// focusRise is how far the focus may go up, to the next thing in a row or because the page has scrolled.
const focusRise = 60

// CheckKeys walks the page by Tab and asks that everything that can be tapped is reached, from the top to the bottom,
// and that each thing with the focus looks different from without it.
func CheckKeys(t *testing.T, c fyne.Canvas) {
	t.Helper()
	reached := map[fyne.CanvasObject]bool{}
	c.Unfocus()
	before := float32(0)
	for {
		c.FocusNext()
		f, _ := c.Focused().(fyne.CanvasObject)
		if f == nil || reached[f] {
			break
		}
		reached[f] = true
		if y := fyne.CurrentApp().Driver().AbsolutePositionForObject(f).Y; y < before-focusRise {
			t.Errorf("the focus jumps up by %.0f, to %s", before-y, called(f))
		} else {
			before = y
		}
		with := c.Capture()
		c.Focused().FocusLost()
		without := c.Capture()
		c.Focused().FocusGained()
		if alike(with, without) && !unmarked(f) {
			t.Errorf("nobody sees that %s has the focus", called(f))
		}
	}
	for _, s := range onCanvas(c) {
		if _, can := s.object.(fyne.Tappable); !can || mouseOnly(s.object) || reached[s.object] {
			continue
		}
		if d, ok := s.object.(fyne.Disableable); ok && d.Disabled() {
			continue
		}
		if _, can := s.object.(fyne.Focusable); !can && within(s.object, reached) {
			continue
		}
		t.Errorf("no key reaches %s", called(s.object))
	}
}

// within tells that an object is drawn by something that keys reach, which passes them on.
func within(o fyne.CanvasObject, reached map[fyne.CanvasObject]bool) bool {
	for f := range reached {
		var parts []shownThing
		everything(f, fyne.Position{}, area{right: 1e9, bottom: 1e9}, &parts)
		for _, p := range parts {
			if p.object == o {
				return true
			}
		}
	}
	return false
}

func called(o fyne.CanvasObject) string {
	if a, ok := o.(interface{ AccessibilityLabel() string }); ok {
		return fmt.Sprintf("%T %q", o, a.AccessibilityLabel())
	}
	return fmt.Sprintf("%T", o)
}

func alike(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// Scenes are pages with much on them, each by its name.
type Scenes map[string]func(t *testing.T, language, shade string) fyne.Canvas

func (s Scenes) each(t *testing.T, languages, shades []string, check func(t *testing.T, c fyne.Canvas)) {
	for name, draw := range s {
		for _, language := range languages {
			for _, shade := range shades {
				t.Run(strings.Join([]string{name, language, shade}, "-"), func(t *testing.T) { check(t, draw(t, language, shade)) })
			}
		}
	}
}

// CheckAccessible asks that every text has room, also in the smallest window and on a screen of 1280 by 720 at twice the
// window's size; that every text has contrast; and that keys reach everything.
func CheckAccessible(t *testing.T, scenes Scenes) {
	both, light := []string{"en", "zh"}, []string{"light"}
	t.Run("EveryTextHasRoom", func(t *testing.T) { scenes.each(t, both, light, CheckRoom) })
	t.Run("PagesFitASmallScreen", func(t *testing.T) {
		scenes.each(t, both, light, func(t *testing.T, c fyne.Canvas) {
			if min := c.Content().MinSize(); min.Width > 1280/config.MaxTextSize || min.Height > 660/config.MaxTextSize {
				t.Errorf("it needs %v", min)
			}
		})
	})
	t.Run("SmallestWindowHasRoom", func(t *testing.T) {
		scenes.each(t, both, light, func(t *testing.T, c fyne.Canvas) {
			for _, w := range fyne.CurrentApp().Driver().AllWindows() {
				if w.Canvas() == c {
					w.Resize(c.Content().MinSize().Max(fyne.NewSize(640, 330)))
				}
			}
			CheckRoom(t, c)
		})
	})
	t.Run("EveryTextHasContrast", func(t *testing.T) { scenes.each(t, []string{"en"}, []string{"light", "dark"}, CheckContrast) })
	t.Run("KeysReachEverything", func(t *testing.T) { scenes.each(t, []string{"en"}, []string{"dark"}, CheckKeys) })
}

// Drawn is a scene of an object alone in a window of the usual size.
func Drawn(object func() fyne.CanvasObject) func(t *testing.T, language, shade string) fyne.Canvas {
	return func(t *testing.T, language, shade string) fyne.Canvas {
		return Draw(t, language, shade, fyne.NewSize(680, 600), object)
	}
}

// Find is the first thing of its type that is drawn on a canvas and is the one.
func Find[T fyne.CanvasObject](t *testing.T, c fyne.Canvas, is func(T) bool) (found T) {
	t.Helper()
	for _, s := range onCanvas(c) {
		if o, ok := s.object.(T); ok && is(o) {
			return o
		}
	}
	t.Fatalf("no such %T on the page", found)
	return found
}
