package app

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
	"afterglow/proxy/connect"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
)

// TestUsageLooks compares pictures of the pages that read the ledger with testdata/looks, as TestLooks does.
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
		{"history", "en", "light", 680, 380}, {"history", "zh", "dark", 680, 380},
		{"history-empty", "en", "dark", 680, 200},
	} {
		name := strings.Join([]string{c.scene, c.language, c.shade}, "-")
		t.Run(name, func(t *testing.T) {
			canvas := apptest.Draw(t, c.language, c.shade, fyne.NewSize(c.width, c.height), func() fyne.CanvasObject { return pageScene(c.scene) })
			test.AssertImageMatches(t, "looks/"+name+".png", canvas.Capture())
		})
	}
}

// pageScene makes a page as it looks when it has been read.
func pageScene(scene string) fyne.CanvasObject {
	svc := &apptest.Proxy{InForce: proxy.Settings{LogLevel: "info", Retention: 180 * ui.DayLong}, Read: proxy.Usage{Ledger: ledger.Stats{Path: "ledger.db", Bytes: 48_300_000}}}
	switch {
	case strings.HasPrefix(scene, "clients"):
		p := newClientsPage(svc, ui.Context{})
		f := apptest.ClientScene(strings.TrimPrefix(scene, "clients-"))
		p.show(f.ClientList, f.VariableList)
		if scene == "clients-done" {
			p.tell([]connect.Restored{{Name: "Claude Code", File: "/home/me/.claude/settings.json", How: connect.Left, Keys: []string{"env.ANTHROPIC_BASE_URL"}, Backup: "/home/me/.local/state/afterglow/connect/claude-code.1234.settings.json", Address: "gateway.example"}})
		}
		if scene == "clients-trouble" {
			p.report(ui.TrText("clients.not_done", "/home/me/.codex/config.toml: it may only be read"))
		}
		return p.root
	case strings.HasPrefix(scene, "history"):
		v := newHistoryView(svc, ui.Context{})
		var points []history.Point
		if scene == "history" {
			points = apptest.HistoryScene()
		}
		v.set(points, nil, viewmodel.Hour, apptest.SceneDay)
		return v.root
	}
	p := newUsagePage(svc, ui.Context{})
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
	return p.root
}
