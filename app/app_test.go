package app

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/tray"
	"afterglow/proxy"
)

// loopApp is a test app that runs like a real one: the UI has one goroutine.
type loopApp struct {
	fyne.App
	driver  loopDriver
	quitted chan struct{}
	late    func() // called when the loop has ended, and Run has not returned yet; nil = nothing
}

type loopDriver struct {
	fyne.Driver
	do      chan func()
	quit    func()
	quitted chan struct{}
	drained *atomic.Bool // the loop has ended: as with Fyne's own, what comes then is done at once
}

func (d loopDriver) Quit() { d.quit() }

func (d loopDriver) DoFromGoroutine(f func(), wait bool) {
	if d.drained.Load() {
		f()
		return
	}
	if !wait {
		d.do <- f
		return
	}
	done := make(chan struct{})
	d.do <- func() { defer close(done); f() }
	select {
	case <-done:
	case <-d.quitted:
	}
}

func newLoopApp(t *testing.T) *loopApp {
	t.Helper()
	inner := apptest.Speak(t, "en")
	quitted := make(chan struct{})
	quit := sync.OnceFunc(func() { close(quitted) })
	a := &loopApp{App: inner, driver: loopDriver{inner.Driver(), make(chan func(), 100), quit, quitted, &atomic.Bool{}}, quitted: quitted}
	fyne.SetCurrentApp(a)
	t.Cleanup(func() { fyne.SetCurrentApp(inner) })
	return a
}

func (a *loopApp) Driver() fyne.Driver { return a.driver }

// Quit closes the windows first, as Fyne's own does, and so fails once the loop has ended.
func (a *loopApp) Quit() {
	if a.driver.drained.Load() {
		panic("NotInitialized: The GLFW library is not initialized")
	}
	a.driver.quit()
}

func (a *loopApp) Run() {
	a.Lifecycle().(interface{ OnStarted() func() }).OnStarted()()
	for {
		select {
		case f := <-a.driver.do:
			f()
		case <-a.quitted:
			a.driver.drained.Store(true)
			if a.late != nil {
				a.late()
			}
			return
		}
	}
}

// ask runs f on the UI's goroutine and waits for it.
func ask[T any](f func() T) T {
	answer := make(chan T)
	fyne.Do(func() { answer <- f() })
	return <-answer
}

// testProxy is a Proxy that any number can watch, and that can be paused.
type testProxy struct {
	*apptest.Proxy
	watchers []chan struct{} // guarded by mu
}

func (p *testProxy) Watch(context.Context) <-chan struct{} {
	p.Mu.Lock()
	defer p.Mu.Unlock()
	wake := make(chan struct{}, 1)
	p.watchers = append(p.watchers, wake)
	return wake
}

func (p *testProxy) change(do func(*proxy.Status)) {
	p.Mu.Lock()
	defer p.Mu.Unlock()
	do(&p.State)
	for _, wake := range p.watchers {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

func (p *testProxy) Pause(on bool) { p.change(func(s *proxy.Status) { s.Paused = on }) }

// runApplication runs an app over svc, hidden, until the test ends it or ends.
func runApplication(ctx context.Context, t *testing.T, a fyne.App, svc Proxy) (f *application, ended <-chan struct{}) {
	t.Helper()
	badges, err := tray.NewBadges()
	if err != nil {
		t.Fatal(err)
	}
	f = newApplication(ctx, a, svc, badges, Options{Log: slog.New(slog.DiscardHandler)})
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.run(ctx, true)
	}()
	t.Cleanup(func() { a.Driver().Quit(); <-done })
	return f, done
}

func TestAppWithoutATrayShowsItsWindowAndEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f, ended := runApplication(ctx, t, newLoopApp(t), &testProxy{Proxy: &apptest.Proxy{}})
	if !ask(func() bool { return f.window.Shown() }) {
		t.Error("the window is hidden, and no tray could bring it up")
	}
	cancel()
	<-ended
}

// Fyne hears of SIGTERM too, and may end its loop before we ask for that.
func TestASignalThatEndsTheLoopFirstIsNoPanic(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := newLoopApp(t)
	asked := make(chan struct{})
	a.late = func() {
		context.AfterFunc(ctx, func() { close(asked) })
		cancel()
		<-asked
	}
	_, ended := runApplication(ctx, t, a, &testProxy{Proxy: &apptest.Proxy{}})
	a.Driver().Quit()
	<-ended
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Run(ctx, newLoopApp(t), &testProxy{Proxy: &apptest.Proxy{}}, Options{}); err != nil {
		t.Error(err)
	}
}
