package app

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"afterglow/app/window"
)

// keyboard is a canvas that hears shortcuts, which the test driver's does not.
type keyboard struct {
	fyne.Canvas
	fyne.ShortcutHandler
}

func (k *keyboard) AddShortcut(s fyne.Shortcut, do func(fyne.Shortcut)) {
	k.ShortcutHandler.AddShortcut(s, do)
}

func (k *keyboard) RemoveShortcut(s fyne.Shortcut) { k.ShortcutHandler.RemoveShortcut(s) }

func TestControlAndANumberTurnToAPage(t *testing.T) {
	w, _ := newTestWindow(t, true)
	keys := &keyboard{Canvas: w.Canvas()}
	w.Shortcuts(keys)
	for _, c := range []struct {
		key  fyne.KeyName
		want window.PageID
	}{{fyne.Key2, window.Activity}, {fyne.Key3, window.Usage}, {fyne.Key4, window.Vendors}, {fyne.Key5, window.Clients}, {fyne.Key6, window.Settings}, {fyne.Key1, window.Live}} {
		keys.TypedShortcut(&desktop.CustomShortcut{KeyName: c.key, Modifier: fyne.KeyModifierShortcutDefault})
		if w.Front() != c.want || w.Tab() != c.want {
			t.Errorf("%s: page %d, tab %d, want %d", c.key, w.Front(), w.Tab(), c.want)
		}
	}
}

// The notice stands above every page, wherever the user goes.
func TestCaptureIsSaidOnEveryPageUntilItIsStopped(t *testing.T) {
	w, svc := newTestWindow(t, true)
	w.Show()
	w.Turn(window.Activity)
	if w.Notices.Capture.Visible() {
		t.Fatal("bodies are kept from the start")
	}
	w.SetCapture(true)
	if !svc.State.Capture {
		t.Fatal("the switch does not turn it on")
	}
	for at := window.Live; at <= window.Guide; at++ {
		w.Turn(at)
		if !w.Notices.Capture.Visible() || !w.Notices.Box.Visible() || w.Notices.Box.Size().Height < 30 {
			t.Errorf("page %d does not say that bodies are kept", at)
		}
	}
	test.Tap(w.Notices.Stop)
	if svc.State.Capture || w.Notices.Capture.Visible() || w.Notices.Box.Visible() {
		t.Error("it does not stop")
	}
}
