package limiter

import (
	"context"
	"slices"
)

// Watch gives a channel that receives after a Snapshot would differ, also when a peak lapses with time.
// It is one deep: changes while a wake waits to be read add none, and a change after it has been read
// always adds one. A reader that takes a Snapshot after each wake thus never misses the last state.
// The first wake comes with the first change, so a reader that draws at once does so after Watch.
//
// The channel is closed when ctx is done.
func (c *Controller) Watch(ctx context.Context) <-chan struct{} {
	wake := make(chan struct{}, 1)
	c.mu.Lock()
	c.watchers = append(c.watchers, wake)
	c.mu.Unlock()
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.watchers, wake)
		c.watchers = slices.Delete(c.watchers, i, i+1)
		close(wake)
	})
	return wake
}

// Notify wakes every watcher, for what a reader shows beside the gauges.
func (c *Controller) Notify() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notify()
}

// notify wakes every watcher. The caller holds the mutex.
func (c *Controller) notify() {
	for _, wake := range c.watchers {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}
