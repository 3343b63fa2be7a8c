package settings

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/desktop"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// settingsService is a service as the settings see it.
func settingsService() *apptest.Proxy {
	return &apptest.Proxy{InForce: proxy.Settings{LogLevel: "info", Retention: 180 * ui.DayLong},
		State: proxy.Status{Addr: "127.0.0.1:3392"}, Read: proxy.Usage{Ledger: ledger.Stats{Path: "ledger.db", Bytes: 48_300_000}}}
}

// settingsPages is a window with the settings in front.
type settingsPages struct {
	*window.Window
	settings *Page
	places   Places
	login    *apptest.Login
}

// openSettings makes such a window.
func openSettings(t *testing.T, a fyne.App, svc Proxy) *settingsPages {
	t.Helper()
	w := &settingsPages{Window: apptest.NewWindow(t, a), login: &apptest.Login{}}
	w.Run = func(f func()) { f() }
	w.places = Places{State: "/home/lu/.local/state/afterglow", Log: "/home/lu/.local/state/afterglow/afterglow.log", Version: "0.1.0"}
	w.Build(func() window.Pages {
		w.settings = New(svc, w.Context(), Options{
			Appearance: func(config.Desktop) {}, Places: func() Places { return w.places }, Login: w.login, Guide: func() { w.Turn(window.Guide) }})
		all := apptest.EmptyPages()
		all[window.Settings] = window.Page{Root: w.settings.Root, Enter: w.settings.Enter, Leave: w.settings.Leave}
		return all
	})
	w.SetTray(true)
	w.Show()
	w.Turn(window.Settings)
	return w
}

// settingsWindow is such a window in English.
func settingsWindow(t *testing.T, svc Proxy) (*settingsPages, *apptest.Login) {
	t.Helper()
	w := openSettings(t, apptest.Speak(t, "en"), svc)
	return w, w.login
}

func TestASettingThatIsRefusedGoesBack(t *testing.T) {
	svc := &refusing{*settingsService(), nil}
	w, _ := settingsWindow(t, svc)
	p := w.settings
	if p.keep.retention.Chosen() != 2 || p.keep.level.Chosen() != 1 || p.keep.evidence.Chosen() != 0 {
		t.Error("other settings are shown than are in force")
	}
	apptest.Press(p.keep.level, fyne.KeyLeft)
	if svc.InForce.LogLevel != "debug" || p.failure.Visible() {
		t.Errorf("%+v", svc.InForce)
	}
	svc.refusal = errors.New("the state folder is full")
	apptest.Press(p.keep.retention, fyne.KeyEnd)
	if p.keep.retention.Chosen() != 2 || !strings.Contains(p.failure.Text(), "is full") {
		t.Errorf("chosen %d, %q", p.keep.retention.Chosen(), p.failure.Text())
	}
}

func TestARetentionOfTheConfigurationIsOffered(t *testing.T) {
	svc := settingsService()
	svc.InForce.Retention = 45 * ui.DayLong
	w, _ := settingsWindow(t, svc)
	s := w.settings.keep.retention
	if got := s.Texts(); s.Chosen() != 1 || got[1] != "45 days" || len(got) != 6 {
		t.Errorf("%q, chosen %d", got, s.Chosen())
	}
	apptest.Press(s, fyne.KeyEnd)
	if svc.InForce.Retention != 0 || len(s.Texts()) != 5 {
		t.Errorf("%v, %q", svc.InForce.Retention, s.Texts())
	}
}

// refusing refuses settings.
type refusing struct {
	apptest.Proxy
	refusal error
}

func (r *refusing) ChangeSettings(edit func(*proxy.Settings)) error {
	if r.refusal != nil {
		return r.refusal
	}
	return r.Proxy.ChangeSettings(edit)
}

func TestStartAtLogin(t *testing.T) {
	w, login := settingsWindow(t, settingsService())
	s := w.settings.start
	apptest.Press(s.login, fyne.KeyRight)
	if login.At != desktop.AtLogin || s.login.Chosen() != 1 {
		t.Errorf("at %d, chosen %d", login.At, s.login.Chosen())
	}
	login.Err = errors.New("the folder cannot be written")
	apptest.Press(s.login, fyne.KeyLeft)
	if s.login.Chosen() != 1 || !strings.Contains(w.settings.failure.Text(), "cannot be written") {
		t.Errorf("chosen %d, says %q", s.login.Chosen(), w.settings.failure.Text())
	}
	login.Err, login.At = nil, desktop.OtherAtLogin
	w.Turn(window.Live)
	w.Turn(window.Settings)
	if !s.moved.Visible() || s.login.Chosen() != 1 {
		t.Error("nothing says that another copy is started")
	}
	test.Tap(w.settings.controls[slices.Index(w.settings.controls, control(s.login))+1].(*widget.Button))
	if login.At != desktop.AtLogin || s.moved.Visible() {
		t.Error("it is not repaired")
	}
}

