package proxy

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/ledger"
)

// hangsUp is a client that is gone as soon as it has read an error.
type hangsUp struct {
	*httptest.ResponseRecorder
	leave func()
}

func (h hangsUp) Write(p []byte) (int, error) {
	n, err := h.ResponseRecorder.Write(p)
	if strings.Contains(string(p), "event: error") {
		h.leave()
	}
	return n, err
}

func (h hangsUp) SetWriteDeadline(time.Time) error { return nil }

// A client of the official libraries hangs up as soon as it reads an error; two of five such ends were "cancelled".
func TestAVendorsBrokenStreamIsRecordedAsBrokenAlsoIfTheClientHangsUpAtOnce(t *testing.T) {
	for name, end := range map[string]string{"cut": "", "half an event": "data: {\"type\":\"mess", "an error": "data: {\"error\":{\"message\":\"boom\"}}\n\n"} {
		up := newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n"+end)
		})
		s, base := serve(t, row("a", up.URL, breaks))
		for range 3 {
			ctx, leave := context.WithCancel(t.Context())
			r := httptest.NewRequestWithContext(ctx, "POST", "/v1/messages", strings.NewReader(streamBody))
			r.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			s.messages(hangsUp{answer, leave}, r)
			if ctx.Err() == nil {
				t.Fatalf("%s: the client read no error: %d %s", name, answer.Code, answer.Body)
			}
			if rec := last(s); rec.class.GivenUp() || rec.class == ledger.OK {
				t.Errorf("%s: recorded as %q, %v", name, rec.class, rec.err)
			}
		}
		if _, status := control(t, "GET", base+"/api/status", ""); status.Get("tiers.0.circuit_breaker.state").Str != "open" {
			t.Errorf("%s: the breaker did not count it: %s", name, status.Get("tiers.0").Raw)
		}
	}
}

func (h hangsUp) SetReadDeadline(time.Time) error { return nil }
