package live

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/viewmodel"
	"afterglow/app/window"
	"afterglow/limiter"
)

// TestGaugeLooks is TestLooks for the page of a gauge, and for a row that opens it.
func TestGaugeLooks(t *testing.T) {
	apptest.CheckLooks(t, [][3]string{{"gauge", "en", "light"}, {"gauge", "zh", "dark"}, {"gauge-hover", "en", "dark"}}, func(t *testing.T, scene, language, shade string) image.Image {
		a := apptest.Speak(t, language)
		apptest.Shade(a, shade)
		w := openWindow(t, a, apptest.ProxyWith(apptest.CallScene(30)), true)
		w.Show()
		w.Update(apptest.SceneBoard("busy"))
		if scene == "gauge" {
			w.gauge.Choose(limiter.Key{Vendor: "zhipu", Model: "glm-5.1"})
			w.Turn(window.Gauge)
			w.gauge.history.set(apptest.HistoryScene(), nil, viewmodel.Hour, apptest.SceneDay)
		} else {
			row(t, w, "zhipu", "glm-5.1").box.(interface{ Hover(bool) }).Hover(true)
		}
		return w.Canvas().Capture()
	})
}

func TestLiveIsAccessible(t *testing.T) {
	scenes := apptest.Scenes{"history": apptest.Drawn(func() fyne.CanvasObject { return historyPicture("history") })}
	for _, c := range []struct {
		name  string
		to    window.PageID
		board func() viewmodel.Board
	}{
		{"live", window.Live, nil}, {"gauge", window.Gauge, nil}, {"adaptive", window.Live, apptest.AdaptiveBoard}, {"adaptive-gauge", window.Gauge, apptest.AdaptiveBoard},
	} {
		scenes[c.name] = func(t *testing.T, language, shade string) fyne.Canvas {
			w := chainShown(t, language, shade)
			w.Turn(c.to)
			if c.board != nil {
				w.Update(c.board())
			}
			return w.Canvas()
		}
	}
	apptest.CheckAccessible(t, scenes)
}

// chainShown is a shown window over a chain and some calls.
func chainShown(t *testing.T, language, shade string) *testWindow {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	w := openWindow(t, a, apptest.ProxyWith(apptest.CallScene(8)), true)
	w.gauge.Choose(limiter.Key{Vendor: "zhipu", Model: "glm-5.1"})
	w.Show()
	w.Update(apptest.SceneBoard("chain"))
	return w
}

func TestKeysScrollThePage(t *testing.T) {
	w := chainShown(t, "en", "light")
	w.Shortcuts(w.Canvas())
	w.Canvas().FocusNext() // a tab, which has no use for these keys
	for _, c := range []struct {
		key  fyne.KeyName
		want func(y float32) bool
	}{
		{fyne.KeyDown, func(y float32) bool { return y == 40 }},
		{fyne.KeyUp, func(y float32) bool { return y == 0 }},
		{fyne.KeyEnd, func(y float32) bool { return y > 100 }},
		{fyne.KeyPageDown, func(y float32) bool { return y > 100 }},
		{fyne.KeyHome, func(y float32) bool { return y == 0 }},
	} {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: c.key})
		if y := w.page.scroll.Offset.Y; !c.want(y) {
			t.Errorf("%s: the page is at %v", c.key, y)
		}
	}
}
