// Package apptest is what the tests of the desktop share: a proxy in memory, scenes for pictures, and checks of what is drawn.
package apptest

import (
	"image"
	"image/color"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/app/window"
)

// OnMastersProcessor skips a comparison with pictures that were drawn on another kind of processor.
func OnMastersProcessor(t *testing.T) {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("another processor rounds some pixels another way")
	}
}

// CheckLooks compares pictures with those in testdata/looks. A look is a scene, a language and a shade, and its picture's name
// is these three. After a change that is meant, look at testdata/failed/looks and move them over.
func CheckLooks(t *testing.T, looks [][3]string, draw func(t *testing.T, scene, language, shade string) image.Image) {
	t.Helper()
	OnMastersProcessor(t)
	for _, look := range looks {
		name := strings.Join(look[:], "-")
		t.Run(name, func(t *testing.T) {
			test.AssertImageMatches(t, "looks/"+name+".png", draw(t, look[0], look[1], look[2]))
		})
	}
}

// Speak makes a test app in a language.
func Speak(t *testing.T, language string) fyne.App {
	t.Helper()
	locale := map[string]string{"en": "en_US.UTF-8", "zh": "zh_CN.UTF-8"}[language]
	for _, name := range []string{"LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"} {
		t.Setenv(name, locale)
	}
	a := test.NewTempApp(t)
	a.Settings().SetTheme(ui.DefaultTheme())
	if err := ui.LoadTranslations(""); err != nil {
		t.Fatal(err)
	}
	return a
}

// Shade shows an app in "light" or "dark", whatever the system says.
func Shade(a fyne.App, shade string) {
	a.Settings().SetTheme(shaded{ui.DefaultTheme(), test.KnownThemeVariants()[shade]})
}

type shaded struct {
	fyne.Theme
	variant fyne.ThemeVariant
}

func (s shaded) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	return s.Theme.Color(name, s.variant)
}

// Press types a key while c has the focus.
func Press(c fyne.Focusable, name fyne.KeyName) { c.TypedKey(&fyne.KeyEvent{Name: name}) }

// QueueContext is a context whose work waits until the test does it, on its own goroutine.
func QueueContext() (ui.Context, chan func()) {
	work := make(chan func(), 100)
	return ui.Context{Run: func(f func()) { work <- f }}, work
}

// Do does one piece of work.
func Do(t *testing.T, work chan func()) {
	t.Helper()
	select {
	case f := <-work:
		f()
	case <-time.After(3 * time.Minute): // a slow machine may need long
		t.Fatal("nothing to do")
	}
}

// Draw is a page in a window of its own.
func Draw(t *testing.T, language, shade string, size fyne.Size, page func() fyne.CanvasObject) fyne.Canvas {
	t.Helper()
	a := Speak(t, language)
	Shade(a, shade)
	w := a.NewWindow("")
	w.SetPadded(false)
	w.SetContent(page())
	w.Resize(size)
	w.Content().Refresh()
	w.Content().Refresh() // a wrapped text knows its height only after it has been given its width
	t.Cleanup(w.Close)
	return w.Canvas()
}

// Tapped taps the middle of a thing on a canvas.
func Tapped(t *testing.T, c fyne.Canvas, o fyne.CanvasObject) {
	t.Helper()
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	size := o.Size()
	test.TapCanvas(c, at.AddXY(size.Width/2, size.Height/2))
}

// Pressed gives a thing the focus and types keys.
func Pressed(c fyne.Canvas, o fyne.Focusable, keys ...fyne.KeyName) {
	c.Focus(o)
	for _, key := range keys {
		o.TypedKey(&fyne.KeyEvent{Name: key})
	}
}

// Pass lets time pass, and what is due happen.
func Pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// OnCard is a window with o on a card.
func OnCard(t *testing.T, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, container.New(layout.NewCustomPaddedLayout(12, 12, 12, 12), container.NewVBox(widget.NewCard(o))))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(680, 340))
	return w
}

// NewWindow is a window whose slow work is done at once. It has no page yet.
func NewWindow(t *testing.T, a fyne.App) *window.Window {
	t.Helper()
	w := window.New(a)
	w.Off = func(work func()) { work() }
	t.Cleanup(w.Fyne().Close)
	return w
}

// EmptyPages are pages with nothing on them.
func EmptyPages() (all window.Pages) {
	for i := range all {
		all[i].Root = container.NewStack()
	}
	return all
}

// Themed makes an object in a test app that speaks English.
func Themed(t *testing.T, object func() fyne.CanvasObject) fyne.CanvasObject {
	t.Helper()
	Speak(t, "en")
	return object()
}
