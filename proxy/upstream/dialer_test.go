package upstream

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
)

// wire is a network without sockets, so that time is the test's. What lies between can stop to forward.
type wire struct {
	accepted chan net.Conn
	ended    chan struct{}
	once     sync.Once

	mu    sync.Mutex
	lines []*line
}

// line is the vendor's side of one connection. Frozen, it swallows all and says nothing, as a router does that has
// forgotten it.
type line struct {
	net.Conn
	frozen chan struct{}
	closed chan struct{}
	once   sync.Once
}

func (l *line) dead() bool {
	select {
	case <-l.frozen:
		return true
	default:
		return false
	}
}

func (l *line) Write(p []byte) (int, error) {
	if l.dead() {
		return len(p), nil
	}
	return l.Conn.Write(p)
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if l.dead() {
		<-l.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (l *line) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Conn.Close()
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.accepted:
		return c, nil
	case <-w.ended:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.ended) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

func (w *wire) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	l := &line{Conn: here, frozen: make(chan struct{}), closed: make(chan struct{})}
	w.mu.Lock()
	w.lines = append(w.lines, l)
	w.mu.Unlock()
	w.accepted <- there
	return l, nil
}

// freeze lets every connection that there is die silently.
func (w *wire) freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lines {
		if !l.dead() {
			close(l.frozen)
		}
	}
}

// overWire runs a test against a vendor that speaks HTTP/2, whose connections can be frozen. call sends a call and says how
// long it took.
func overWire(t *testing.T, test func(t *testing.T, v *Vendor, w *wire, call func() (time.Duration, error))) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{accepted: make(chan net.Conn), ended: make(chan struct{})}
		plain := &http.Protocols{}
		plain.SetUnencryptedHTTP2(true)
		server := &http.Server{Protocols: plain, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			if r.Header.Get("X-Slow") != "" {
				select {
				case <-time.After(3 * time.Minute): // a vendor that thinks
				case <-r.Context().Done():
				}
			}
			rw.Header().Set("Content-Type", "application/json")
			io.WriteString(rw, `{"type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}`)
		})}
		go server.Serve(w)
		conf := config.Vendor{
			Name: "v", Dialect: "anthropic", BaseURL: "http://vendor", Auth: "client", Message: time.Hour, FirstEvent: time.Hour, Idle: time.Hour,
			Connect: time.Second, Retry: config.Retry{Attempts: 1}, Accepts: config.AcceptsAll(),
		}
		v, err := New(conf, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		// The dialer's own transports, but for the network beneath.
		d := v.transport().Next.(*dialer)
		d.make = func() *http.Transport {
			rt := transport(conf.Connect)
			rt.Proxy, rt.DialContext, rt.Protocols = nil, w.dial, plain
			return rt
		}
		d.Redial()
		defer func() {
			v.Close()
			server.Close()
			w.freeze()
			for _, l := range w.lines {
				l.Close()
			}
		}()
		test(t, v, w, func() (time.Duration, error) { return send(t, v, http.Header{}) })
	})
}

func send(t *testing.T, v *Vendor, header http.Header) (time.Duration, error) {
	req, err := anthropic.ParseRequest(`{"model":"m","messages":[]}`)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := v.Prepare(Call{Request: req, Header: header}, "m")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	resp, err := v.Send(t.Context(), prepared, nil)
	if err == nil {
		resp.Close()
	}
	return time.Since(start), err
}

func TestAConnectionThatDiedInUseCostsOneCallSeconds(t *testing.T) {
	overWire(t, func(t *testing.T, _ *Vendor, w *wire, call func() (time.Duration, error)) {
		if took, err := call(); err != nil || took > time.Second {
			t.Fatal(took, err)
		}
		w.freeze()
		if took, err := call(); err == nil || took > silentFor+pingWait {
			t.Errorf("a call on a dead connection: %v, %v; want an error within %v", took, err, silentFor+pingWait)
		}
		if took, err := call(); err != nil || took > time.Second {
			t.Errorf("the next call: %v, %v", took, err)
		}
	})
}

func TestAConnectionThatDiedIdleCostsNothingOnceItWasAsked(t *testing.T) {
	overWire(t, func(t *testing.T, _ *Vendor, w *wire, call func() (time.Duration, error)) {
		if _, err := call(); err != nil {
			t.Fatal(err)
		}
		w.freeze()
		time.Sleep(silentFor + pingWait + time.Second)
		if took, err := call(); err != nil || took > time.Second {
			t.Errorf("%v, %v", took, err)
		}
	})
}

// A call under way holds the dead connection, which would then take the next call too.
func TestRedialLeavesDeadConnectionsAtOnce(t *testing.T) {
	overWire(t, func(t *testing.T, v *Vendor, w *wire, call func() (time.Duration, error)) {
		var under sync.WaitGroup
		under.Go(func() {
			if _, err := send(t, v, http.Header{"X-Slow": {"1"}}); err == nil {
				t.Error("a call was answered over a dead connection")
			}
		})
		synctest.Wait()
		w.freeze()
		v.Redial()
		if took, err := call(); err != nil || took > time.Second {
			t.Errorf("%v, %v", took, err)
		}
		under.Wait()
	})
}

// Silence alone is no death: a vendor may think for minutes.
func TestAVendorThatThinksIsNotDead(t *testing.T) {
	overWire(t, func(t *testing.T, v *Vendor, _ *wire, _ func() (time.Duration, error)) {
		if took, err := send(t, v, http.Header{"X-Slow": {"1"}}); err != nil || took < 3*time.Minute {
			t.Errorf("%v, %v", took, err)
		}
	})
}

// A vendor that a new configuration replaced gets the last of its calls after it was closed.
func TestAVendorThatIsClosedKeepsNoConnectionOnceItsCallsHaveEnded(t *testing.T) {
	overWire(t, func(t *testing.T, v *Vendor, w *wire, call func() (time.Duration, error)) {
		var under sync.WaitGroup
		for range 3 {
			under.Go(func() {
				if _, err := send(t, v, http.Header{"X-Slow": {"1"}}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		v.Close()
		if _, err := call(); err != nil { // which waited in a queue until now
			t.Fatal(err)
		}
		under.Wait()
		time.Sleep(2 * leaveWait)
		if open := w.open(); open != 0 {
			t.Errorf("%d connections are open", open)
		}
	})
}

func TestConnectionsFromBeforeARedialEndWithTheirCalls(t *testing.T) {
	overWire(t, func(t *testing.T, v *Vendor, w *wire, call func() (time.Duration, error)) {
		var under sync.WaitGroup
		under.Go(func() {
			if _, err := send(t, v, http.Header{"X-Slow": {"1"}}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		v.Redial()
		under.Wait()
		time.Sleep(2 * leaveWait)
		if open := w.open(); open != 0 {
			t.Errorf("%d connections are open", open)
		}
	})
}

// open is how many connections are open.
func (w *wire) open() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lines {
		select {
		case <-l.closed:
		default:
			n++
		}
	}
	return n
}
