package app

import (
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/window"
)

// newTestWindow is a window over a fake service, in English, not yet shown.
func newTestWindow(t *testing.T, tray bool) (*mainWindow, *apptest.Proxy) {
	t.Helper()
	svc := &apptest.Proxy{}
	w := newTestMain(apptest.Speak(t, "en"), svc, tray)
	t.Cleanup(w.Fyne().Close)
	return w, svc
}

func TestClosingHidesInTheTrayOrQuits(t *testing.T) {
	w, _ := newTestWindow(t, true)
	quits := 0
	w.Quit = func() { quits++ }
	w.Show()
	w.Closed()
	if quits != 0 || w.Shown() {
		t.Errorf("with a tray: %d quits, shown %t", quits, w.Shown())
	}
	w.SetTray(false)
	w.Show()
	w.Closed()
	if quits != 1 {
		t.Errorf("without a tray: %d quits, want 1", quits)
	}
}

// newTestMain is a window whose slow work is done at once.
func newTestMain(a fyne.App, svc PagesProxy, tray bool) *mainWindow {
	w := newMainWindow(a, svc, tray)
	w.Off = func(work func()) { work() }
	return w
}

// The system's font may be found while somebody is on any page.
func TestPageInFrontStaysWhenTheWindowIsMadeAgain(t *testing.T) {
	w, _ := newTestWindow(t, true)
	w.Show()
	w.openGuide()
	w.takeSystemFont()
	if w.Front() != window.Guide || w.Tab() != window.Live {
		t.Errorf("page %d, tab %d", w.Front(), w.Tab())
	}
}
