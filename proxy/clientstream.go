package proxy

import (
	"fmt"
	"net/http"
	"time"

	"afterglow/proxy/anthropic"
)

// stalledClient is how long a client may leave what was sent to it unread. One that is suspended
// would otherwise hold its slot for good.
const stalledClient = 90 * time.Second

// clientStream writes a stream's bytes to the client.
type clientStream struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	deadline time.Time
}

func newClientStream(w http.ResponseWriter) *clientStream {
	return &clientStream{w: w, control: http.NewResponseController(w)}
}

// write gives bytes to the connection's buffer, which sends them when it is full or flushed.
func (c *clientStream) write(p []byte) error {
	if c.deadline.IsZero() {
		if err := c.extend(time.Now()); err != nil {
			return err
		}
	}
	if _, err := c.w.Write(p); err != nil {
		return fmt.Errorf("%w: %w", errClient, err)
	}
	return nil
}

func (c *clientStream) flush() error {
	// Moved on only now and then: a deadline for each event would cost more than the event.
	if now := time.Now(); c.deadline.Sub(now) < stalledClient*2/3 {
		if err := c.extend(now); err != nil {
			return err
		}
	}
	if err := c.control.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errClient, err)
	}
	return nil
}

func (c *clientStream) extend(now time.Time) error {
	c.deadline = now.Add(stalledClient)
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
