package app

import (
	"image"
	"testing"

	"afterglow/app/apptest"
	"afterglow/limiter"
)

// picture draws the window with a scene.
func picture(t *testing.T, scene, language, shade string) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	w := NewWindow(a, &apptest.Proxy{}, scene != "trouble")
	w.Show()
	w.Update(apptest.SceneBoard(scene))
	if scene == "trouble" {
		w.notices.report(&limiter.RangeError{Key: limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}, Limit: 30, Highest: 20}, "notice.not_set")
	}
	return w.window.Canvas().Capture()
}
