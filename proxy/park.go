package proxy

import (
	"net/http"
	"sync"
	"time"
)

// parkEvery is how often a parked client hears from us: clients were seen to wait for ever on
// comments that come each 10 s, and to give up after 300 s of silence.
const parkEvery = 10 * time.Second

// comments keep a client of the Messages API or of Chat Completions.
func comments(int) []byte { return []byte(": queued\n\n") }

// parker keeps a client patient whose streaming call waits in a queue. For the first while it is
// silent, because until then the call may still be answered with a real status; after that it
// sends status 200 and a sign of life now and then.
type parker struct {
	mu      sync.Mutex
	out     *clientStream
	w       http.ResponseWriter
	unread  time.Duration // how long the client may leave a sign unread
	timer   *time.Timer   // nil for a call that cannot be parked
	queued  bool          // the call waits for a permit
	due     bool          // it has waited long enough
	parked  bool          // the status was sent
	stopped bool
	signs   func(n int) []byte // what the client gets as a sign of life, the n-th from 0
	sent    int
}

// newParker makes a parker that is silent for a while; signs is nil for a client that cannot be parked.
func newParker(w http.ResponseWriter, after, unread time.Duration, signs func(n int) []byte) *parker {
	p := &parker{w: w, unread: unread, signs: signs}
	if signs != nil && after > 0 {
		p.timer = time.AfterFunc(after, p.tick)
	}
	return p
}

// Enter begins a wait for a permit.
func (p *parker) Enter() { p.set(true) }

// Leave ends it.
func (p *parker) Leave() { p.set(false) }

func (p *parker) set(queued bool) {
	if p.timer == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queued = queued
	if queued && p.due && !p.parked {
		p.sign()
	}
}

// tick sends the next sign. Once parked it goes on until the answer, because the client counts
// silence and not what it is for.
func (p *parker) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due = true
	if !p.stopped && (p.queued || p.parked) {
		p.sign()
	}
}

func (p *parker) sign() {
	if !p.parked {
		p.parked, p.out = true, newClientStream(p.w, patience{longest: p.unread})
		streamHeader(p.w.Header())
		p.w.WriteHeader(http.StatusOK)
	}
	p.sent++
	if p.out.write(p.signs(p.sent-1)) == nil && p.out.flush() == nil {
		p.timer.Reset(parkEvery)
	}
}

// stop ends the parking and reports whether the status was sent. Afterwards the writer belongs to
// the caller alone.
func (p *parker) stop() bool {
	if p.timer == nil {
		return false
	}
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	return p.parked
}
