package proxy

import (
	"net/http"

	"afterglow/proxy/connect"
)

// target is this server, for those who are to call it.
func (s *Server) target() connect.Target {
	s.mu.Lock()
	address := s.conf().Listen
	if s.listener != nil {
		address = s.listener.Addr().String()
	}
	s.mu.Unlock()
	return connect.To(connect.Reachable(address), *s.conf())
}

// Clients reads how the coding agents of this user are configured. It reads files.
func (s *Server) Clients() []connect.Status { return s.clients.List(s.target()) }

// Variables are what sends Claude Code here from a shell; one may hold the token. It may read files.
func (s *Server) Variables(with connect.Credentials) []connect.Variable {
	return connect.Variables(s.target(), with, connect.Shell{})
}

// Connect sends a coding agent's calls here; see connect.Desk.
func (s *Server) Connect(id string, with connect.Choice) error {
	return s.clients.Connect(id, with, s.target())
}

// Disconnect takes back what Connect did, and says what came of each file. The error is connect.ErrApart if there was
// nothing to take back.
func (s *Server) Disconnect(id string) ([]connect.Restored, error) {
	return s.clients.Disconnect(id, false, s.target())
}

// Suspend disconnects every coding agent that is connected here, until a server with the same state folder runs again; see
// connect.Desk. It may take a while.
func (s *Server) Suspend() (done []connect.Suspended, err error) {
	return s.clients.Suspend(s.target())
}

// resume connects the coding agents again that Suspend disconnected. A demo leaves that to a server with real vendors.
func (s *Server) resume() {
	if s.demo {
		return
	}
	done, err := s.clients.Resume(s.target())
	if len(done) > 0 {
		s.log.Info("clients are connected again", "clients", done)
	}
	if err != nil {
		s.log.Warn("clients stay disconnected", "error", err)
	}
}

// ClientsAnswer is the answer to GET /api/clients: what a program of the same user needs to connect a client.
type ClientsAnswer struct {
	Address    string           `json:"address"`     // host:port
	Token      bool             `json:"token"`       // calls have to carry one
	ClientAuth bool             `json:"client_auth"` // a vendor is called with the client's own credentials
	VendorKeys bool             `json:"vendor_keys"` // a vendor is called with a key that Afterglow has, or without one
	Vendors    []connect.Vendor `json:"vendors"`
	Clients    []connect.Status `json:"clients"`
}

// getClients serves GET /api/clients. Connecting is not for requests: it writes into other programs' files.
func (s *Server) getClients(w http.ResponseWriter, _ *http.Request) {
	t := s.target()
	writeJSON(w, http.StatusOK, ClientsAnswer{t.Address, t.Token != "", t.ClientAuth, t.VendorKeys, t.Vendors, s.clients.List(t)})
}
