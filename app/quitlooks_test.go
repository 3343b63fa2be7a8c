package app

import (
	"errors"
	"image"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
)

// quitScene is the dialog over a window with calls.
func quitScene(t *testing.T, scene, language, shade string) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	w := newTestMain(a, &apptest.Proxy{}, true)
	t.Cleanup(w.Fyne().Close)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	if scene == "offer" {
		w.offer(true)
		return w.Canvas().Capture()
	}
	w.Ask(quitDialogOf(scene))
	return w.Canvas().Capture()
}

// quitDialogOf is the dialog of a scene.
func quitDialogOf(scene string) *quitDialog {
	clients := apptest.ClientScene("clients").ClientList
	if scene == "quit" {
		clients = clients[:1]
	}
	d := newQuitDialog(clients, quitAnswers{disconnect: func(bool) {}, keep: func(bool) {}, cancel: func() {}})
	if scene == "quit-failed" {
		d.fail(errors.New("/home/me/.claude/settings.json: it may only be read"))
	}
	return d
}

// TestQuitLooks compares pictures of the dialog, and of the offer to start at login, with testdata/looks, as TestLooks does.
func TestQuitLooks(t *testing.T) {
	apptest.CheckLooks(t, [][3]string{
		{"quit", "en", "light"}, {"quit", "zh", "dark"}, {"quit-failed", "en", "dark"}, {"quit-failed", "zh", "light"},
		{"offer", "en", "light"}, {"offer", "zh", "dark"},
	}, quitScene)
}

func TestQuittingIsAccessible(t *testing.T) {
	scenes := apptest.Scenes{}
	for _, name := range []string{"quit", "quit-failed"} {
		scenes[name] = apptest.Drawn(func() fyne.CanvasObject { return quitDialogOf(name).Dialog })
	}
	apptest.CheckAccessible(t, scenes)
}
