package apptest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"afterglow/app/ui"
	"afterglow/proxy"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// SceneDay is the last day of the scenes.
var SceneDay = time.Date(2026, 11, 25, 12, 0, 0, 0, time.Local)

// UsageScene is what a ledger gives for some days, vendors and models.
func UsageScene(days int, vendors, models int) proxy.Usage {
	r := rand.New(rand.NewPCG(1, 2))
	u := proxy.Usage{Prices: "2026-11-25", Ledger: ledger.Stats{Path: "ledger.db", Bytes: 48_300_000, Retention: 180 * ui.DayLong}}
	names := []string{"zhipu", "kimi", "anthropic", "minimax", "copilot", "lab"}
	for d := range days {
		for m := range models {
			v := m % vendors
			if r.IntN(5) == 0 && models > 2 {
				continue
			}
			row := ledger.Row{Date: SceneDay.AddDate(0, 0, -d).Format(time.DateOnly), Vendor: names[v], Category: "cc", Operation: "messages", Model: "claude-opus-5-5"}
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
		s := ledger.Session{Key: fmt.Sprintf("%08x-77b0-4c1e-9d2f-0c5f1d2e3a4b", r.Uint32()), First: SceneDay.Add(-time.Duration(i)*7*time.Hour - time.Hour), Last: SceneDay.Add(-time.Duration(i) * 7 * time.Hour)}
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

// HistoryScene is an hour in which the limit went from 5 to 3, and refusals stopped.
func HistoryScene() (points []history.Point) {
	begin := SceneDay.Add(-time.Hour)
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