func TestWindowTrayAndNoticesAreKept(t *testing.T) {
	svc := settingsService()
	w, _ := settingsWindow(t, svc)
	p := w.settings
	apptest.Press(p.start.window, fyne.KeyLeft)
	apptest.Press(p.looks.tray, fyne.KeyRight)
	for _, kind := range []string{"failover", "queue"} {
		apptest.Press(p.tell.kinds[kind], fyne.KeyLeft)
	}
	apptest.Press(p.tell.kinds["failover"], fyne.KeyRight)
	apptest.Press(p.tell.queue, fyne.KeyRight)
	apptest.Press(p.tell.span, fyne.KeyEnd)
	want := config.Desktop{Hidden: true, Tray: config.TrayPending, Silenced: []string{"queue"}, Queue: 10, QueueFor: 15 * time.Minute}
	if got := svc.Chosen; got.Hidden != want.Hidden || got.Tray != want.Tray || !slices.Equal(got.Silenced, want.Silenced) ||
		got.Queue != want.Queue || got.QueueFor != want.QueueFor {
		t.Errorf("%+v, want %+v", got, want)
	}
	svc.Chosen.Queue = 7 // as the state file may say
	p.Enter()
	if texts := p.tell.queue.Texts(); !slices.Equal(texts, []string{"2", "5", "7", "10", "20"}) || p.tell.queue.Chosen() != 2 {
		t.Errorf("%q, chosen %d", texts, p.tell.queue.Chosen())
	}
}

func TestWhatQuittingDoesIsKept(t *testing.T) {
	svc := settingsService()
	w, _ := settingsWindow(t, svc)
	choice := w.settings.quit.choice
	if choice.Chosen() != 1 {
		t.Errorf("at first %d is chosen, want Ask", choice.Chosen())
	}
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{{fyne.KeyHome, config.QuitAlways}, {fyne.KeyEnd, config.QuitNever}, {fyne.KeyLeft, config.QuitAsks}} {
		apptest.Press(choice, c.key)
		if got := svc.Chosen.DisconnectOnQuit; got != c.want {
			t.Errorf("%s: %q, want %q", c.key, got, c.want)
		}
	}
}

func TestAddress(t *testing.T) {
	svc := settingsService()
	w, _ := settingsWindow(t, svc)
	s := w.settings.address
	if s.offer.Visible() || s.address.Text != "127.0.0.1:3392" {
		t.Errorf("shows %q, and offers to set it: %t", s.address.Text, s.offer.Visible())
	}
	for typed, want := range map[string]string{
		"4000": "127.0.0.1:4000", " [::1]:80 ": "[::1]:80", "localhost:1": "localhost:1", ":9": ":9",
		"0": "", "65536": "", "x": "", "": "", "127.0.0.1": "", "127.0.0.1:": "", "1:2:3": "",
	} {
		svc.Listens = nil
		s.address.SetText(typed)
		s.address.OnSubmitted(typed)
		if got := strings.Join(svc.Listens, " "); got != want {
			t.Errorf("%q: asked for %q, want %q", typed, got, want)
		}
		if refused := w.settings.failure.Visible(); refused != (want == "") {
			t.Errorf("%q: refused %t", typed, refused)
		}
	}
	svc.Listen = errors.New("127.0.0.1:80: permission denied")
	s.address.SetText("80")
	test.Tap(s.set)
	if got := w.settings.failure.Text(); !strings.Contains(got, "permission denied") || s.address.Text != "80" {
		t.Errorf("says %q, and %q is typed in", got, s.address.Text)
	}
	w.places.Listen = "127.0.0.1:1"
	w.settings.Enter()
	if !s.address.Disabled() || s.offer.Visible() || !strings.Contains(s.why.Text, "--listen 127.0.0.1:1") {
		t.Errorf("a flag that counts: says %q", s.why.Text)
	}
}

func TestCheckConfiguration(t *testing.T) {
	svc := settingsService()
	w, _ := settingsWindow(t, svc)
	s := w.settings.address
	s.check()
	if !s.good.Visible() || s.found.Visible() || !strings.Contains(s.good.Text(), "config.toml is valid") {
		t.Errorf("says %q and %q", s.good.Text(), s.found.Text())
	}
	svc.Mistake = errors.New(`config.toml: listen: expected host:port, got "x"`)
	s.check()
	if s.good.Visible() || !strings.Contains(s.found.Text(), "expected host:port") {
		t.Errorf("says %q and %q", s.good.Text(), s.found.Text())
	}
}

func TestFactsOfAReportHoldNoPathAndAreCopied(t *testing.T) {
	t.Setenv("XDG_CURRENT_DESKTOP", "XFCE")
	w, _ := settingsWindow(t, settingsService())
	s := w.settings.about
	test.Tap(s.copy.Button)
	defer s.copy.Copied.Stop()
	got := fyne.CurrentApp().Clipboard().Content()
	if !strings.HasPrefix(got, "Afterglow 0.1.0\n") || strings.Contains(got, "/home") || !strings.Contains(got, "XFCE") {
		t.Errorf("copied %q", got)
	}
	if s.folders[2].dir != "/home/lu/.local/state/afterglow" || s.folders[0].dir != "/home/lu/.config/afterglow" {
		t.Errorf("folders %q, %q", s.folders[0].dir, s.folders[2].dir)
	}
	var opened string
	w.settings.desk.Open = func(page string) error { opened = page; return nil }
	dir := t.TempDir()
	w.settings.openFolder(dir)
	if opened != "file://"+dir || w.settings.failure.Visible() {
		t.Errorf("opened %q, says %q", opened, w.settings.failure.Text())
	}
	opened = ""
	w.settings.openFolder(dir + "/none")
	if opened != "" || !w.settings.failure.Visible() {
		t.Errorf("a folder that does not exist: opened %q, says %q", opened, w.settings.failure.Text())
	}
}

