package apptest

import (
	"fmt"
	"time"

	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/reason"
)

// NineFourteen is when the scenes' vendor refused a call: today, because clockTime leaves out no other date.
func NineFourteen() time.Time {
	y, m, d := time.Now().Date()
	return time.Date(y, m, d, 9, 14, 0, 0, time.Local)
}

// adaptiveScene is a limit for each reason, and one that is fixed.
func adaptiveScene() proxy.Status {
	gauge := func(model string, inFlight, limit, ceiling, pending int, a limiter.Adaptation) limiter.Gauge {
		return limiter.Gauge{
			Key: limiter.Key{Vendor: "zhipu", Model: model}, Mode: limiter.Limited, InFlight: inFlight, Limit: limit, Ceiling: ceiling, Configured: 8, Max: 20,
			Pending: pending, Adaptation: a,
		}
	}
	at := NineFourteen()
	s := SceneStatus("")
	s.Concurrency = limiter.Snapshot{
		Gauges: []limiter.Gauge{
			gauge("glm-4.5-air", 1, 3, 8, 0, limiter.Adaptation{Why: limiter.Enough, Since: at}),
			gauge("glm-4.6v", 4, 4, 8, 3, limiter.Adaptation{Why: limiter.Trying, Since: at}),
			gauge("glm-5-preview-with-a-long-name-0905", 6, 3, 12, 12, limiter.Adaptation{Why: limiter.Refused, Refused: 6, Since: at}),
			gauge("glm-5.1", 2, 2, 8, 4, limiter.Adaptation{Why: limiter.Refused, Refused: 3, Since: at}),
			gauge("glm-5v-turbo", 5, 8, 8, 0, limiter.Adaptation{Why: limiter.Ceiling, Since: at}),
			{Key: limiter.Key{Vendor: "kimi", Model: "kimi-k2.5"}, Mode: limiter.Limited, InFlight: 2, Limit: 3, Ceiling: 3, Configured: 3, Max: 20},
			{Key: limiter.Key{Vendor: "anthropic", Model: "claude-opus-4-6"}, InFlight: 1},
		},
	}
	return s
}

// AdaptiveBoard is the board of AdaptiveScene.
func AdaptiveBoard() viewmodel.Board {
	return viewmodel.New().Update(adaptiveScene(), time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC))
}

// SceneBoard is a board with five minutes of history behind it.
func SceneBoard(scene string) viewmodel.Board {
	model := viewmodel.New()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	end := SceneStatus(scene)
	for i := range viewmodel.Buckets - 1 {
		past := SceneStatus(scene)
		for j := range past.Concurrency.Gauges {
			g := &past.Concurrency.Gauges[j]
			g.InFlight = max(0, g.InFlight*(i*7%11)/8-j%2)
			g.Pending = max(0, i*5%13-9) * min(g.Pending+g.PeakPending, 3)
		}
		model.Update(past, now.Add(time.Duration(i)*viewmodel.Bucket))
	}
	return model.Update(end, now.Add((viewmodel.Buckets-1)*viewmodel.Bucket))
}

// refusedWith is a vendor's refusal.
func refusedWith(code reason.Code, said string) reason.Reason {
	return reason.Reason{Code: code, Text: said, Words: said}
}

// SceneStatus is the status that a scene shows.
func SceneStatus(scene string) proxy.Status {
	s := proxy.Status{Addr: "127.0.0.1:3392", Tiers: []proxy.Tier{
		{Vendor: "zhipu", Title: "Zhipu 智谱", State: proxy.Ready},
		{Vendor: "kimi", Title: "Kimi", State: proxy.Ready},
		{Vendor: "minimax", Title: "MiniMax", State: proxy.NoKey, Reason: "no key: set MINIMAX_API_KEY", Why: reason.New(reason.NoKey, "MINIMAX_API_KEY", "no key: set MINIMAX_API_KEY")},
		{Vendor: "anthropic", Title: "Anthropic", State: proxy.Ready},
	}}
	switch scene {
	case "empty":
		s.Demo = true
	case "busy":
		s.Concurrency = BusySnapshot()
	case "trouble":
		s.Failed = reason.New(reason.PortTaken, "3392", "port 3392 is already in use by another program (listen = %q). Quit that program, or set another port", s.Addr)
		s.Problem = s.Failed.Error()
		s.Addr, s.Paused = "", true
		s.Tiers[0].State, s.Tiers[0].Reason = proxy.Out, "429 [1113] balance is used up"
		s.Tiers[0].Why = refusedWith(reason.UsedUp, s.Tiers[0].Reason)
		s.Concurrency = BusySnapshot()
	case "chain":
		chainScene(&s)
	case "sign-in":
		signInScene(&s)
	case "many":
		for i := range 30 {
			s.Concurrency.Gauges = append(s.Concurrency.Gauges, limiter.Gauge{
				Key:  limiter.Key{Vendor: "zhipu", Model: fmt.Sprintf("glm-%d.%d-%s", 4+i/10, i%10, []string{"air", "turbo", "vision-preview"}[i%3])},
				Mode: limiter.Limited, Limit: 1 + i*3%20, Ceiling: 1 + i*3%20, Configured: 3, Max: 20,
				InFlight: i * 2 % (2 + i*3%20), Pending: max(0, i%5-3) * 4, PeakPending: max(0, i%7-4) * 9,
			})
		}
	}
	return s
}

