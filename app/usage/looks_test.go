package usage

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// TestUsageLooks compares pictures of the page with testdata/looks, as TestLooks does.
func TestUsageLooks(t *testing.T) {
	apptest.OnMastersProcessor(t)
	for _, c := range []struct {
		scene, language, shade string
		width, height          float32
	}{
		{"usage-empty", "en", "light", 680, 600}, {"usage-empty", "zh", "dark", 680, 600},
		{"usage-small", "en", "dark", 680, 600}, {"usage-small", "zh", "light", 680, 600},
		{"usage-full", "en", "light", 680, 1900}, {"usage-full", "zh", "dark", 680, 1900},
		{"usage-wide", "en", "dark", 1000, 1000}, {"usage-custom", "en", "light", 680, 600},
		{"usage-failed", "zh", "light", 680, 600},
	} {
		name := strings.Join([]string{c.scene, c.language, c.shade}, "-")
		t.Run(name, func(t *testing.T) {
			canvas := apptest.Draw(t, c.language, c.shade, fyne.NewSize(c.width, c.height), func() fyne.CanvasObject { return usagePicture(c.scene) })
			test.AssertImageMatches(t, "looks/"+name+".png", canvas.Capture())
		})
	}
}

// usagePicture makes the page as it looks when it has been read.
func usagePicture(scene string) fyne.CanvasObject {
	svc := &apptest.Proxy{Read: proxy.Usage{Ledger: ledger.Stats{Path: "ledger.db", Bytes: 48_300_000}}}
	p := New(svc, ui.Context{})
	days, u := viewmodel.LastDays(apptest.SceneDay, 30), proxy.Usage{Prices: "2026-11-25", Ledger: svc.Read.Ledger}
	switch scene {
	case "usage-small":
		days, u = viewmodel.LastDays(apptest.SceneDay, 7), apptest.UsageScene(3, 1, 1)
	case "usage-full", "usage-wide", "usage-custom":
		u = apptest.UsageScene(30, 6, 12)
		p.days.span.Choose(2)
	}
	if scene == "usage-custom" {
		p.days.typedIn = days
		p.days.from.SetText("2026-11-1")
		p.days.to.SetText(days.To)
		p.days.span.Choose(3)
		p.days.custom.Show()
	}
	p.set(viewmodel.NewUsage(u, days, apptest.SceneDay.Format(time.DateOnly)), nil)
	if scene == "usage-failed" {
		p.set(viewmodel.Usage{}, limiter.ErrUnknown)
	}
	return p.Root
}

func TestUsageIsAccessible(t *testing.T) {
	scenes := apptest.Scenes{}
	for _, name := range []string{"usage-full", "usage-custom", "usage-failed"} {
		scenes[name] = apptest.Drawn(func() fyne.CanvasObject { return usagePicture(name) })
	}
	apptest.CheckAccessible(t, scenes)
}

func TestNothingOnThePageTouchesTheDiskOnTheUIsGoroutine(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	d := apptest.WatchDisk(&apptest.Proxy{Read: apptest.UsageScene(30, 6, 12)})
	var p *Page
	w := test.NewTempWindow(t, apptest.Themed(t, func() fyne.CanvasObject {
		p = New(d, ui.Context{Run: d.Run, Off: d.Off, Copy: func(string) {}})
		return p.Root
	}))
	p.set(viewmodel.NewUsage(d.Read, viewmodel.LastDays(apptest.SceneDay, 30), apptest.SceneDay.Format(time.DateOnly)), nil)
	d.PressEverything(t, w.Canvas(), func() {}, "Export")
	p.Leave()
}
