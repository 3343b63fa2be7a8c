package route

import (
	"net/http"
	"testing"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/boundtest"
)

// FuzzSession: whatever a client says of its session, the name has a bound.
func FuzzSession(f *testing.F) {
	f.Add("s-1", "")
	f.Add("", `{"session_id":"a"}`)
	f.Add("", "user_x_account__session_0a")
	f.Fuzz(func(t *testing.T, header, id string) {
		defer boundtest.Bound(t, 64<<20)()
		s := SessionOf(http.Header{"X-Claude-Code-Session-Id": {header}}, &anthropic.Request{UserID: id})
		if len(s.Key) > maxSession || len(s.ID) > maxSession {
			t.Errorf("%q %q: %+v", header, id, s)
		}
	})
}
