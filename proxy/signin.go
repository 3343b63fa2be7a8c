package proxy

import (
	"errors"
	"net/http"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/credential"
	"afterglow/proxy/reason"
	"afterglow/proxy/upstream"
)

// SignIn is where a vendor's user stands whose account is signed in to.
type SignIn struct {
	Provider string // "github", "google"; "" = nobody signs in to this vendor
	State    string // "" = signed in; "needed", "pending", "failed"
	Code     string // while pending: what to type on the page, "" if nothing is
	URL      string // while pending: the page
	Problem  string // why it failed
}

// signIn is a vendor's.
func (s *Server) signIn(v *upstream.Vendor) SignIn {
	in := SignIn{Provider: v.Provider()}
	if in.Provider == "" {
		return in
	}
	st := s.keeper.State(in.Provider)
	switch {
	case st.Phase == credential.Pending:
		in.State, in.Code, in.URL = "pending", st.Code, st.URL
	case v.Usable() || v.Flow() == nil: // without a client to sign in with there is nothing to do here
	case st.Phase == credential.Failed:
		in.State, in.Problem = "failed", st.Problem
	default:
		in.State = "needed"
	}
	return in
}

// errNoSignIn says that nobody signs in to a vendor.
var errNoSignIn error = reason.New(reason.NoSignIn, "", "this vendor does not use sign-in")

// SignIn begins to sign in to a vendor and returns at once: Status shows what the user has to do, and
// how it went. Calls go to the vendor as soon as it is done. The error is credential.ErrRunning while a
// sign-in with the same provider runs.
func (s *Server) SignIn(vendorName string) error {
	v := s.current().vendor(vendorName)
	if v == nil || v.Provider() == "" {
		return errNoSignIn
	}
	flow := v.Flow()
	if flow == nil {
		return v.Missing()
	}
	return s.keeper.Begin(v.Provider(), flow, func() { s.signedIn(v.Provider()) })
}

// signedIn tells the vendors of a provider that their user has signed in, or out.
func (s *Server) signedIn(provider string) {
	for _, v := range s.current().vendors {
		if v.Provider() == provider {
			v.SignedIn()
			s.memory.Health.Reset(v.Name())
		}
	}
}

// CancelSignIn ends a sign-in that is under way.
func (s *Server) CancelSignIn(vendorName string) error {
	v := s.current().vendor(vendorName)
	if v == nil || v.Provider() == "" {
		return errNoSignIn
	}
	s.keeper.Cancel(v.Provider())
	return nil
}

// signedInWith is the first vendor of the chain whose user signs in with a provider, nil if none does.
func (s *Server) signedInWith(provider string) *upstream.Vendor {
	for _, v := range s.current().vendors {
		if v.Provider() == provider && provider != "" {
			return v
		}
	}
	return nil
}

type reauthJSON struct {
	State    credential.Phase `json:"state"`
	Error    string           `json:"error,omitempty"`
	Ago      *float64         `json:"completed_ago_seconds,omitempty"`
	Code     string           `json:"code,omitempty"`
	URL      string           `json:"url,omitempty"`
	SignedIn bool             `json:"signed_in"`
	Problem  string           `json:"problem,omitempty"` // why nobody is signed in any more
}

// getReauthStatus serves GET /api/reauth/status.
func (s *Server) getReauthStatus(w http.ResponseWriter, _ *http.Request) {
	providers := map[string]reauthJSON{}
	for _, name := range []string{credential.ProviderGitHub, credential.ProviderGoogle} {
		v := s.signedInWith(name)
		if v == nil {
			continue
		}
		st := s.keeper.State(name)
		j := reauthJSON{State: st.Phase, Error: st.Problem, Code: st.Code, URL: st.URL, SignedIn: v.Usable(), Problem: s.keeper.Reason(name)}
		if st.Phase == credential.Completed {
			ago := tenth(time.Since(st.Ended).Seconds())
			j.Ago = &ago
		}
		providers[name] = j
	}
	writeJSON(w, http.StatusOK, map[string]any{"providers": providers})
}

// reauth is the vendor that a request to /api/reauth is about; nil if it has been answered with 404.
func (s *Server) reauth(w http.ResponseWriter, r *http.Request) *upstream.Vendor {
	v := s.signedInWith(r.PathValue("provider"))
	if v == nil {
		writeError(w, anthropic.Errorf(http.StatusNotFound, "no vendor in the chain uses sign-in with %q", r.PathValue("provider")))
	}
	return v
}

// postReauth serves POST /api/reauth/{provider}. While a sign-in runs, another request joins it: who asks
// wants a user to be signed in, and there is one page to open.
func (s *Server) postReauth(w http.ResponseWriter, r *http.Request) {
	v := s.reauth(w, r)
	if v == nil {
		return
	}
	if err := s.SignIn(v.Name()); err != nil && !errors.Is(err, credential.ErrRunning) {
		writeError(w, anthropic.Errorf(http.StatusConflict, "%v", err))
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]string{"status": "reauth requested"})
}

// deleteReauth serves DELETE /api/reauth/{provider}: it ends a sign-in that runs, or else signs out.
func (s *Server) deleteReauth(w http.ResponseWriter, r *http.Request) {
	v := s.reauth(w, r)
	if v == nil {
		return
	}
	if s.keeper.State(v.Provider()).Phase == credential.Pending {
		s.keeper.Cancel(v.Provider())
		writeJSON(w, http.StatusOK, map[string]string{"status": "cancelled"})
		return
	}
	if err := s.keeper.Forget(v.Provider()); err != nil {
		writeError(w, anthropic.Errorf(http.StatusInternalServerError, "%v", err))
		return
	}
	s.signedIn(v.Provider())
	writeJSON(w, http.StatusOK, map[string]string{"status": "signed out"})
}

// getCopilotDiagnostics serves GET /api/copilot/diagnostics.
func (s *Server) getCopilotDiagnostics(w http.ResponseWriter, _ *http.Request) {
	if v := s.copilot(w); v != nil {
		d, _ := v.Diagnose()
		writeJSON(w, http.StatusOK, d)
	}
}

// getCopilotModels serves GET /api/copilot/models.
func (s *Server) getCopilotModels(w http.ResponseWriter, r *http.Request) {
	v := s.copilot(w)
	if v == nil {
		return
	}
	body, err := v.CopilotModels(r.Context())
	var refused *anthropic.Error
	if errors.As(err, &refused) {
		writeError(w, refused)
		return
	}
	asJSON(w.Header())
	w.Write(body)
}

// copilot is the chain's first vendor that is GitHub Copilot; nil if it has been answered with 404.
func (s *Server) copilot(w http.ResponseWriter) *upstream.Vendor {
	v := s.signedInWith(credential.ProviderGitHub)
	if v == nil {
		writeError(w, anthropic.Errorf(http.StatusNotFound, "GitHub Copilot is not in the chain"))
	}
	return v
}
