package app

import (
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// everyPage shows each page with much on it.
func everyPage(t *testing.T, language, shade string, check func(t *testing.T, c fyne.Canvas)) {
	suffix := "-" + language + "-" + shade
	for name, to := range map[string]window.PageID{
		"settings": window.Settings,
	} {
		t.Run(name+suffix, func(t *testing.T) {
			a := apptest.Speak(t, language)
			apptest.Shade(a, shade)
			w, _ := windowOf(t, a, to)
			check(t, w.Canvas())
		})
	}
	for _, scene := range []string{"vendors-tested", "vendors-empty", "vendor", "vendor-map", "vendor-wrong", "guide", "guide-end"} {
		t.Run(scene+suffix, func(t *testing.T) {
			check(t, vendorPicture(t, scene, language, shade).Canvas())
		})
	}
	for _, scene := range []string{"quit", "quit-failed"} {
		t.Run(scene+suffix, func(t *testing.T) {
			check(t, apptest.Draw(t, language, shade, fyne.NewSize(window.Width, window.Height), func() fyne.CanvasObject { return quitDialogOf(scene).Dialog }))
		})
	}
}

// windowOf is a shown window over some calls, with a page in front.
func windowOf(t *testing.T, a fyne.App, to window.PageID) (*mainWindow, *apptest.Proxy) {
	t.Helper()
	svc := settingsService()
	svc.CallList, svc.Details = apptest.CallScene(8), map[int]proxy.CallDetail{}
	for _, c := range svc.CallList {
		svc.Details[c.Number] = apptest.CallDetail(c)
	}
	w := newTestMain(a, svc, true)
	w.Run = func(f func()) { f() }
	w.login = &loginFake{}
	w.Build(w.fill)
	w.Turn(to)
	w.Show()
	w.Update(apptest.SceneBoard("chain"))
	return w, svc
}

func TestEveryTextHasRoom(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		everyPage(t, language, "light", apptest.CheckRoom)
	}
}

// TestPagesFitASmallScreen asks that the window at twice its size fits a screen of 1280 by 720, the tabs and all.
func TestPagesFitASmallScreen(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		everyPage(t, language, "light", func(t *testing.T, c fyne.Canvas) {
			if min := c.Content().MinSize(); min.Width > 1280/config.MaxTextSize || min.Height > 660/config.MaxTextSize {
				t.Errorf("it needs %v", min)
			}
		})
	}
}

// TestSmallestWindowHasRoom makes the window as small as it gets.
func TestSmallestWindowHasRoom(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		everyPage(t, language, "light", func(t *testing.T, c fyne.Canvas) {
			for _, w := range fyne.CurrentApp().Driver().AllWindows() {
				if w.Canvas() == c {
					w.Resize(c.Content().MinSize().Max(fyne.NewSize(640, 330)))
				}
			}
			apptest.CheckRoom(t, c)
		})
	}
}

func TestEveryTextHasContrast(t *testing.T) {
	for _, shade := range []string{"light", "dark"} {
		everyPage(t, "en", shade, apptest.CheckContrast)
	}
}

func TestKeysReachEverything(t *testing.T) {
	everyPage(t, "en", "dark", apptest.CheckKeys)
}
