package proxy

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"afterglow/proxy/anthropic"
)

// eventsUnread is how long a reader of pushed snapshots may leave them unread. It holds no slot.
const eventsUnread = 90 * time.Second

// queuedCheck is how often a write that does not end looks whether other calls wait for the slot.
const queuedCheck = 250 * time.Millisecond

// errStalled marks the error of a client that did not read. It goes with errClient.
var errStalled = errors.New("the client did not read the answer in time")

// patience is how long a client may leave unread what was sent to it: one that is suspended would otherwise hold its slot
// for good.
type patience struct {
	longest time.Duration
	queued  time.Duration // while others wait for the slot; 0 = longest
	wanted  func() bool   // others wait for the slot; nil = there is none
}

// clientStream writes an answer's bytes to the client. Its methods are for one goroutine, which closes it.
type clientStream struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	patience patience
	deadline time.Time

	since atomic.Int64 // when the write that is under way began, in ns of Unix time; 0 = none is
	mu    sync.Mutex
	check *time.Timer // nil unless patience.queued matters, and after close
}

func newClientStream(w http.ResponseWriter, p patience) *clientStream {
	return &clientStream{w: w, control: http.NewResponseController(w), patience: p}
}

// write gives bytes to the connection's buffer, which sends them when it is full or flushed.
func (c *clientStream) write(p []byte) error {
	if c.deadline.IsZero() {
		if err := c.begin(time.Now()); err != nil {
			return err
		}
	}
	if c.check != nil {
		c.since.Store(time.Now().UnixNano())
		defer c.since.Store(0)
	}
	if _, err := c.w.Write(p); err != nil {
		return clientGone(err)
	}
	return nil
}

func (c *clientStream) flush() error {
	// Moved on only now and then: a deadline for each event would cost more than the event.
	now := time.Now()
	if c.deadline.IsZero() {
		if err := c.begin(now); err != nil {
			return err
		}
	} else if c.deadline.Sub(now) < c.patience.longest*2/3 {
		if err := c.extend(now); err != nil {
			return err
		}
	}
	if c.check != nil {
		c.since.Store(now.UnixNano())
		defer c.since.Store(0)
	}
	if err := c.control.Flush(); err != nil {
		return clientGone(err)
	}
	return nil
}

func clientGone(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("%w: %w: %w", errClient, errStalled, err)
	}
	return fmt.Errorf("%w: %w", errClient, err)
}

// begin sets the first deadline.
func (c *clientStream) begin(now time.Time) error {
	if err := c.extend(now); err != nil {
		return err
	}
	if c.patience.queued > 0 && c.patience.queued < c.patience.longest && c.patience.wanted != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.check = time.AfterFunc(queuedCheck, c.endIfWanted)
	}
	return nil
}

// endIfWanted ends a write that takes too long while others wait for the slot.
func (c *clientStream) endIfWanted() {
	since := c.since.Load()
	late := since != 0 && time.Since(time.Unix(0, since)) >= c.patience.queued && c.patience.wanted()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.check == nil: // closed: the connection may be another call's by now
	case late && c.since.Load() == since:
		c.control.SetWriteDeadline(time.Now())
	default:
		c.check.Reset(queuedCheck)
	}
}

// close ends what watches the writes. The connection stays open.
func (c *clientStream) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.check != nil {
		c.check.Stop()
		c.check = nil
	}
}

func (c *clientStream) extend(now time.Time) error {
	c.deadline = now.Add(c.patience.longest)
	if err := c.control.SetWriteDeadline(c.deadline); err != nil {
		return fmt.Errorf("set write deadline: %w", err)
	}
	return nil
}

// fail tells the client that its stream broke and returns why. A stream that was cut is never
// dressed up as a finished one.
func (c *clientStream) fail(err error) error {
	broken := anthropic.Errorf(http.StatusBadGateway, "the vendor's response was interrupted: %v", err)
	if ended := endedHere(err); ended != nil {
		broken = ended
	}
	if c.write(broken.Event()) == nil {
		c.flush()
	}
	return err
}
