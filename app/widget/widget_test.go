package widget

import (
	"image/color"
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(testTheme{Theme: test.Theme()})
	os.Exit(m.Run())
}

// testTheme is Fyne's test theme with a colour for each of our names.
type testTheme struct {
	fyne.Theme
	green uint8
}

func (t testTheme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	own := []fyne.ThemeColorName{
		ColorMuted, ColorTrack, ColorOver, ColorCard, ColorCardBorder, ColorCode, ColorThumb, ColorThumbEdge,
		ColorPending, ColorPendingBorder, ColorPendingText, ColorGlow, ColorGlowBorder, ColorGlowText,
		ColorProblem, ColorProblemBorder, ColorProblemText,
		ColorSeries1, ColorSeries2, ColorSeries3, ColorSeries4, ColorSeries5, ColorSeries6, ColorSeries7, ColorVeil,
	}
	for i, n := range own {
		if n == name {
			return color.NRGBA{R: 10, G: t.green, B: uint8(100 + i), A: 255}
		}
	}
	return t.Theme.Color(name, variant)
}

// show puts o into a window of the test driver.
func show(t *testing.T, o fyne.CanvasObject, width, height float32) fyne.Canvas {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(width, height))
	return w.Canvas()
}

// TestMarkup compares every widget with its master in testdata. After a change that is meant, look at
// testdata/failed and move it over.
func TestMarkup(t *testing.T) {
	for name, c := range map[string]struct {
		make          func() fyne.CanvasObject
		width, height float32
	}{
		"gauge":        {func() fyne.CanvasObject { g := NewGauge(); g.Set(2, 3); return g }, 120, 32},
		"pill-none":    {func() fyne.CanvasObject { return NewPill() }, 92, 32},
		"pill-pending": {func() fyne.CanvasObject { p := NewPill(); p.Set(Pending, "2"); return p }, 92, 32},
		"pill-glow":    {func() fyne.CanvasObject { p := NewPill(); p.Set(Afterglow, "queued 4"); return p }, 92, 32},
		"pill-closed":  {func() fyne.CanvasObject { p := NewPill(); p.Set(Closed, "25 s"); return p }, 92, 32},
		"grip":         {func() fyne.CanvasObject { return NewGrip() }, 14, 24},
		"group":        {func() fyne.CanvasObject { return NewGroup("Side by side", NewText("inside", Style{})) }, 200, 80},
		"slider":       {func() fyne.CanvasObject { return NewLimitSlider(3, 20) }, 128, 32},
		"sparkline":    {func() fyne.CanvasObject { return NewSparkline(60, ColorPendingBorder) }, 179, 24},
		"card":         {func() fyne.CanvasObject { return NewCard(NewText("inside", Style{})) }, 200, 80},
		"code":         {func() fyne.CanvasObject { c := NewCode(nil); c.Set("export A=b"); return c }, 200, 40},
		"dot":          {func() fyne.CanvasObject { d := NewDot(); d.Set(ColorMuted, true); return d }, 16, 16},
		"name-long":    {func() fyne.CanvasObject { return NewName("a-rather-long-model-name", Style{}) }, 90, 20},
		"text":         {func() fyne.CanvasObject { return NewText("3/3", Style{Bold: true, Align: fyne.TextAlignTrailing}) }, 44, 32},
		"notice":       {func() fyne.CanvasObject { n := NewNotice(Problem, nil); n.Set("port 3392 is in use"); return n }, 300, 40},
		"button":       {func() fyne.CanvasObject { return NewButton(Primary, clockIcon(), "Copy", nil) }, 90, 28},
	} {
		t.Run(name, func(t *testing.T) {
			test.AssertRendersToMarkup(t, name+".xml", show(t, c.make(), c.width, c.height))
		})
	}
}

func clockIcon() fyne.Resource { return fyne.NewStaticResource("clock.svg", clockSVG) }

func TestWidgetsFollowTheTheme(t *testing.T) {
	pill := NewPill()
	pill.Set(Pending, "2")
	c := show(t, pill, 92, 32)
	before := c.Capture()
	settings := fyne.CurrentApp().Settings()
	old := settings.Theme()
	settings.SetTheme(testTheme{Theme: test.Theme(), green: 200})
	defer settings.SetTheme(old)
	pill.Refresh()
	if same(before, c.Capture()) {
		t.Error("the pill kept its colours after the theme had changed")
	}
}
