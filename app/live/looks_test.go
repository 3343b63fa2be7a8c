package live

import (
	"image"
	"testing"

	"afterglow/app/apptest"
	"afterglow/limiter"
)

// TestLooks compares pictures of the page, drawn by Fyne's software painter, with testdata/looks. After
// a change that is meant, look at testdata/failed/looks and move them over.
func TestLooks(t *testing.T) {
	apptest.CheckLooks(t, [][3]string{
		{"busy", "en", "light"},
		{"busy", "zh", "dark"},
		{"empty", "en", "dark"},
		{"trouble", "zh", "light"},
		{"many", "en", "light"},
		{"chain", "en", "light"},
		{"chain", "zh", "dark"},
		{"sign-in", "en", "light"},
		{"sign-in", "zh", "dark"},
	}, picture)
}

// TestShadeChangesWhileTheWindowIsOpen switches light to dark under an open window, which must then look
// as if it had been dark from the start.
func TestShadeChangesWhileTheWindowIsOpen(t *testing.T) {
	want := picture(t, "busy", "en", "dark")
	a := apptest.Speak(t, "en")
	apptest.Shade(a, "light")
	w := openWindow(t, a, &apptest.Proxy{}, true)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	apptest.Shade(a, "dark")
	w.Canvas().Content().Refresh()
	got := w.Canvas().Capture()
	different := 0
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			if got.At(x, y) != want.At(x, y) {
				different++
			}
		}
	}
	if different > 0 {
		t.Errorf("%d pixels are not those of a dark window", different)
	}
}

// picture draws the window with a scene.
func picture(t *testing.T, scene, language, shade string) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	w := openWindow(t, a, &apptest.Proxy{}, scene != "trouble")
	w.Show()
	w.Update(apptest.SceneBoard(scene))
	if scene == "trouble" {
		w.Notices.Report(&limiter.RangeError{Key: limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}, Limit: 30, Highest: 20}, "notice.not_set")
	}
	return w.Canvas().Capture()
}
