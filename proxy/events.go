package proxy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// eventsEvery is the shortest time between two snapshots that are pushed: 10 a second.
const eventsEvery = 100 * time.Millisecond

// eventsKeepalive is how often an idle stream of snapshots sends a comment, so that a reader that is
// gone is noticed.
const eventsKeepalive = 15 * time.Second

// events serves GET /api/events: the snapshot of GET /api/concurrency now and after every change, at
// most 10 a second, the last one always.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	streamHeader(w.Header())
	out := newClientStream(w, patience{longest: eventsUnread})
	wake := s.Watch(r.Context())
	keepalive := time.NewTicker(eventsKeepalive)
	defer keepalive.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		if !s.push(out) {
			return
		}
		// A wake that comes during the pause stays in its channel until after it.
		pause.Reset(eventsEvery)
		select {
		case <-pause.C:
		case <-r.Context().Done():
			return
		case <-s.draining:
			return
		}
		for waiting := true; waiting; {
			select {
			case <-wake:
				waiting = false
			case <-keepalive.C:
				if out.write([]byte(":\n\n")) != nil || out.flush() != nil {
					return
				}
			case <-r.Context().Done():
				return
			case <-s.draining:
				return
			}
		}
	}
}

func (s *Server) push(out *clientStream) bool {
	data, err := json.Marshal(concurrencyOf(s.limiter.Snapshot()))
	if err != nil {
		return false
	}
	return out.write(fmt.Appendf(nil, "event: concurrency\ndata: %s\n\n", data)) == nil && out.flush() == nil
}
