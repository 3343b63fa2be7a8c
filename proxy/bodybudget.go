package proxy

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/reason"
)

// bodyBudget is the memory that the bodies of all calls may take together. It is safe for concurrent use.
type bodyBudget struct {
	most atomic.Int64 // bytes; max_bodies
	used atomic.Int64 // bytes
}

// room is what one body takes of the budget. Its zero value takes nothing and has no budget.
type room struct {
	of   *bodyBudget
	mu   sync.Mutex
	size int64
}

// grow takes so many bytes more. It is false, and takes none, where they are not there.
func (r *room) grow(bytes int64) bool {
	if r.of == nil {
		return true
	}
	if r.of.used.Add(bytes) > r.of.most.Load() {
		r.of.used.Add(-bytes)
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.size += bytes
	return true
}

// shrink gives so many bytes back.
func (r *room) shrink(bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size -= bytes; r.of != nil {
		r.of.used.Add(-bytes)
	}
}

// fits reports whether so many bytes could be taken now.
func (r *room) fits(bytes int64) bool {
	return r.of == nil || r.of.used.Load()+bytes <= r.of.most.Load()
}

// free gives all of it back, as soon as nobody needs the body any more. It may be called twice.
func (r *room) free() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of != nil {
		r.of.used.Add(-r.size)
	}
	r.size = 0
}

// errBodiesFull is why a body is not read: those of other calls take the memory that there is for all.
var errBodiesFull = errors.New("max_bodies is used up")

// bodiesRetry is when a client whose body found no room may ask again. Bodies are let go of when vendors begin to answer.
const bodiesRetry = 10 * time.Second

func bodiesFullError(most int64) *anthropic.Error {
	const words = "the request bodies of all calls together would be larger than %d MiB. Try again later, or raise max_bodies in the configuration"
	e := anthropic.Errorf(anthropic.StatusOverloaded, words, most>>20)
	e.RetryAfter = bodiesRetry
	e.Cause = reason.Reason{Code: reason.BodiesFull, Words: e.Message, Err: errBodiesFull}
	return e
}
