package tray

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// fakeIcon is a tray icon that notes what it is told. It is for one goroutine, like the real one.
type fakeIcon struct {
	icons    int
	texts    []string
	items    [menuItems]menuItem
	changes  []int // places of the menu
	panicsAt int   // the icon that makes it panic, as systray does without a session bus
}

func (f *fakeIcon) setIcon([]byte) {
	f.icons++
	if f.icons == f.panicsAt {
		panic("dbus: connection closed")
	}
}

func (f *fakeIcon) setTooltip(text string) { f.texts = append(f.texts, text) }
func (f *fakeIcon) setTitle(text string)   { f.texts = append(f.texts, text) }

func (f *fakeIcon) setItem(place int, was, now menuItem) {
	if f.items[place] != was {
		panic(fmt.Sprintf("item %d was %v, not %v", place, f.items[place], was))
	}
	f.items[place] = now
	f.changes = append(f.changes, place)
}

// labels are the lines of the menu that are to be seen.
func (f *fakeIcon) labels() []string {
	var list []string
	for _, item := range f.items {
		if !item.hidden {
			list = append(list, item.label)
		}
	}
	return list
}

func newTestTray(t *testing.T, oneColor bool) (*Tray, *fakeIcon) {
	t.Helper()
	apptest.Speak(t, "en")
	b, err := NewBadges()
	if err != nil {
		t.Fatal(err)
	}
	icon := &fakeIcon{}
	return &Tray{On: icon, Badges: b, OneColor: oneColor, Shows: func() string { return config.TrayInFlight }}, icon
}

func busyBoard(inFlight, pending int) viewmodel.Board {
	return viewmodel.Board{
		Addr:   "127.0.0.1:3392",
		Totals: viewmodel.Totals{InFlight: inFlight, Pending: pending, Peak: pending},
		Busy:   []viewmodel.Row{{Vendor: "zhipu", Model: "glm-5.1", Limited: true, Limit: 3, InFlight: inFlight, Pending: pending}},
	}
}

func TestTrayMenu(t *testing.T) {
	tray, icon := newTestTray(t, false)
	tray.show(busyBoard(3, 2))
	want := []string{
		"3 in flight · 2 queued",
		"zhipu glm-5.1  3/3  +2",
		"Open window",
		"Copy: export ANTHROPIC_BASE_URL=http://127.0.0.1:3392",
		"Pause (reject new calls)",
		"Quit Afterglow",
	}
	if got := icon.labels(); !slices.Equal(got, want) {
		t.Errorf("menu = %q, want %q", got, want)
	}
	if !icon.items[trayTotals].disabled || icon.items[trayBusy].disabled {
		t.Error("of the totals and the models only the totals are disabled")
	}
	if want := []string{ui.AppName, "3 in flight · 2 queued · glm-5.1"}; !slices.Equal(icon.texts, want) {
		t.Errorf("title and tooltip = %q, want %q", icon.texts, want)
	}
}

