package ui

import (
	"context"
	"runtime"
	"time"

	"fyne.io/fyne/v2"
)

// holdFor is how long Fyne's loop may sleep while the window is hidden. It is also the longest that a
// program waits for what it pastes from us, and that a signal goes unheard.
const holdFor = 250 * time.Millisecond

// holdHelps tells that the loop may sleep: elsewhere the tray's own events come through it.
const holdHelps = runtime.GOOS != "darwin" && runtime.GOOS != "windows"

// IdleThrottle holds Fyne's loop while the window is hidden, and lets it go when there is something to do. The loop wakes
// 60 times a second even when no window is shown, which costs more than all that a hidden Afterglow does.
type IdleThrottle struct {
	work chan struct{} // one deep: something was given to do
	hide chan struct{} // one deep: the window may have been hidden
}

// NewIdleThrottle makes a throttle that holds nothing until Run.
func NewIdleThrottle() *IdleThrottle {
	return &IdleThrottle{work: make(chan struct{}, 1), hide: make(chan struct{}, 1)}
}

// Do runs f on the UI's goroutine, at once. It does not wait for it.
func (l *IdleThrottle) Do(f func()) {
	fyne.Do(f)
	signal(l.work)
}

// Hidden says that the window was hidden.
func (l *IdleThrottle) Hidden() { signal(l.hide) }

// Run holds the loop whenever shown is false, until ctx ends.
func (l *IdleThrottle) Run(ctx context.Context, shown func() bool) {
	if !holdHelps {
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

func (l *IdleThrottle) hold(ctx context.Context) {
	timer := time.NewTimer(holdFor)
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
