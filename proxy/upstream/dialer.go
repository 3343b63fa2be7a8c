package upstream

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"afterglow/proxy/bounds"
)

// How a connection is found that has died without a word: the network changed, or something between us and the
// vendor has forgotten it.
const (
	// An HTTP/2 connection that has been silent for so long is asked whether it lives, in use or not.
	silentFor = 15 * time.Second
	// It is given up, with the calls on it, when it has not answered for so long.
	pingWait = 10 * time.Second
	// HTTP/1 knows no such question. The kernel asks after idleFor, and gives up after three questions more.
	idleFor  = 15 * time.Second
	askEvery = 5 * time.Second
	askCount = 3
)

// leaveWait is more than HTTP/2 takes until it counts a call no more that was cancelled.
const leaveWait = time.Second

// dialer keeps a vendor's connections, and can begin anew with none. Make it with newDialer. It is safe for
// concurrent use.
type dialer struct {
	make   func() *http.Transport
	now    atomic.Pointer[http.Transport]
	closed atomic.Bool
}

// Dial makes a connection to an address, as net.Dialer does.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// newDialer returns a dialer that waits at most so long for a connection; dial nil is the network.
func newDialer(connect time.Duration, dial Dial) *dialer {
	d := &dialer{make: func() *http.Transport {
		t := transport(connect)
		if dial != nil {
			t.DialContext = dial
		}
		return t
	}}
	d.now.Store(d.make())
	return d
}

// RoundTrip implements http.RoundTripper.
func (d *dialer) RoundTrip(r *http.Request) (*http.Response, error) {
	t := d.now.Load()
	answer, err := t.RoundTrip(r)
	if err != nil {
		d.leave(t)
		return nil, err
	}
	answer.Body = &connected{answer.Body, d, t}
	return answer, nil
}

// CloseIdleConnections closes those that no call uses. It is for a dialer that gets no new calls: the connections of those
// that are left are closed when each ends.
func (d *dialer) CloseIdleConnections() {
	d.closed.Store(true)
	d.now.Load().CloseIdleConnections()
}

// Redial makes every call from now on dial, even if calls under way still hold HTTP/2 connections. Those calls go on, and
// their connections are closed when they end.
func (d *dialer) Redial() { d.now.Swap(d.make()).CloseIdleConnections() }

// leave closes a connection that a call has used, unless new calls may use it. A transport forgets that it was told to close
// idle connections as soon as it gets a call, and one of a queue may come long after.
func (d *dialer) leave(t *http.Transport) {
	if d.closed.Load() || d.now.Load() != t {
		t.CloseIdleConnections()
		time.AfterFunc(leaveWait, t.CloseIdleConnections)
	}
}

// connected is an answer's body, whose end is that of the call on its connection.
type connected struct {
	io.ReadCloser
	dialer *dialer
	by     *http.Transport
}

func (c *connected) Close() error {
	err := c.ReadCloser.Close()
	c.dialer.leave(c.by)
	return err
}

// transport keeps enough idle connections for a swarm of sub-agents. Compression stays off: it
// would delay events, and what a vendor sends goes on as it came.
func transport(connect time.Duration) *http.Transport {
	alive := net.KeepAliveConfig{Enable: true, Idle: idleFor, Interval: askEvery, Count: askCount}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: connect, KeepAliveConfig: alive}).DialContext,
		TLSHandshakeTimeout:    connect,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: silentFor, PingTimeout: pingWait},
		DisableCompression:     true,
		MaxIdleConnsPerHost:    128,
		MaxResponseHeaderBytes: bounds.AnswerHeader,
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
	}
}