// chainScene is a pool, a vendor that is out, one that is tried again, a model that is out, and quotas.
func chainScene(s *proxy.Status) {
	s.Concurrency, s.Reordered = BusySnapshot(), true
	s.Waits = map[limiter.Key]time.Duration{{Vendor: "zhipu", Model: "glm-5.1"}: 12 * time.Second}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Add((viewmodel.Buckets - 1) * viewmodel.Bucket)
	t := []proxy.Tier{s.Tiers[0], s.Tiers[1], s.Tiers[2], s.Tiers[3]}
	defer func() { s.Tiers = []proxy.Tier{t[2], t[0], t[1], t[3]} }()
	t[0].Pool, t[1].Pool = 1, 1
	t[0].Quotas = []proxy.QuotaUse{{Name: "5h", Percent: 74.2}, {Name: "7d", Percent: 91}}
	t[0].Models = []proxy.ModelOut{{Model: "glm-4.5-air", Reason: "529 [1305] the model is overloaded", Why: refusedWith(reason.Overloaded, "529 [1305] the model is overloaded"), Until: now.Add(25 * time.Second)}}
	t[1].State, t[1].Reason = proxy.Probing, "503 upstream connect error"
	t[1].Why = refusedWith(reason.Overloaded, t[1].Reason)
	t[2].State, t[2].Until = proxy.Out, now.Add(11*time.Minute+20*time.Second)
	t[2].Reason = "429 [1310] weekly limit reached, resets at 2026-11-24 18:00:00, and a good deal more that does not fit on the line"
	t[2].Why = refusedWith(reason.UsedUp, t[2].Reason)
	t[3].Quotas = []proxy.QuotaUse{{Name: "5h", Percent: 45}}
}

// signInScene is a vendor for every state of signing in.
func signInScene(s *proxy.Status) {
	s.Concurrency = BusySnapshot()
	s.Tiers = nil
	for i, in := range []proxy.SignIn{
		{Provider: "github", State: "needed"},
		{Provider: "github", State: "pending", Code: "WDJB-MJHT", URL: "https://github.com/login/device"},
		{Provider: "google", State: "pending", URL: "https://accounts.google.com/o/oauth2/v2/auth?access_type=offline&client_id=0123456789&code_challenge=abcdefghijklmnop"},
		{Provider: "google", State: "failed", Problem: "access_denied: the user did not allow it"},
	} {
		title := map[string]string{"github": "GitHub Copilot", "google": "Google Antigravity"}[in.Provider]
		s.Tiers = append(s.Tiers, proxy.Tier{Vendor: fmt.Sprintf("v%d", i), Title: title, State: proxy.SignedOut, Reason: "sign in", SignIn: in})
	}
}

// BusySnapshot is a limiter with limited models of one vendor, and models of others that are only counted.
func BusySnapshot() limiter.Snapshot {
	limited := func(model string, inFlight, limit, configured, pending, peak int) limiter.Gauge {
		return limiter.Gauge{Key: limiter.Key{Vendor: "zhipu", Model: model}, Mode: limiter.Limited, Limit: limit, Ceiling: limit, Configured: configured,
			Max: 20, InFlight: inFlight, Pending: pending, PeakPending: peak}
	}
	counted := func(vendor, model string, n int) limiter.Gauge {
		return limiter.Gauge{Key: limiter.Key{Vendor: vendor, Model: model}, InFlight: n}
	}
	return limiter.Snapshot{
		Gauges: []limiter.Gauge{
			limited("glm-5.1", 3, 3, 3, 2, 4),
			limited("glm-4.6v", 5, 16, 3, 0, 0),
			limited("glm-5v-turbo", 5, 3, 3, 0, 37),
			limited("glm-4.5-air", 0, 3, 3, 0, 0),
			counted("kimi", "kimi-k2.5", 2),
			counted("kimi", "accounts/fireworks/models/kimi-k2-thinking-turbo-0905-preview", 12),
			counted("anthropic", "claude-opus-4-6", 1),
		},
		Accounts: []limiter.Account{{Vendor: "zhipu", Limit: 14, Ceiling: 14, Configured: 10, Max: 20, InFlight: 13, Pending: 2}},
	}
}

// BoardOf is the first board of a status.
func BoardOf(s proxy.Status) viewmodel.Board { return viewmodel.New().Update(s, time.Now()) }
