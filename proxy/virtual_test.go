package proxy

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"

	"afterglow/proxy/fakevendor"
)

// virtual is a proxy with its vendors and its clients in one process and in time of its own. It needs a synctest bubble.
type virtual struct {
	*Server
	client  *http.Client
	vendors map[string]*fakevendor.Vendor
	network map[string]*memory // the vendors', by address
	front   *memory
	served  chan error
	cancel  context.CancelFunc
	ended   sync.Once
}

// fataler is what a *testing.T and a *rapid.T have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

var _ fataler = (*testing.T)(nil)

// virtualURL is where a vendor is, by a number from 0.
func virtualURL(n int) string { return fmt.Sprintf("http://127.0.0.1:%d", 9000+n) }

// newVirtual begins a proxy before vendors with these scripts, of which the nth is at virtualURL(n).
func newVirtual(t fataler, o Options, scripts ...fakevendor.Script) *virtual {
	t.Helper()
	v := &virtual{vendors: map[string]*fakevendor.Vendor{}, network: map[string]*memory{}, front: newMemory(), served: make(chan error)}
	for n, script := range scripts {
		m := newMemory()
		sim, err := fakevendor.Start(fakevendor.Options{Script: script, Quiet: true, Listener: m})
		if err != nil {
			t.Fatal(err)
		}
		v.vendors[virtualURL(n)], v.network[virtualURL(n)[len("http://"):]] = sim, m
	}
	o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		m := v.network[addr]
		if m == nil {
			return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("no route to %s", addr)}
		}
		return m.dial(ctx, network, addr)
	}
	if o.Config.MaxBody == 0 {
		o.Config.MaxBody = 64 << 20
	}
	var err error
	if v.Server, err = New(o); err != nil {
		t.Fatal(err)
	}
	v.listener = v.front
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	go func() { v.served <- v.Run(ctx) }()
	v.client = &http.Client{Transport: v.front.transport()}
	return v
}

// close ends the proxy, which drains, and then the vendors. The error is that of Run. It may be called twice.
func (v *virtual) close() (err error) {
	v.cancel()
	v.ended.Do(func() { err = <-v.served })
	v.client.CloseIdleConnections()
	for _, sim := range v.vendors {
		sim.Close()
	}
	return err
}
