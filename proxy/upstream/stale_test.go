package upstream

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
)

// closing is a vendor that answers one call a connection, says that it keeps the connection, and closes it at the next call. It
// counts the calls that it read.
func closing(t *testing.T, first bool) (url string, calls *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	calls = &atomic.Int64{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				from := bufio.NewReader(conn)
				for answers := first; ; answers = false {
					req, err := http.ReadRequest(from)
					if err != nil {
						return
					}
					io.Copy(io.Discard, req.Body)
					if !answers {
						return
					}
					calls.Add(1)
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 31\r\n\r\n{\"type\":\"message\",\"content\":[]}")
				}
			}()
		}
	}()
	return "http://" + l.Addr().String(), calls
}

func plainCall(t *testing.T, url string, n int) error {
	t.Helper()
	v, err := New(config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: url, Auth: "none", Connect: time.Minute, FirstEvent: time.Minute, Idle: time.Minute,
		Message: time.Minute, Retry: config.Retry{Attempts: 1}, Accepts: config.AcceptsAll()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	req, err := anthropic.ParseRequest(`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	call, err := v.Prepare(Call{Request: req, Header: http.Header{}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		resp, err := v.Send(t.Context(), call, nil)
		if err != nil {
			return err
		}
		resp.Close()
	}
	return nil
}

func TestAConnectionThatTheVendorClosedIsReplaced(t *testing.T) {
	url, calls := closing(t, true)
	if err := plainCall(t, url, 4); err != nil || calls.Load() != 4 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestANewConnectionThatIsClosedIsTheVendorsFailure(t *testing.T) {
	url, _ := closing(t, false)
	if err := plainCall(t, url, 1); err == nil {
		t.Error("it is an answer")
	}
}
