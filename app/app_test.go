package app

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/proxy"
)

// loopApp is a test app that runs like a real one: the UI has one goroutine.
type loopApp struct {
	fyne.App
	driver  loopDriver
	quit    func()
	quitted chan struct{}
}

type loopDriver struct {
	fyne.Driver
	do      chan func()
	quitted chan struct{}
}

func (d loopDriver) DoFromGoroutine(f func(), wait bool) {
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
	inner := speak(t, "en")
	quitted := make(chan struct{})
	a := &loopApp{App: inner, driver: loopDriver{inner.Driver(), make(chan func(), 100), quitted}, quitted: quitted}
	a.quit = sync.OnceFunc(func() { close(a.quitted) })
	fyne.SetCurrentApp(a)
	t.Cleanup(func() { fyne.SetCurrentApp(inner) })
	return a
}

func (a *loopApp) Driver() fyne.Driver { return a.driver }
func (a *loopApp) Quit()               { a.quit() }

func (a *loopApp) Run() {
	a.Lifecycle().(interface{ OnStarted() func() }).OnStarted()()
	for {
		select {
		case f := <-a.driver.do:
			f()
		case <-a.quitted:
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

// testProxy is a fakeService that any number can watch, and that can be paused.
type testProxy struct {
	*fakeService
	watchers []chan struct{} // guarded by mu
}

func (p *testProxy) Watch(context.Context) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	wake := make(chan struct{}, 1)
	p.watchers = append(p.watchers, wake)
	return wake
}

func (p *testProxy) change(do func(*proxy.Status)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do(&p.status)
	for _, wake := range p.watchers {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

func (p *testProxy) Pause(on bool) { p.change(func(s *proxy.Status) { s.Paused = on }) }

// runFace runs an app over svc, hidden, until the test ends it or ends.
func runFace(ctx context.Context, t *testing.T, a fyne.App, svc Proxy) (f *face, ended <-chan struct{}) {
	t.Helper()
	badges, err := newBadges()
	if err != nil {
		t.Fatal(err)
	}
	f = newFace(ctx, a, svc, badges, Options{Log: slog.New(slog.DiscardHandler)})
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.run(ctx, true)
	}()
	t.Cleanup(func() { a.Quit(); <-done })
	return f, done
}

func TestAppWithoutATrayShowsItsWindowAndEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f, ended := runFace(ctx, t, newLoopApp(t), &testProxy{fakeService: &fakeService{}})
	if !ask(func() bool { return f.window.shown }) {
		t.Error("the window is hidden, and no tray could bring it up")
	}
	cancel()
	<-ended
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Run(ctx, newLoopApp(t), &testProxy{fakeService: &fakeService{}}, Options{}); err != nil {
		t.Error(err)
	}
}
