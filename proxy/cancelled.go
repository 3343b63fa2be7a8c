package proxy

import (
	"hash/maphash"
	"net/http"
	"sync"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/reason"
)

// errCancelled is the cause of a call's end when the user cancelled it.
var errCancelled error = reason.New(reason.Cancelled, "", "cancelled in Afterglow")

// cancelledError is what the client of a cancelled call gets: the status after which no client asks again.
func cancelledError() *anthropic.Error {
	e := anthropic.Errorf(http.StatusForbidden, "the call was cancelled in Afterglow")
	e.Header, e.Cause = http.Header{"X-Should-Retry": {"false"}}, errCancelled
	return e
}

// cancelledFor is how long a call that was cancelled is refused when it comes again. Claude Code sends one whose
// stream ended with an error at once anew, and again after up to 35 s; whoever wants it after all asks in other
// words, or waits.
const cancelledFor = 40 * time.Second

// cancellations remembers which calls were cancelled lately. It is safe for concurrent use.
type cancellations struct {
	seed maphash.Seed
	mu   sync.Mutex
	last map[uint64]time.Time
}

func newCancellations() *cancellations {
	return &cancellations{seed: maphash.MakeSeed(), last: map[uint64]time.Time{}}
}

// of names a conversation as it stands: of a session, or of one of its agents. Without a session it is 0, because two
// calls may then say the same by chance.
func (c *cancellations) of(session, agent string, r *anthropic.Request) uint64 {
	if session == "" {
		return 0
	}
	var h maphash.Hash
	h.SetSeed(c.seed)
	end, length := r.End()
	for _, text := range []string{session, agent, r.Model, end} {
		h.WriteString(text)
		h.WriteByte(0)
	}
	return h.Sum64() + uint64(length)
}

// add remembers a conversation whose call was cancelled.
func (c *cancellations) add(conversation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for k, at := range c.last {
		if now.Sub(at) > cancelledFor {
			delete(c.last, k)
		}
	}
	c.last[conversation] = now
}

// has reports whether a conversation's call was cancelled lately.
func (c *cancellations) has(conversation uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.last[conversation]
	return ok && time.Since(at) <= cancelledFor
}
