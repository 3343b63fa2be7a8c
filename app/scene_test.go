package app

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/limiter"
)

// picture draws the window with a scene.
func picture(t *testing.T, scene, language, shade string) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	w := newTestMain(a, &apptest.Proxy{}, scene != "trouble")
	w.Show()
	w.Update(apptest.SceneBoard(scene))
	if scene == "trouble" {
		w.Notices.Report(&limiter.RangeError{Key: limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}, Limit: 30, Highest: 20}, "notice.not_set")
	}
	return w.Canvas().Capture()
}

// newTestMain is a window whose slow work is done at once.
func newTestMain(a fyne.App, svc Service, tray bool) *mainWindow {
	w := newMainWindow(a, svc, tray)
	w.Off = func(work func()) { work() }
	return w
}
