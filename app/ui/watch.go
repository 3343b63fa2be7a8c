package ui

import (
	"context"
	"time"

	"afterglow/app/viewmodel"
	"afterglow/proxy"
)

// Source is what boards are made of: a status, and a channel that wakes after each change until ctx ends.
type Source interface {
	Status() proxy.Status
	Watch(ctx context.Context) <-chan struct{}
}

// Watch shows the service's board now and after every change, at most one a tick and the last one
// always, until ctx is done. A change after a quiet time shows at once. A board also comes when nothing
// has changed for a bucket of the history, because that moves on by itself. It calls show on its own
// goroutine.
func Watch(ctx context.Context, svc Source, tick time.Duration, show func(viewmodel.Board)) {
	model := viewmodel.New()
	wake := svc.Watch(ctx)
	for {
		show(model.Update(svc.Status(), time.Now()))
		if !Awake(ctx, tick, wake) {
			return
		}
	}
}

// Awake waits for a change, or a bucket of the history where nothing changes, but no less than a tick; it is false when ctx
// ended first.
func Awake(ctx context.Context, tick time.Duration, wake <-chan struct{}) bool {
	if !Sleep(ctx, tick) {
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

// Sleep waits; it is false when ctx ended first.
func Sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
