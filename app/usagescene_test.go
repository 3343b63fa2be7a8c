package app

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/connect"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// sceneDay is the last day of the scenes.
var sceneDay = time.Date(2026, 11, 25, 12, 0, 0, 0, time.Local)

// usageScene is what a ledger gives for some days, vendors and models.
func usageScene(days int, vendors, models int) proxy.Usage {
	r := rand.New(rand.NewPCG(1, 2))
	u := proxy.Usage{Prices: "2026-11-25", Ledger: ledger.Stats{Path: "ledger.db", Bytes: 48_300_000, Retention: 180 * dayLong}}
	names := []string{"zhipu", "kimi", "anthropic", "minimax", "copilot", "lab"}
	for d := range days {
		for m := range models {
			v := m % vendors
			if r.IntN(5) == 0 && models > 2 {
				continue
			}
			row := ledger.Row{Date: sceneDay.AddDate(0, 0, -d).Format(time.DateOnly), Vendor: names[v], Category: "cc", Operation: "messages", Model: "claude-opus-5-5"}
			row.Served = []string{"glm-5.1", "kimi-k2.5", "claude-opus-5-5", "minimax-m2.7", "gpt-5.6", "lab-large", "glm-4.5-air", "kimi-k2.5-thinking", "claude-haiku-4-5-20251001",
				"minimax-m2.7-highspeed", "accounts/fireworks/models/deepseek-v4-pro-0905", "lab-small"}[m]
			row.Sums = sceneSums(r, v)
			if m == 1 && d%2 == 0 && vendors > 1 {
				row.FailedOn, row.Failovers = "zhipu", row.Requests
			}
			u.Rows = append(u.Rows, row)
		}
	}
	for i := range min(days*3, 40) {
		s := ledger.Session{Key: fmt.Sprintf("%08x-77b0-4c1e-9d2f-0c5f1d2e3a4b", r.Uint32()), First: sceneDay.Add(-time.Duration(i)*7*time.Hour - time.Hour), Last: sceneDay.Add(-time.Duration(i) * 7 * time.Hour)}
		s.Models, s.Vendors = []string{"glm-5.1", "glm-4.5-air", "kimi-k2.5"}[:1+i%3], names[:1+i%2]
		s.Sums = sceneSums(r, i%vendors)
		u.Sessions = append(u.Sessions, s)
	}
	return u
}

func sceneSums(r *rand.Rand, vendor int) ledger.Sums {
	n := 20 + r.Int64N(300)
	s := ledger.Sums{Requests: n, Succeeded: n - r.Int64N(6), Usage: anthropic.Usage{Input: n * 900, Output: n * 700, CacheRead: n * 40_000, CacheCreation: n * 2_000}}
	switch vendor {
	case 0:
		s.Cost = price.Cost{Yuan: float64(n) * 0.07, Priced: n}
	case 5:
		s.Cost = price.Cost{Unpriced: n}
	default:
		s.Cost = price.Cost{Dollars: float64(n) * 0.011, Priced: n}
	}
	for range 40 {
		s.Took.Observe(time.Duration(800+r.IntN(30_000)) * time.Millisecond)
		s.First.Observe(time.Duration(300+r.IntN(3_000)) * time.Millisecond)
		if r.IntN(3) == 0 {
			s.Queued.Observe(time.Duration(r.IntN(15_000)) * time.Millisecond)
		}
	}
	return s
}

// historyScene is an hour in which the limit went from 5 to 3, and refusals stopped.
func historyScene() (points []history.Point) {
	begin := sceneDay.Add(-time.Hour)
	for i := range 3600 {
		p := history.Point{Time: begin.Add(time.Duration(i) * time.Second), Limit: 5}
		if i > 1900 {
			p.Limit = 3
		}
		if i > 300 && i < 1000 || i > 1300 && i < 3300 {
			p.InFlight, p.Pending = min(p.Limit, 1+i/70%7), max(0, i/45%11-6)
		}
		if p.Limit == 5 && p.InFlight == 5 && i%37 == 0 {
			p.Refused = 1 + i%3
		}
		points = append(points, p)
	}
	return points
}

// drawn is a page in a window of its own.
func drawn(t *testing.T, language, shade string, size fyne.Size, page func() fyne.CanvasObject) fyne.Canvas {
	t.Helper()
	a := speak(t, language)
	a.Settings().SetTheme(shaded{newLook(), test.KnownThemeVariants()[shade]})
	w := a.NewWindow("")
	w.SetPadded(false)
	w.SetContent(page())
	w.Resize(size)
	w.Content().Refresh()
	w.Content().Refresh() // a wrapped text knows its height only after it has been given its width
	t.Cleanup(w.Close)
	return w.Canvas()
}

// TestUsageLooks compares pictures of the pages that read the ledger with testdata/looks, as TestLooks does.
func TestUsageLooks(t *testing.T) {
	onMastersProcessor(t)
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
			canvas := drawn(t, c.language, c.shade, fyne.NewSize(c.width, c.height), func() fyne.CanvasObject { return pageScene(c.scene) })
			test.AssertImageMatches(t, "looks/"+name+".png", canvas.Capture())
		})
	}
}

// pageScene makes a page as it looks when it has been read.
func pageScene(scene string) fyne.CanvasObject {
	svc := &fakeService{settings: proxy.Settings{LogLevel: "info", Retention: 180 * dayLong}, usage: proxy.Usage{Ledger: ledger.Stats{Path: "ledger.db", Bytes: 48_300_000}}}
	switch {
	case strings.HasPrefix(scene, "clients"):
		p := newClientsPage(svc, desk{})
		f := clientScene(strings.TrimPrefix(scene, "clients-"))
		p.show(f.clients, f.variables)
		if scene == "clients-done" {
			p.tell([]connect.Restored{{Name: "Claude Code", File: "/home/me/.claude/settings.json", How: connect.Left, Keys: []string{"env.ANTHROPIC_BASE_URL"}, Backup: "/home/me/.local/state/afterglow/connect/claude-code.1234.settings.json", Address: "gateway.example"}})
		}
		if scene == "clients-trouble" {
			p.report(trText("clients.not_done", "/home/me/.codex/config.toml: it may only be read"))
		}
		return p.root
	case strings.HasPrefix(scene, "history"):
		v := newHistoryView(svc, desk{})
		var points []history.Point
		if scene == "history" {
			points = historyScene()
		}
		v.set(points, nil, viewmodel.Hour, sceneDay)
		return v.root
	}
	p := newUsagePage(svc, desk{})
	days, u := viewmodel.LastDays(sceneDay, 30), proxy.Usage{Prices: "2026-11-25", Ledger: svc.usage.Ledger}
	switch scene {
	case "usage-small":
		days, u = viewmodel.LastDays(sceneDay, 7), usageScene(3, 1, 1)
	case "usage-full", "usage-wide", "usage-custom":
		u = usageScene(30, 6, 12)
		p.days.span.Choose(2)
	}
	if scene == "usage-custom" {
		p.days.typedIn = days
		p.days.from.SetText("2026-11-1")
		p.days.to.SetText(days.To)
		p.days.span.Choose(3)
		p.days.custom.Show()
	}
	p.set(viewmodel.NewUsage(u, days, sceneDay.Format(time.DateOnly)), nil)
	if scene == "usage-failed" {
		p.set(viewmodel.Usage{}, limiter.ErrUnknown)
	}
	return p.root
}