// Which key a vendor rejects is to be seen without the window, also while other vendors answer.
func TestTrayNamesTheKeyThatWasRejected(t *testing.T) {
	tray, icon := newTestTray(t, false)
	b := busyBoard(1, 0)
	b.Rejected = viewmodel.Head{Vendor: "zhipu", Title: "Zhipu", State: proxy.Rejected, Key: config.KeyInVariable, KeyVar: "ZHIPU_API_KEY"}
	tray.show(b)
	if got := icon.labels(); got[1] != "Zhipu rejected its API key (ZHIPU_API_KEY)" || got[2] != "zhipu glm-5.1  1/3" || icon.items[trayKey].disabled {
		t.Errorf("menu = %q", got)
	}
	b = viewmodel.Board{Addr: b.Addr, Down: true, Rejected: b.Rejected}
	tray.show(b)
	if got := icon.texts[len(icon.texts)-1]; got != "Zhipu rejected its API key (ZHIPU_API_KEY)" || tray.shown.badge.Mood != down {
		t.Errorf("tooltip %q, badge %v", got, tray.shown.badge)
	}
	for head, want := range map[viewmodel.Head]string{
		{Title: "Kimi", Key: config.KeyInKeyring}:                           "Kimi rejected its API key (system keyring)",
		{Title: "Lab", Key: config.KeyInFile}:                               "Lab rejected its API key (config file)",
		{Title: "GitHub Copilot", SignIn: proxy.SignIn{Provider: "github"}}: "GitHub Copilot rejected its sign-in",
	} {
		if got := rejected(head); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTrayMenuNamesTwelveModels(t *testing.T) {
	tray, icon := newTestTray(t, false)
	b := viewmodel.Board{Totals: viewmodel.Totals{InFlight: 14}}
	for i := range 14 {
		b.Busy = append(b.Busy, viewmodel.Row{Vendor: "kimi", Model: fmt.Sprintf("k%d", i), InFlight: 1})
	}
	tray.show(b)
	labels := icon.labels()
	if labels[12] != "kimi k11  1" || labels[13] != "and 2 more" {
		t.Errorf("after eleven models: %q", labels[12:14])
	}
	b.Busy = b.Busy[:12]
	tray.show(b)
	if labels := icon.labels(); labels[12] != "kimi k11  1" || labels[13] != "Open window" {
		t.Errorf("with twelve models: %q", labels[12:14])
	}
}

func TestTrayTouchesOnlyWhatHasChanged(t *testing.T) {
	tray, icon := newTestTray(t, false)
	tray.show(busyBoard(3, 2))
	icons, texts := icon.icons, len(icon.texts)

	icon.changes = nil
	again := busyBoard(3, 2)
	again.Cards = []viewmodel.Card{{History: viewmodel.Series{{InFlight: 1}}}} // nothing that the tray shows
	tray.show(again)
	if icon.icons != icons || len(icon.texts) != texts || len(icon.changes) != 0 {
		t.Errorf("the same board: %d icons, %d texts, items %v", icon.icons-icons, len(icon.texts)-texts, icon.changes)
	}

	tray.show(busyBoard(2, 2))
	if icon.icons != icons+1 || len(icon.texts) != texts+1 || !slices.Equal(icon.changes, []int{trayTotals, trayBusy}) {
		t.Errorf("one call less: %d icons, %d texts, items %v", icon.icons-icons, len(icon.texts)-texts, icon.changes)
	}

	icon.changes = nil
	waiting := busyBoard(2, 2)
	waiting.Busy[0].Pending++ // of another model's, so that the totals stay
	tray.show(waiting)
	if icon.icons != icons+1 || !slices.Equal(icon.changes, []int{trayBusy}) {
		t.Errorf("another queue: %d icons, items %v", icon.icons-icons-1, icon.changes)
	}

	icon.changes = nil
	waiting.Paused = true
	tray.show(waiting)
	if !icon.items[trayPause].checked || !slices.Equal(icon.changes, []int{trayPause}) {
		t.Errorf("paused: items %v, %+v", icon.changes, icon.items[trayPause])
	}
}

func TestTrayInOneColorShowsTheNumberBesideTheIcon(t *testing.T) {
	tray, icon := newTestTray(t, true)
	for _, n := range []int{0, 3, 120, 0} {
		tray.show(busyBoard(n, 0))
	}
	var titles []string
	for _, text := range icon.texts {
		if !strings.Contains(text, " ") {
			titles = append(titles, text)
		}
	}
	if want := []string{"3", "120", ""}; !slices.Equal(titles, want) {
		t.Errorf("titles = %q, want %q", titles, want)
	}
	if icon.icons != 0 {
		t.Errorf("%d icons, want the system's own alone", icon.icons)
	}
}

func TestTrayShowsWhatWasChosen(t *testing.T) {
	for _, c := range []struct {
		shows             string
		inFlight, pending int
		want              Badge
		beside            string
	}{
		{config.TrayInFlight, 3, 2, Badge{3, Pending, 0}, "3"},
		{config.TrayInFlight, 0, 0, Badge{0, Idle, 0}, ""},
		{config.TrayPending, 3, 2, Badge{3, Pending, 2}, "3+2"},
		{config.TrayPending, 3, 400, Badge{3, Pending, badgeQueue}, "3+400"},
		{config.TrayPending, 0, 2, Badge{0, Pending, 2}, "0+2"},
		{config.TrayPending, 3, 0, Badge{3, busy, 0}, "3"},
		{config.TrayBusy, 3, 2, Badge{3, Pending, 0}, "3"},
		{config.TrayBusy, 0, 0, Badge{0, dot, 0}, ""},
	} {
		b := busyBoard(c.inFlight, c.pending)
		if got := badgeOf(b, c.shows); got != c.want {
			t.Errorf("%q, %d+%d: %v, want %v", c.shows, c.inFlight, c.pending, got, c.want)
		}
		if got := numberOf(b, c.shows); got != c.beside {
			t.Errorf("%q, %d+%d: %q, want %q", c.shows, c.inFlight, c.pending, got, c.beside)
		}
	}
	// What has nothing to do with calls is said in any case.
	if got := badgeOf(viewmodel.Board{Down: true}, config.TrayBusy); got.Mood != down {
		t.Errorf("down: %v", got)
	}
}

func TestTrayKeepsInStep(t *testing.T) {
	tray, icon := newTestTray(t, false)
	synctest.Test(t, func(t *testing.T) {
		svc := &apptest.Proxy{Wake: make(chan struct{}, 1)}
		call := func(n int) {
			svc.Change(proxy.Status{Addr: "127.0.0.1:1", Tiers: []proxy.Tier{{State: proxy.Ready}},
				Concurrency: limiter.Snapshot{Gauges: []limiter.Gauge{{InFlight: n}}}})
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- tray.Run(ctx, svc) }()
		apptest.Pass(time.Second)
		icon.icons = 0
		for i := range 200 { // for two seconds
			call(i%50 + 1)
			apptest.Pass(10 * time.Millisecond)
		}
		if icon.icons < 6 || icon.icons > 9 {
			t.Errorf("%d icons in two seconds, want at most four a second, and the first at once", icon.icons)
		}
		call(77)
		apptest.Pass(300 * time.Millisecond)
		if got := icon.items[trayTotals].label; got != "77 in flight" || tray.shown.badge.Number != 77 {
			t.Errorf("300 ms after the last change: %q, badge %v", got, tray.shown.badge)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestTrayOutlivesAPanicOfSystray(t *testing.T) {
	tray, icon := newTestTray(t, false)
	icon.panicsAt = 1
	svc := &apptest.Proxy{Wake: make(chan struct{}, 1)}
	svc.Change(proxy.Status{Concurrency: limiter.Snapshot{Gauges: []limiter.Gauge{{InFlight: 1}}}})
	err := tray.Run(t.Context(), svc)
	if err == nil || !strings.Contains(err.Error(), "dbus: connection closed") {
		t.Errorf("run = %v, want the panic's cause", err)
	}
}

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		in     string
		length int
		want   string
	}{
		{"glm-5.1", 7, "glm-5.1"},
		{"glm-5.1", 6, "glm-5…"},
		{"智谱 glm-5.1", 9, "智谱 glm-5…"},
		{"a\nb\tc\x1b[31m\u202e", 80, "a b c [31m "},
		{"\xff", 80, "\ufffd"}, // D-Bus drops a connection over a text that is not UTF-8
	} {
		if got := ui.Plain(c.in, c.length); got != c.want {
			t.Errorf("plain(%q, %d) = %q, want %q", c.in, c.length, got, c.want)
		}
	}
}

func TestMenuLabelHasNoShortcuts(t *testing.T) {
	for system, want := range map[string]string{"linux": "a__b&c", "freebsd": "a__b&c", "windows": "a_b&&c", "darwin": "a_b&c"} {
		if got := menuLabel(system, "a_b&c"); got != want {
			t.Errorf("%s: %q, want %q", system, got, want)
		}
	}
}

func TestTooltip(t *testing.T) {
	busy := viewmodel.Board{Totals: viewmodel.Totals{InFlight: 3, Pending: 2}, Busy: []viewmodel.Row{{Model: "glm-5.1", InFlight: 3, Pending: 2}}}
	free := viewmodel.Board{Totals: viewmodel.Totals{InFlight: 1}, Busy: []viewmodel.Row{{Model: "kimi-k2", InFlight: 1}}}
	for language, want := range map[string][5]string{
		"en": {"3 in flight · 2 queued · glm-5.1", "1 in flight · kimi-k2", "Afterglow: no calls in flight", "Afterglow is paused", "Afterglow cannot serve calls"},
		"zh": {"3 进行中 · 2 排队中 · glm-5.1", "1 进行中 · kimi-k2", "Afterglow：没有进行中的调用", "Afterglow 已暂停", "Afterglow 无法处理调用"},
	} {
		t.Run(language, func(t *testing.T) {
			apptest.Speak(t, language)
			for i, b := range []viewmodel.Board{busy, free, {}, {Paused: true}, {Down: true}} {
				if got := Tooltip(b); got != want[i] {
					t.Errorf("%+v: %q, want %q", b, got, want[i])
				}
			}
		})
	}
}
