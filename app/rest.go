package app

import (
	"context"
	"runtime"
	"time"

	"fyne.io/fyne/v2"
)

// restFor is how long Fyne's loop may sleep while the window is hidden. It is also the longest that a
// program waits for what it pastes from us, and that a signal goes unheard.
const restFor = 250 * time.Millisecond

// restHelps tells that the loop may sleep: elsewhere the tray's own events come through it.
const restHelps = runtime.GOOS != "darwin" && runtime.GOOS != "windows"

// loop is Fyne's loop, which wakes 60 times a second even when no window is shown: more than all else
// that a hidden Afterglow does. So it is held while the window is hidden, and let go when there is
// something to do.
type loop struct {
	work chan struct{} // one deep: something was given to do
	hide chan struct{} // one deep: the window may have been hidden
}

func newLoop() *loop {
	return &loop{work: make(chan struct{}, 1), hide: make(chan struct{}, 1)}
}

// do runs f on the UI's goroutine, at once. It does not wait for it.
func (l *loop) do(f func()) {
	fyne.Do(f)
	signal(l.work)
}

// hidden says that the window was hidden.
func (l *loop) hidden() { signal(l.hide) }

// rest holds the loop whenever shown is false, until ctx ends.
func (l *loop) rest(ctx context.Context, shown func() bool) {
	if !restHelps {
		return
	}
	for {
		for !shown() && ctx.Err() == nil {
			fyne.DoAndWait(func() { l.hold(ctx) })
		}
		select {
		case <-ctx.Done():
			return
		case <-l.hide:
		}
	}
}

func (l *loop) hold(ctx context.Context) {
	timer := time.NewTimer(restFor)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-l.work:
	case <-timer.C:
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
