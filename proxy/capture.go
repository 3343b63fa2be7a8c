package proxy

import (
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"afterglow/proxy/bounds"
)

const (
	// capturedCalls is of how many calls bodies are kept, the latest.
	capturedCalls = bounds.CapturedCalls
	// capturedBytes bounds each of their bodies.
	capturedBytes = bounds.Captured
)

// captures keeps the bodies of calls while the user wants to see them: in memory, and of the last few.
type captures struct {
	on   atomic.Bool
	mu   sync.Mutex
	kept []*record // oldest first
}

// begin captures a call's bodies if capture is on.
func (c *captures) begin(rec *record) {
	if !c.on.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on.Load() { // turned off meanwhile
		return
	}
	rec.bodies = &bodies{}
	if c.kept = append(c.kept, rec); len(c.kept) > capturedCalls {
		c.kept[0].bodies.forget()
		c.kept = c.kept[1:]
	}
}

// set turns capture on or off, and says whether that is news. Off forgets what was captured.
func (c *captures) set(on bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := c.on.Swap(on) != on
	if !on {
		for _, rec := range c.kept {
			rec.bodies.forget()
		}
		c.kept = nil
	}
	return changed
}

// bodies are those of one call. A nil one takes nothing. It is safe for concurrent use.
type bodies struct {
	mu              sync.Mutex
	request, answer []byte
	forgotten       bool
}

func (b *bodies) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.request, b.answer, b.forgotten = nil, nil, true
}

// asks takes more of the request, says more of the answer.
func (b *bodies) asks(text string) {
	if b != nil {
		take(b, &b.request, text)
	}
}

func (b *bodies) says(text []byte) {
	if b != nil {
		take(b, &b.answer, text)
	}
}

// take keeps as much of a text as there is room for.
func take[T string | []byte](b *bodies, to *[]byte, text T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if room := capturedBytes - len(*to); !b.forgotten && room > 0 {
		*to = append(*to, text[:min(len(text), room)]...)
	}
}

// view is what was captured, nil if nothing was, or it was forgotten.
func (b *bodies) view() *Bodies {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.forgotten {
		return nil
	}
	return &Bodies{Request: strings.ToValidUTF8(string(b.request), "�"), Answer: strings.ToValidUTF8(string(b.answer), "�")}
}

// asking is an io.Writer of the request.
func (b *bodies) asking() io.Writer { return askWriter{b} }

type askWriter struct{ *bodies }

func (w askWriter) Write(p []byte) (int, error) {
	take(w.bodies, &w.request, p)
	return len(p), nil
}
