package upstream

import (
	"context"
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

// dialer keeps a vendor's connections, and can begin anew with none. Make it with newDialer. It is safe for
// concurrent use.
type dialer struct {
	make func() *http.Transport
	now  atomic.Pointer[http.Transport]
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
func (d *dialer) RoundTrip(r *http.Request) (*http.Response, error) { return d.now.Load().RoundTrip(r) }

// CloseIdleConnections closes those that no call uses.
func (d *dialer) CloseIdleConnections() { d.now.Load().CloseIdleConnections() }

// Redial makes every call from now on dial, also beside HTTP/2 connections that calls under way still hold. Those
// calls go on.
func (d *dialer) Redial() { d.now.Swap(d.make()).CloseIdleConnections() }

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