// TestSettingsLook compares pictures of the page with testdata/looks, as TestLooks does.
func TestSettingsLook(t *testing.T) {
	apptest.OnMastersProcessor(t)
	for _, c := range []struct {
		name, language, shade string
	}{{"settings", "en", "light"}, {"settings", "zh", "dark"}, {"settings-trouble", "zh", "light"}} {
		name := strings.Join([]string{c.name, c.language, c.shade}, "-")
		t.Run(name, func(t *testing.T) {
			svc := settingsService()
			a := apptest.Speak(t, c.language)
			apptest.Shade(a, c.shade)
			svc.Chosen.Language, svc.Chosen.Theme = map[string]string{"en": "en", "zh": "zh-Hans"}[c.language], c.shade
			w := openSettings(t, a, svc)
			if c.name == "settings-trouble" {
				w.login.At = desktop.OtherAtLogin
				w.places.Listen = "127.0.0.1:3392"
				svc.Mistake = errors.New(`config.toml: listen: expected host:port, got "x"`)
				svc.InForce.Retention = 45 * ui.DayLong
				svc.Chosen.Tray, svc.Chosen.Silenced = config.TrayBusy, []string{"failover"}
			}
			w.settings.Enter()
			w.settings.about.version.Set("0.1.0 · 0123456789ab")
			w.settings.about.built.Set("go1.26 · linux/amd64")
			if c.name == "settings-trouble" {
				w.settings.address.check()
			}
			w.Fyne().Resize(fyne.NewSize(680, 40))
			w.Fyne().Resize(fyne.NewSize(680, w.settings.scroll.Content.MinSize().Height+48))
			w.settings.settle()
			w.Fyne().Resize(fyne.NewSize(680, w.settings.scroll.Content.MinSize().Height+48))
			test.AssertImageMatches(t, "looks/"+name+".png", w.Canvas().Capture())
		})
	}
}

func TestSettingsAreAccessible(t *testing.T) {
	apptest.CheckAccessible(t, apptest.Scenes{"settings": func(t *testing.T, language, shade string) fyne.Canvas {
		a := apptest.Speak(t, language)
		apptest.Shade(a, shade)
		w := openSettings(t, a, settingsService())
		w.Update(apptest.SceneBoard("chain"))
		return w.Canvas()
	}})
}

func TestNothingOnThePageTouchesTheDiskOnTheUIsGoroutine(t *testing.T) {
	d := &desktopOnUI{apptest.WatchDisk(settingsService())}
	login := &apptest.Login{}
	var p *Page
	w := test.NewTempWindow(t, apptest.Themed(t, func() fyne.CanvasObject {
		p = New(d, ui.Context{Run: d.Run, Off: d.Off, Copy: func(string) {}, Open: func(string) error { return nil }}, Options{
			Appearance: func(config.Desktop) {}, Places: func() Places { return Places{} }, Login: login})
		return p.Root
	}))
	w.Resize(fyne.NewSize(900, 3000))
	d.PressEverything(t, w.Canvas(), p.Enter, "ChangeSettings", "LedgerStats", "SetListen", "CheckConfig")
}

// desktopOnUI lets the desktop's settings be written on the UI's goroutine: see changeDesktop.
type desktopOnUI struct{ *apptest.DiskWatch }

func (d *desktopOnUI) ChangeDesktop(edit func(*config.Desktop)) error {
	return d.Proxy.ChangeDesktop(edit)
}

func TestAChoiceIsShownWhileItIsWritten(t *testing.T) {
	svc := settingsService()
	var work []func()
	p := New(svc, ui.Context{Run: func(f func()) { f() }, Off: func(f func()) { work = append(work, f) }}, Options{
		Appearance: func(config.Desktop) {}, Places: func() Places { return Places{} }, Login: &apptest.Login{}})
	p.Enter()
	work = nil
	p.tasks = p.desk.Queue() // the reading of what is started at login never ends here
	apptest.Press(p.keep.level, fyne.KeyLeft)
	apptest.Press(p.keep.retention, fyne.KeyEnd)
	last := len(p.keep.terms) - 1
	for len(work) > 0 {
		if p.keep.level.Chosen() != 0 || p.keep.retention.Chosen() != last {
			t.Fatalf("level %d and retention %d are shown", p.keep.level.Chosen(), p.keep.retention.Chosen())
		}
		next := work[0]
		work = work[1:]
		next()
	}
	if svc.InForce.LogLevel != "debug" || svc.InForce.Retention != 0 || p.keep.level.Chosen() != 0 || p.keep.retention.Chosen() != last {
		t.Errorf("%+v", svc.InForce)
	}
}
