package route

import (
	"cmp"
	"container/list"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/config"
	"afterglow/proxy/nesting"
)

// Session names a client's conversation.
type Session struct {
	Key string // "" if the client does not say
	ID  string // metadata.user_id as it came; bindings may name this too
}

// maxSession bounds a session's names, in bytes.
const maxSession = bounds.Session

// SessionIn finds what a client's header says of the session, and of the sub-agent whose call it is; "" where it says
// nothing. Each agent has names of its own:
//   - Claude Code: x-claude-code-session-id, and x-claude-code-agent-id on a sub-agent's calls.
//   - opencode: x-session-id; a sub-agent has one of its own, and the session's in x-parent-session-id.
//   - Codex: session-id, in older versions session_id; a sub-agent has the same one, and a thread-id of its own.
func SessionIn(header http.Header) (session, agent string) {
	if session = header.Get("X-Claude-Code-Session-Id"); session != "" {
		return session, header.Get("X-Claude-Code-Agent-Id")
	}
	if session = header.Get("X-Session-Id"); session != "" {
		if parent := header.Get("X-Parent-Session-Id"); parent != "" {
			return parent, session
		}
		return session, ""
	}
	session = cmp.Or(header.Get("Session-Id"), header.Get("Session_id"))
	if thread := header.Get("Thread-Id"); session != "" && thread != session {
		agent = thread
	}
	return session, cmp.Or(agent, header.Get("X-Claude-Code-Agent-Id"))
}

// SessionOf finds the session of a call: what the client's header says, else what metadata.user_id says, which
// is JSON with a session_id, or in older clients a text that ends in "_session_" and the id.
func SessionOf(header http.Header, req *anthropic.Request) Session {
	s := Session{ID: req.UserID}
	s.Key, _ = SessionIn(header)
	if s.Key == "" && nesting.Valid(s.ID) {
		s.Key = gjson.Get(s.ID, "session_id").Str
	}
	if s.Key == "" {
		if i := strings.LastIndex(s.ID, "_session_"); i >= 0 {
			s.Key = s.ID[i+len("_session_"):]
		}
	}
	if len(s.Key) > maxSession || len(s.ID) > maxSession {
		return Session{}
	}
	return s
}

// Sessions knows which vendor a session was last answered by and to which it was bound while the
// program ran. It is safe for concurrent use.
type Sessions struct {
	mu       sync.Mutex
	bindings map[string]config.Session
	homes    map[string]*list.Element // of *home
	recent   *list.List               // of *home, latest first
}

type home struct {
	key, vendor string
	at          time.Time
}

// maxHomes is how many sessions' last vendors are remembered.
const maxHomes = 4096

// NewSessions returns a Sessions that knows none.
func NewSessions() *Sessions {
	return &Sessions{bindings: map[string]config.Session{}, homes: map[string]*list.Element{}, recent: list.New()}
}

// Bind binds the session whose key is b.Match, in place of an earlier binding.
func (s *Sessions) Bind(b config.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.Vendors = slices.Clone(b.Vendors)
	s.bindings[b.Match] = b
}

// Unbind reports whether there was such a binding. Policies of the configuration stay.
func (s *Sessions) Unbind(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, bound := s.bindings[key]
	delete(s.bindings, key)
	return bound
}

// Bindings returns what was bound while the program ran, by key.
func (s *Sessions) Bindings() []config.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]config.Session, 0, len(s.bindings))
	for _, b := range s.bindings {
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b config.Session) int { return strings.Compare(a.Match, b.Match) })
	return all
}

// Rename gives a vendor another name in what is bound, and in what is known of who answered last.
func (s *Sessions) Rename(vendor, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, b := range s.bindings {
		b.Vendors = config.Renamed(b.Vendors, vendor, to)
		s.bindings[key] = b
	}
	for e := s.recent.Front(); e != nil; e = e.Next() {
		if h := e.Value.(*home); h.vendor == vendor {
			h.vendor = to
		}
	}
}

// bound is the binding of a session, or else the configuration's policy; zero if there is neither.
func (s *Sessions) bound(of Session, policies []config.Session) config.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{of.Key, of.ID} {
		if b, ok := s.bindings[key]; ok && key != "" {
			return b
		}
	}
	for _, p := range policies {
		if config.Matches(p.Match, of.Key) || config.Matches(p.Match, of.ID) {
			return p
		}
	}
	return config.Session{}
}

// stay remembers which vendor answered a session.
func (s *Sessions) stay(key, vendorName string) {
	if key == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.homes[key]; e != nil {
		h := e.Value.(*home)
		h.vendor, h.at = vendorName, wall()
		s.recent.MoveToFront(e)
		return
	}
	key = strings.Clone(key)
	s.homes[key] = s.recent.PushFront(&home{key, vendorName, wall()})
	if s.recent.Len() > maxHomes {
		delete(s.homes, s.recent.Remove(s.recent.Back()).(*home).key)
	}
}

// home is the vendor that answered a session within the last while, "" if there is none.
func (s *Sessions) home(key string, within time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.homes[key]
	if key == "" || e == nil {
		return ""
	}
	// A clock that was set back leaves times to come, which are no reason to stay.
	if since := time.Since(e.Value.(*home).at); since > within || since < -within {
		return ""
	}
	return e.Value.(*home).vendor
}
