package app

import (
	"context"
	"time"

	"afterglow/app/viewmodel"
)

// The least time between two boards for the tray and for the window. Each board that changes anything
// makes Fyne repaint the whole window, so that one gets fewer.
const (
	trayTick   = 250 * time.Millisecond
	windowTick = 800 * time.Millisecond
)

// watch shows the service's board now and after every change, at most one a tick and the last one
// always, until ctx is done. A change after a quiet time shows at once. A board also comes when nothing
// has changed for a bucket of the history, because that moves on by itself. It calls show on its own
// goroutine.
func watch(ctx context.Context, svc Service, tick time.Duration, show func(viewmodel.Board)) {
	model := viewmodel.New()
	wake := svc.Watch(ctx)
	for {
		show(model.Update(svc.Status(), time.Now()))
		if !awake(ctx, tick, wake) {
			return
		}
	}
}

// awake waits for a change, or a bucket of the history where nothing changes, but no less than a tick; it is false when ctx
// ended first.
func awake(ctx context.Context, tick time.Duration, wake <-chan struct{}) bool {
	if !sleep(ctx, tick) {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-time.After(viewmodel.Bucket):
	}
	return true
}

// follow reads what a page shows and has it shown, now and again and again until ctx ends. read may take a while, and is not
// called on the UI's goroutine. Nothing is shown after ctx has ended: it ends there, where all is shown.
func (d desk) follow(ctx context.Context, every time.Duration, read func() (show func())) {
	for {
		show := read()
		d.run(func() {
			if ctx.Err() == nil {
				show()
			}
		})
		if !sleep(ctx, every) {
			return
		}
	}
}

// sleep waits; it is false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
