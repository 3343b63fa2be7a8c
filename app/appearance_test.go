package app

import (
	"image/color"
	"os"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/apptest"
	"afterglow/app/tray"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/app/window"
	"afterglow/proxy"
)

// settingsShown is a window with the settings in front.
func settingsShown(t *testing.T, svc PagesProxy) *mainWindow {
	t.Helper()
	w := newTestMain(apptest.Speak(t, "en"), svc, true)
	t.Cleanup(w.Fyne().Close)
	w.Run = func(f func()) { f() }
	w.autostart = &apptest.Login{}
	w.Build(w.fill)
	w.Show()
	w.Turn(window.Settings)
	return w
}

// chooser is the choice that has a text among others.
func chooser(t *testing.T, w *mainWindow, text string) *widget.Segment {
	t.Helper()
	return apptest.Find(t, w.Canvas(), func(s *widget.Segment) bool { return slices.Contains(s.Texts(), text) })
}

func TestLanguageChangesWithoutARestart(t *testing.T) {
	svc := &apptest.Proxy{State: proxy.Status{Addr: "127.0.0.1:3392"}}
	w := settingsShown(t, svc)
	canvas := w.Canvas()
	canvas.Focus(chooser(t, w, "中文"))
	apptest.Press(chooser(t, w, "中文"), fyne.KeyEnd)
	if svc.Chosen.Language != "zh-Hans" || ui.Tr("page.settings") != "设置" || w.Front() != window.Settings {
		t.Fatalf("language %q, says %q, page %d", svc.Chosen.Language, ui.Tr("page.settings"), w.Front())
	}
	if got := chooser(t, w, "中文"); canvas.Focused() != fyne.Focusable(got) || got.Chosen() != 2 {
		t.Errorf("the focus is on %T, chosen %d", canvas.Focused(), got.Chosen())
	}
	if got := tray.Tooltip(viewmodel.Board{Totals: viewmodel.Totals{InFlight: 3}, Busy: []viewmodel.Row{{Model: "glm-5.1"}}}); !strings.Contains(got, "进行中") {
		t.Errorf("the tray says %q", got)
	}
	apptest.Press(chooser(t, w, "中文"), fyne.KeyLeft)
	apptest.Press(chooser(t, w, "中文"), fyne.KeyLeft)
	if ui.Tr("page.settings") != "Settings" || svc.Chosen.Language != "" {
		t.Error("the system's language does not come back")
	}
}

func TestThemeChangesWithoutARestart(t *testing.T) {
	svc := &apptest.Proxy{State: proxy.Status{Addr: "127.0.0.1:3392"}}
	w := settingsShown(t, svc)
	look := func() fyne.Theme { return fyne.CurrentApp().Settings().Theme() }
	light, dark := color.Color(color.NRGBA{0xf5, 0xf4, 0xf8, 0xff}), color.Color(color.NRGBA{0x17, 0x16, 0x1c, 0xff})
	apptest.Press(chooser(t, w, "Dark"), fyne.KeyEnd)
	if got := look().Color(theme.ColorNameBackground, theme.VariantLight); got != dark {
		t.Errorf("dark: %v", got)
	}
	apptest.Press(chooser(t, w, "Dark"), fyne.KeyLeft)
	if got := look().Color(theme.ColorNameBackground, theme.VariantDark); got != light {
		t.Errorf("light: %v", got)
	}
}

// Fyne reads its scale from the environment, whatever draws it.
func TestSizeChangesWithoutARestart(t *testing.T) {
	t.Setenv("FYNE_SCALE", "1.5")
	svc := &apptest.Proxy{State: proxy.Status{Addr: "127.0.0.1:3392"}}
	w := settingsShown(t, svc)
	before := w.Canvas().Size()
	for _, c := range []struct {
		press fyne.KeyName
		want  string
		kept  float32
	}{{fyne.KeyEnd, "3.00", 2}, {fyne.KeyHome, "1.20", 0.8}, {fyne.KeyRight, "1.5", 1}} {
		apptest.Press(chooser(t, w, "125 %"), c.press)
		if got := os.Getenv("FYNE_SCALE"); got != c.want || svc.Chosen.TextSize != c.kept {
			t.Errorf("%s: Fyne's scale is %s, want %s; kept %v", c.press, got, c.want, svc.Chosen.TextSize)
		}
	}
	if got := w.Canvas().Size(); got != before {
		t.Errorf("the window came back with %v, had %v", got, before)
	}
}
