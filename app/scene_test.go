package app

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
	"afterglow/proxy/reason"
)

// picture draws the window with a scene.
func picture(t *testing.T, scene, language, shade string) image.Image {
	t.Helper()
	a := speak(t, language)
	a.Settings().SetTheme(shaded{newLook(), test.KnownThemeVariants()[shade]})
	w := NewWindow(a, &fakeService{}, scene != "trouble")
	w.Show()
	w.Update(sceneBoard(scene))
	if scene == "trouble" {
		w.notices.report(&limiter.RangeError{Key: limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}, Limit: 30, Highest: 20}, "notice.not_set")
	}
	return w.window.Canvas().Capture()
}

// speak makes a test app in a language.
func speak(t *testing.T, language string) fyne.App {
	t.Helper()
	locale := map[string]string{"en": "en_US.UTF-8", "zh": "zh_CN.UTF-8"}[language]
	for _, name := range []string{"LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"} {
		t.Setenv(name, locale)
	}
	a := test.NewTempApp(t)
	a.Settings().SetTheme(newLook())
	if err := loadWords(""); err != nil {
		t.Fatal(err)
	}
	return a
}

// shaded is a theme in one variant, whatever the system says.
type shaded struct {
	fyne.Theme
	variant fyne.ThemeVariant
}

func (s shaded) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	return s.Theme.Color(name, s.variant)
}

// sceneBoard is a board with five minutes of history behind it.
func sceneBoard(scene string) viewmodel.Board {
	model := viewmodel.New()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	end := sceneStatus(scene)
	for i := range viewmodel.Buckets - 1 {
		past := sceneStatus(scene)
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

// sceneStatus is the status that a scene shows.
func sceneStatus(scene string) proxy.Status {
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
		s.Concurrency = busySnapshot()
	case "trouble":
		s.Failed = reason.New(reason.PortTaken, "3392", "port 3392 is already in use by another program (listen = %q). Quit that program, or set another port", s.Addr)
		s.Problem = s.Failed.Error()
		s.Addr, s.Paused = "", true
		s.Tiers[0].State, s.Tiers[0].Reason = proxy.Out, "429 [1113] balance is used up"
		s.Tiers[0].Why = refusedWith(reason.UsedUp, s.Tiers[0].Reason)
		s.Concurrency = busySnapshot()
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
	s.Concurrency, s.Reordered = busySnapshot(), true
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
	s.Concurrency = busySnapshot()
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

func busySnapshot() limiter.Snapshot {
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

func (f *fakeService) Calls() []proxy.Call { return f.calls }

func (f *fakeService) Call(number int) (proxy.CallDetail, bool) {
	d, ok := f.details[number]
	return d, ok
}

func (f *fakeService) Cancel(number int) error {
	f.cancels = append(f.cancels, number)
	return f.err
}

func (f *fakeService) Capture(on bool) { f.status.Capture = on }

// Usage and History answer on a goroutine of their own. They keep silent unless a test is ready for that, because
// Fyne's test driver would draw there.
func (f *fakeService) Usage(ctx context.Context, q ledger.Query) (proxy.Usage, error) {
	f.mu.Lock()
	f.queries = append(f.queries, q)
	usage, err, silent := f.usage, f.err, !f.reads
	f.mu.Unlock()
	if silent {
		<-ctx.Done()
	}
	return usage, err
}

func (f *fakeService) Export(_ context.Context, _ ledger.Query, format string, to io.Writer) error {
	_, err := io.WriteString(to, format)
	return err
}

func (f *fakeService) History(ctx context.Context, k limiter.Key, span time.Duration) ([]history.Point, error) {
	if !f.reads {
		<-ctx.Done()
	}
	return f.history, f.err
}

func (f *fakeService) LedgerStats() ledger.Stats { return f.usage.Ledger }

func (f *fakeService) Settings() proxy.Settings { return f.settings }

func (f *fakeService) ChangeSettings(edit func(*proxy.Settings)) error {
	edit(&f.settings)
	return f.err
}

// fakeService answers with what it holds and remembers what it was asked.
type fakeService struct {
	vendorFake
	clientFake
	desktopFake

	mu     sync.Mutex
	status proxy.Status
	err    error
	sets   []string
	resets []string
	orders []string
	signs  []string
	wake   chan struct{}

	calls    []proxy.Call
	details  map[int]proxy.CallDetail
	cancels  []int
	usage    proxy.Usage
	queries  []ledger.Query
	history  []history.Point
	settings proxy.Settings
	reads    bool // Usage and History answer
}

func (f *fakeService) Watch(context.Context) <-chan struct{} { return f.wake }

func (f *fakeService) Status() proxy.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status
}

// set changes the status and wakes whoever watches.
func (f *fakeService) set(s proxy.Status) {
	f.mu.Lock()
	f.status = s
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *fakeService) SetLimit(vendor, model string, limit int) error {
	f.sets = append(f.sets, fmt.Sprintf("%s/%s=%d", vendor, model, limit))
	return f.err
}

func (f *fakeService) ResetVendor(vendor string) error {
	f.resets = append(f.resets, "vendor "+vendor)
	return f.err
}

func (f *fakeService) SetOrder(tiers [][]string) error {
	f.orders = append(f.orders, fmt.Sprint(tiers))
	return f.err
}

func (f *fakeService) ResetOrder() error {
	f.orders = append(f.orders, "configured")
	return f.err
}

func (f *fakeService) SignIn(vendor string) error {
	f.signs = append(f.signs, vendor)
	return f.err
}

func (f *fakeService) CancelSignIn(vendor string) error {
	f.signs = append(f.signs, "cancel "+vendor)
	return f.err
}

func (f *fakeService) ResetLimits(vendor string) error {
	f.resets = append(f.resets, vendor)
	return f.err
}
