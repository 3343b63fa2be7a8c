package route

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/anthropic"
)

func TestSessionOf(t *testing.T) {
	for name, tc := range map[string]struct{ header, user, want string }{
		"the header":       {"h1", `{"session_id":"s1"}`, "h1"},
		"JSON":             {"", `{"device_id":"d","account_uuid":"","session_id":"a/b"}`, "a/b"},
		"the older text":   {"", "user_0123_account__session_9-8", "9-8"},
		"something else":   {"", "somebody", ""},
		"nothing":          {"", "", ""},
		"not JSON at last": {"", `{"session_id":`, ""},
	} {
		header := map[string][]string{}
		if tc.header != "" {
			header["X-Claude-Code-Session-Id"] = []string{tc.header}
		}
		if got := SessionOf(header, &anthropic.Request{UserID: tc.user}).Key; got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestSessionInTheHeaders(t *testing.T) {
	for name, tc := range map[string]struct {
		header         []string
		session, agent string
	}{
		"none":                        {nil, "", ""},
		"Claude Code":                 {[]string{"X-Claude-Code-Session-Id", "s"}, "s", ""},
		"Claude Code's sub-agent":     {[]string{"X-Claude-Code-Session-Id", "s", "X-Claude-Code-Agent-Id", "a"}, "s", "a"},
		"opencode":                    {[]string{"X-Session-Id", "ses_1", "X-Session-Affinity", "ses_1"}, "ses_1", ""},
		"opencode's sub-agent":        {[]string{"X-Session-Id", "ses_2", "X-Parent-Session-Id", "ses_1"}, "ses_1", "ses_2"},
		"a parent alone":              {[]string{"X-Parent-Session-Id", "ses_1"}, "", ""},
		"Codex":                       {[]string{"Session-Id", "t", "Thread-Id", "t"}, "t", ""},
		"Codex's sub-agent":           {[]string{"Session-Id", "t", "Thread-Id", "u", "X-Codex-Parent-Thread-Id", "t"}, "t", "u"},
		"an older Codex":              {[]string{"Session_id", "t"}, "t", ""},
		"a thread without a session":  {[]string{"Thread-Id", "u"}, "", ""},
		"Claude Code through another": {[]string{"X-Session-Id", "other", "X-Claude-Code-Session-Id", "s"}, "s", ""},
	} {
		header := http.Header{}
		for i := 0; i < len(tc.header); i += 2 {
			header[tc.header[i]] = []string{tc.header[i+1]}
		}
		if session, agent := SessionIn(header); session != tc.session || agent != tc.agent {
			t.Errorf("%s: session %q, agent %q", name, session, agent)
		}
	}
}

func TestHomesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSessions()
		s.stay("a", "v")
		time.Sleep(4 * time.Minute)
		if got := s.home("a", 5*time.Minute); got != "v" {
			t.Errorf("after four minutes %q", got)
		}
		time.Sleep(2 * time.Minute)
		if got := s.home("a", 5*time.Minute); got != "" {
			t.Errorf("after six minutes %q", got)
		}
		for i := range maxHomes + 1 {
			s.stay(fmt.Sprint(i), "w")
		}
		if len(s.homes) != maxHomes || s.recent.Len() != maxHomes || s.home("0", time.Hour) != "" || s.home("1", time.Hour) != "w" {
			t.Errorf("%d sessions are kept", len(s.homes))
		}
	})
}
