// Package app is the wiring of the desktop: the order of start and stop, the window with its pages, and the tray, over a running
// proxy. What the pages show is in the packages below it.
package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	fynedesktop "fyne.io/fyne/v2/driver/desktop"

	"afterglow/app/desktop"
	"afterglow/app/parts"
	"afterglow/app/settings"
	"afterglow/app/tray"
	"afterglow/app/ui"
	"afterglow/assets"
)

// Proxy is what the desktop as a whole asks of the proxy.
type Proxy interface {
	PagesProxy
	QuitProxy
	Pause(on bool)
}

// Options are what Run needs in addition to the app and the proxy.
type Options struct {
	settings.Places              // in State, a second start asks for the window; "" = none does
	Hidden          bool         // start in the tray, where there is one
	Log             *slog.Logger // nil logs nothing
}

// Run shows p on the desktop until the user quits, the process is told to end by a signal, or ctx ends. Before it returns
// it disconnects clients, if the user wants that; only a user who quits is asked.
// It runs a, and so must be called on the main goroutine; a must not run yet. The proxy is neither
// started nor stopped: it should run before and can drain afterwards.
func Run(ctx context.Context, a fyne.App, p Proxy, o Options) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	fonts := ui.FindChineseFont()
	if err := ui.LoadTranslations(p.Desktop().Language); err != nil {
		return err
	}
	badges, err := tray.NewBadges()
	if err != nil {
		return err
	}
	a.SetIcon(fyne.NewStaticResource("afterglow.svg", assets.Icon))
	known, chinese := ui.AwaitChineseFont(fonts)
	a.Settings().SetTheme(ui.Theme(p.Desktop(), !chinese))
	f := newApplication(ctx, a, p, badges, o)
	f.state, f.window.bundled = o.State, !chinese
	if !known {
		f.fonts = fonts
	}
	f.run(ctx, o.Hidden || p.Desktop().Hidden)
	return nil
}

// application is what the user sees.
type application struct {
	app      fyne.App
	proxy    Proxy
	log      *slog.Logger
	state    string // the folder in which a second start asks for the window
	window   *mainWindow
	badges   *tray.Badges
	throttle *ui.IdleThrottle
	bar      fynedesktop.App // nil: Fyne has no tray on this system
	fonts    <-chan bool     // has not said yet whether the system has a Chinese font; nil: it has
	running  sync.WaitGroup
	quitter  *quitter
}

// newApplication makes the window and readies the tray.
func newApplication(ctx context.Context, a fyne.App, p Proxy, b *tray.Badges, o Options) *application {
	f := &application{app: a, proxy: p, badges: b, log: o.Log, throttle: ui.NewIdleThrottle()}
	f.window = newMainWindow(a, p, false)
	f.window.Hidden = f.throttle.Hidden
	f.window.places = o.Places
	f.quitter = &quitter{svc: p, window: f.window.Window, log: o.Log, do: f.throttle.Do, end: f.end}
	f.window.Quit = f.quitter.quit
	if !p.Desktop().Guided {
		f.window.openGuide()
	}
	if f.bar, _ = a.(fynedesktop.App); f.bar == nil {
		return f
	}
	tray.Attach(f.bar, f.window.Fyne(), b, f.open)
	ctx, cancel := context.WithTimeout(ctx, trayPatience)
	defer cancel()
	f.window.SetTray(desktop.HasTray(ctx))
	return f
}

// trayPatience is how long the desktop may take to say whether it has a tray.
const trayPatience = 2 * time.Second

// run runs the app, to its end.
func (f *application) run(ctx context.Context, hidden bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f.app.Lifecycle().SetOnStarted(func() { f.start(ctx, hidden) })
	stop := context.AfterFunc(ctx, f.end)
	f.app.Run()
	stop() // Fyne's loop has ended and takes no more orders
	cancel()
	f.running.Wait()
	f.quitter.ended()
}

// start begins to show the proxy. It runs on the UI's goroutine, once the app runs.
func (f *application) start(ctx context.Context, hidden bool) {
	f.running.Go(func() { ui.Watch(ctx, f.proxy, windowTick, f.window.Update) })
	f.running.Go(func() { f.window.Tick(ctx) })
	// Nobody waits for this one: the desktop may take its time over a notice.
	go f.watchNotices(ctx)
	f.running.Go(func() { f.offerLogin(ctx) })
	if f.state != "" {
		f.running.Go(func() { desktop.WatchShow(ctx, f.state, f.open) })
	}
	if f.fonts != nil {
		f.running.Go(func() { f.awaitFonts(ctx) })
	}
	if f.bar != nil {
		f.running.Go(func() { f.watchTray(ctx) })
		// Nobody waits for this one: on macOS it waits for the UI's goroutine, even when that has ended.
		go f.runTray(ctx)
	}
	if !hidden || f.bar == nil {
		f.window.Show()
	}
	f.running.Go(func() { f.throttle.Run(ctx, f.window.Shown) })
}

// awaitFonts takes the system's Chinese font when it has been found.
func (f *application) awaitFonts(ctx context.Context) {
	select {
	case <-ctx.Done():
	case chinese := <-f.fonts:
		if chinese {
			f.throttle.Do(f.window.takeSystemFont)
		}
	}
}

// runTray keeps the tray in step with the proxy. When the icon is lost, it goes on with the window.
func (f *application) runTray(ctx context.Context) {
	icon := tray.NewIcon(ctx, f.bar, f.actions())
	if icon == nil {
		return
	}
	t := &tray.Tray{On: icon, Badges: f.badges, OneColor: tray.InOneColor,
		Shows: func() string { return f.proxy.Desktop().Tray }}
	err := t.Run(ctx, f.proxy)
	// The icon is also lost when the app ends, just before ctx does.
	if err != nil && ui.Sleep(ctx, tray.Settle) {
		f.log.Error("tray is lost", "error", err)
		f.setTray(false)
	}
}

// watchTray follows the desktop's trays as they come and go.
func (f *application) watchTray(ctx context.Context) {
	if err := desktop.WatchTray(ctx, f.setTray); err != nil {
		f.log.Warn("no tray", "error", err)
		f.setTray(false)
	}
}

// setTray tells the window whether there is a tray. Without one a hidden window could never come back.
func (f *application) setTray(has bool) {
	f.throttle.Do(func() {
		f.window.SetTray(has)
		if !has {
			f.window.Show()
		}
	})
}

func (f *application) actions() tray.Actions {
	return tray.Actions{
		Open: f.open,
		Copy: func() {
			now := f.proxy.Status()
			line := parts.ExportLine(now.Addr, now.NoLogin)
			f.throttle.Do(func() { f.app.Clipboard().SetContent(line) })
		},
		Pause: func() { f.proxy.Pause(!f.proxy.Status().Paused) },
		Quit:  f.quitter.quit,
	}
}

// open shows the window.
func (f *application) open() { f.throttle.Do(f.window.Show) }

// end ends the app's Run. A signal also ends it without us, and then this may come later, when Fyne has no window any more:
// fyne.App.Quit would close one all the same, and panic.
func (f *application) end() { f.throttle.Do(f.app.Driver().Quit) }
