// Under the race detector systray itself fails: it writes the number of its menu under one lock and reads
// it under another.

//go:build (linux || freebsd || openbsd || netbsd) && !race

package app

import (
	"bytes"
	"slices"
	"sync/atomic"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/systray"

	"afterglow/app/apptest"
	"afterglow/app/desktop/bustest"
	"afterglow/app/tray"
	"afterglow/app/ui"
	"afterglow/limiter"
	"afterglow/proxy"
)

// deskApp is an app with a tray, which it starts as Fyne does.
type deskApp struct{ *loopApp }

func (deskApp) SetSystemTrayMenu(*fyne.Menu)            {}
func (deskApp) SetSystemTrayWindow(fyne.Window)         {}
func (deskApp) SetSystemTrayIcon(picture fyne.Resource) { systray.SetIcon(picture.Content()) }

func (a deskApp) Run() {
	start, end := systray.RunWithExternalLoop(func() {}, func() {})
	start()
	defer end()
	a.loopApp.Run()
}

// systrayUsed is for -count: systray keeps its connection in a variable and cannot start twice.
var systrayUsed atomic.Bool

func TestTrayOnTheSessionBus(t *testing.T) {
	if systrayUsed.Swap(true) {
		t.Skip("systray cannot start twice in a process")
	}
	bus := bustest.Start(t)
	watcher := bus.Watch(true)
	a := deskApp{newLoopApp(t)}
	svc := &testProxy{Proxy: &apptest.Proxy{}}
	svc.State = proxy.Status{Addr: "127.0.0.1:3392", Tiers: []proxy.Tier{{Vendor: "zhipu", State: proxy.Ready}}}
	f, ended := runApplication(t.Context(), t, a, svc)
	panel := lookAt(t, bus.Connect(), <-watcher.Items)
	window := func() bool { return ask(func() bool { return f.window.Shown() }) }

	panel.until("menu", func() bool { return slices.Contains(panel.labels(), "Quit Afterglow") })
	if id, title := panel.text("Id"), panel.text("Title"); id != ui.AppName || title != ui.AppName {
		t.Errorf("Id %q, Title %q, want the program's name", id, title)
	}
	if !bytes.Equal(panel.picture(), pixels(t, tray.Badge{Number: 0, Mood: tray.Idle, Queue: 0})) {
		t.Error("the icon is not the calm one")
	}

	svc.change(func(s *proxy.Status) {
		s.Concurrency.Gauges = []limiter.Gauge{{Key: limiter.Key{Vendor: "zhipu", Model: "glm-5.1"},
			Mode: limiter.Limited, Limit: 3, InFlight: 3, Pending: 2, PeakPending: 2}}
	})
	amber := pixels(t, tray.Badge{Number: 3, Mood: tray.Pending, Queue: 0})
	panel.until("amber 3", func() bool { return bytes.Equal(panel.picture(), amber) })
	panel.until("tooltip", func() bool { return panel.tooltip() == "3 in flight · 2 queued · glm-5.1" })
	want := []string{"3 in flight · 2 queued", "zhipu glm-5.1  3/3  +2", "", "Open window",
		"Copy: export ANTHROPIC__BASE__URL=http://127.0.0.1:3392", "Pause (reject new calls)", "", "Quit Afterglow"}
	panel.until("menu of a busy model", func() bool { return slices.Equal(panel.labels(), want) })

	if window() {
		t.Error("the window is open before anyone asked")
	}
	panel.click("Open window")
	panel.until("window after the menu", window)
	ask(func() bool { f.window.Hide(); return true })
	if err := panel.item.Call("org.kde.StatusNotifierItem.Activate", 0, int32(0), int32(0)).Err; err != nil {
		t.Fatal(err)
	}
	panel.until("window after a click on the icon", window)

	panel.click("Copy")
	copied := func() bool {
		return ask(a.Clipboard().Content) == "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392"
	}
	panel.until("copied line", copied)
	panel.click("Pause")
	panel.until("check mark", func() bool { return panel.line("Pause").checked() })
	if !svc.Status().Paused {
		t.Error("not paused")
	}
	panel.click("Pause")
	panel.until("no check mark", func() bool { return !panel.line("Pause").checked() })

	panel.click("Quit")
	<-ended
}
