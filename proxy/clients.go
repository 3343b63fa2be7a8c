package proxy

import (
	"errors"

	"afterglow/proxy/connect"
)

// target is this server, for those who are to call it.
func (s *Server) target() connect.Target {
	address := s.Status().Addr
	if address == "" {
		address = s.conf().Listen
	}
	return connect.To(connect.Reachable(address), *s.conf())
}

// Clients reads how the coding agents of this user are configured. It reads files.
func (s *Server) Clients() []connect.Status { return connect.New(s.clientsDir).List(s.target()) }

// Variables are what sends Claude Code here from a shell; one may hold the token.
func (s *Server) Variables() []connect.Variable { return connect.Variables(s.target()) }

// Connect sends a coding agent's calls here; see connect.Desk. vendor is "" for the first that can serve it.
func (s *Server) Connect(id, vendor string) error {
	if s.clientsDir == "" {
		return errors.New("there is no state folder for the backup")
	}
	return connect.New(s.clientsDir).Connect(id, vendor, s.target())
}

// Disconnect takes back what Connect did.
func (s *Server) Disconnect(id string) error { return connect.New(s.clientsDir).Disconnect(id) }
