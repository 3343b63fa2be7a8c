package sse

import "io"

// Watcher is an io.Writer that is shown a stream's bytes while they pass to somebody else. It never
// fails and never holds them up: what it cannot follow it stops looking at.
type Watcher struct {
	r   Reader
	see func(Event)
}

// NewWatcher returns a Watcher that calls see with each event as soon as it is complete. The event's
// slices are valid during the call only.
func NewWatcher(see func(Event)) *Watcher {
	return &Watcher{r: Reader{buf: make([]byte, 0, 4<<10)}, see: see}
}

// Write takes the stream's next bytes, and all of them. After an event longer than MaxEvent nothing
// more is seen.
func (w *Watcher) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && w.r.err == nil {
		if w.r.err = w.r.room(); w.r.err != nil {
			w.r.buf = nil
			break
		}
		c := copy(w.r.buf[len(w.r.buf):cap(w.r.buf)], p)
		w.r.buf, p = w.r.buf[:len(w.r.buf)+c], p[c:]
		for raw := w.r.split(); raw != nil; raw = w.r.split() {
			w.see(parse(raw))
		}
	}
	return n, nil
}

// End shows what a stream that ended left behind: an event without its blank line.
func (w *Watcher) End() {
	if w.r.err != nil {
		return
	}
	w.r.err = io.EOF
	if e, err := w.r.last(); err == nil {
		w.see(e)
	}
}
