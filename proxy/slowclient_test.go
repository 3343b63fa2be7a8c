package proxy

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
)

// unreadCall sends a call whose answer is not read until the connection is closed. It returns when the status is there.
func unreadCall(t *testing.T, v *virtual, path, body string) net.Conn {
	t.Helper()
	conn, err := v.front.dial(context.Background(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	if line, err := bufio.NewReaderSize(conn, 16).ReadString(' '); err != nil || !strings.HasPrefix(line, "HTTP/1.1") {
		t.Fatalf("%q, %v", line, err)
	}
	return conn
}

// A client that is suspended in the middle of its answer keeps its slot for slow_client_timeout, and while another call waits
// for that slot only for slow_client_timeout_queued.
func TestAClientThatDoesNotReadLosesItsSlot(t *testing.T) {
	for _, c := range []struct {
		name, path, body string
		queue            bool
		least, most      time.Duration
	}{
		{"a stream", "/v1/messages", streamBody, false, 40 * time.Second, 61 * time.Second},
		{"a stream, and a call waits", "/v1/messages", streamBody, true, 5 * time.Second, 7 * time.Second},
		{"a message", "/v1/messages", plainBody, false, 59 * time.Second, 61 * time.Second},
		{"a message, and a call waits", "/v1/messages", plainBody, true, 5 * time.Second, 7 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conf := config.Config{SlowClient: time.Minute, SlowClientQueued: 5 * time.Second, Vendors: []config.Vendor{row("zhipu", virtualURL(0), limited(1))}}
				v := newVirtual(t, Options{Config: conf}, func(fakevendor.Call) fakevendor.Answer {
					return fakevendor.Text(strings.Repeat("a long answer ", 10_000))
				})
				defer v.close()
				conn := unreadCall(t, v, c.path, c.body)
				defer conn.Close()
				start := time.Now()
				got := make(chan string, 1)
				if c.queue {
					go func() {
						resp, err := v.client.Do(request(t, context.Background(), "http://127.0.0.1", plainBody))
						if err != nil {
							got <- err.Error()
							return
						}
						resp.Body.Close()
						got <- resp.Status
					}()
				}
				wake := v.Watch(t.Context())
				for len(endedCalls(v.Server)) == 0 {
					<-wake
				}
				took := time.Since(start)
				if took < c.least || took > c.most {
					t.Errorf("the call ended after %v, want %v to %v", took, c.least, c.most)
				}
				all := endedCalls(v.Server)
				if rec := all[len(all)-1]; rec.class != ledger.Stalled || rec.outcome != errStalled.Error() || !rec.class.GivenUp() {
					t.Errorf("class %q, outcome %q", rec.class, rec.outcome)
				}
				if c.queue {
					if status := <-got; !strings.HasPrefix(status, "200") {
						t.Errorf("the call that waited: %s", status)
					}
				}
				for v.limiter.Load(limiter.Key{Vendor: "zhipu", Model: "claude-opus-5-5"}).Room != 1 { // every slot is free again
					<-wake
				}
			})
		})
	}
}

// A client that reads slowly, but reads, keeps its slot also while others wait.
func TestAClientThatReadsSlowlyKeepsItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conf := config.Config{SlowClient: time.Minute, SlowClientQueued: 5 * time.Second, Vendors: []config.Vendor{row("zhipu", virtualURL(0), limited(1))}}
		v := newVirtual(t, Options{Config: conf}, func(fakevendor.Call) fakevendor.Answer {
			return fakevendor.Text(strings.Repeat("a long answer ", 10_000))
		})
		defer v.close()
		resp, err := v.client.Do(request(t, context.Background(), "http://127.0.0.1", streamBody))
		if err != nil {
			t.Fatal(err)
		}
		waits := make(chan error, 1)
		go func() {
			resp, err := v.client.Do(request(t, context.Background(), "http://127.0.0.1", plainBody))
			if err == nil {
				resp.Body.Close()
			}
			waits <- err
		}()
		var text strings.Builder
		for part := make([]byte, 16<<10); ; {
			n, err := resp.Body.Read(part)
			text.Write(part[:n])
			if err != nil {
				break
			}
			time.Sleep(2 * time.Second)
		}
		if !strings.Contains(text.String(), "message_stop") {
			t.Errorf("the answer broke off after %d bytes", text.Len())
		}
		if err := <-waits; err != nil {
			t.Error(err)
		}
	})
}

// On a vendor route net/http writes the answer, with locks that a bubble of time cannot wait for: this test takes real seconds.
func TestAClientOfAVendorRouteThatDoesNotReadLosesItsSlot(t *testing.T) {
	vendor := vendorServer(t, answering(strings.Repeat("a long answer ", 1<<20)))
	s, base := serveConfig(t, config.Config{SlowClient: time.Hour, SlowClientQueued: time.Second, Vendors: []config.Vendor{row("zhipu", vendor.URL, limited(1))}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v/zhipu/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(streamBody), streamBody)
	await(t, s, "the first call has its slot", func(all limiter.Snapshot) bool { return len(all.Gauges) == 1 && all.Gauges[0].InFlight == 1 })
	post(t, base, plainBody) // it waits for the slot
	all := endedCalls(s)
	if rec := all[len(all)-1]; rec.kind != kindRoute || rec.class != ledger.Stalled {
		t.Errorf("the first call: kind %q, class %q, outcome %q", rec.kind, rec.class, rec.outcome)
	}
}
