package proxy

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// recorder is a ResponseRecorder that takes deadlines, as a connection does, and can be read while
// it is written.
type recorder struct {
	mu sync.Mutex
	*httptest.ResponseRecorder
}

func (*recorder) SetWriteDeadline(time.Time) error { return nil }

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ResponseRecorder.Write(p)
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Body.String()
}

func TestAQueuedStreamIsParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &recorder{ResponseRecorder: httptest.NewRecorder()}
		p := newParker(w, 200*time.Second, time.Minute, comments)
		p.Enter()
		sleep(199 * time.Second)
		if w.text() != "" {
			t.Fatal("spoke before park_after")
		}
		sleep(2 * time.Second)
		if got := w.text(); got != ": queued\n\n" || w.Code != 200 || w.Header().Get("Content-Type") != "text/event-stream" {
			t.Fatalf("after park_after: %d %q", w.Code, got)
		}
		sleep(20 * time.Second)
		if n := strings.Count(w.text(), ":"); n != 3 {
			t.Fatalf("%d comments after 20 s more, want 3", n)
		}
		p.Leave()
		sleep(10 * time.Second)
		if n := strings.Count(w.text(), ":"); n != 4 {
			t.Fatalf("%d comments, want one more while the vendor is silent", n)
		}
		if !p.stop() {
			t.Fatal("does not know that it sent the status")
		}
		sleep(time.Minute)
		if n := strings.Count(w.text(), ":"); n != 4 {
			t.Fatal("spoke after stop")
		}
	})
}

func TestACallOutsideTheQueueKeepsItsStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &recorder{ResponseRecorder: httptest.NewRecorder()}
		p := newParker(w, 200*time.Second, time.Minute, comments)
		p.Enter()
		p.Leave()
		sleep(300 * time.Second)
		if w.text() != "" {
			t.Fatal("parked a call that is with a vendor")
		}
		p.Enter() // the next tier's queue
		if w.text() == "" {
			t.Fatal("a call that is overdue was not parked as it entered a queue")
		}
		p.Leave()
		p.stop()
	})
}

func TestAWholeMessageIsNeverParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &recorder{ResponseRecorder: httptest.NewRecorder()}
		p := newParker(w, 200*time.Second, time.Minute, nil)
		p.Enter()
		sleep(time.Hour)
		if w.text() != "" || p.stop() {
			t.Fatal("a call without a stream was parked")
		}
	})
}

// sleep moves the bubble's clock and lets everything that is due happen.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
