package connect

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// State is where a client's calls go.
type State string

const (
	Connected  State = "connected"
	Apart      State = "not connected"
	Elsewhere  State = "connected to another address"
	Unreadable State = "unreadable"
)

// Status is a client as it is now.
type Status struct {
	ID      string   `json:"client"`
	Name    string   `json:"name"`
	File    string   `json:"file"`
	State   State    `json:"state"`
	Address string   `json:"address,omitempty"` // of Connected and Elsewhere: the host, and the port if one is given, that it calls
	Error   string   `json:"error,omitempty"`   // of Unreadable
	Cause   error    `json:"-"`                 // the same, for a window that says it in its language
	Vendors []string `json:"vendors,omitempty"` // those that can serve it
	Chain   bool     `json:"chain"`             // it calls the chain and needs no vendor chosen
	Also    []string `json:"also,omitempty"`    // more files of it that were connected, of another CLAUDE_CONFIG_DIR, say

	Credentials  Credentials `json:"credentials,omitempty"`   // that Claude Code signs its calls with, or would with Usual
	LoginVendors []string    `json:"login_vendors,omitempty"` // those that need its own, where others do not: its user can choose
	Findings     []Finding   `json:"findings,omitempty"`      // what else decides where its calls go, or what they carry
}

// Overridden is the first finding that keeps a connected client's calls away from Afterglow; nil = none does.
func (s Status) Overridden() *Finding {
	if s.State != Connected {
		return nil
	}
	if i := slices.IndexFunc(s.Findings, func(f Finding) bool { return f.Overrides }); i >= 0 {
		return &s.Findings[i]
	}
	return nil
}

// List reads how all clients are now.
func (d *Desk) List(t Target) (all []Status) {
	for _, c := range clients() {
		s := Status{ID: c.id, Name: c.name, State: Apart, Chain: c.serves == nil}
		if c.serves != nil {
			for _, v := range t.Vendors {
				if c.serves(v) != "" {
					s.Vendors = append(s.Vendors, v.Name)
				}
			}
		}
		if err := d.read(c, t, &s); err != nil {
			s.fail(err)
		}
		all = append(all, s)
	}
	return all
}

func (s *Status) fail(err error) { s.State, s.Error, s.Cause = Unreadable, err.Error(), err }

// read fills in what a client's file says, and its records.
func (d *Desk) read(c client, t Target, s *Status) error {
	file, text, _, err := c.read()
	s.File = file
	if err != nil {
		return err
	}
	at, err := c.calls(text)
	if err != nil {
		return inFile(file, err)
	}
	if host := hostOf(at); host != "" {
		s.State, s.Address = Elsewhere, host
		if leads(at, t.Address) {
			s.State = Connected
		}
	}
	d.see(c, text, t, s)
	all, err := d.records(c.id)
	for _, r := range all {
		if r.For == "" && r.Path != file && r.stands() {
			s.Also = append(s.Also, r.Path)
		}
	}
	return err
}

// see fills in what a client's calls carry, and what else decides where they go.
func (d *Desk) see(c client, text []byte, t Target, s *Status) {
	credentials := t.settle(Usual, d.Shell)
	if c.credentials != nil {
		if s.State == Connected {
			credentials = c.credentials(text, t)
		}
		s.Credentials, s.LoginVendors = credentials, t.LoginVendors()
	}
	to, err := c.choose("", t)
	if err != nil {
		return // it cannot be connected, and nothing matters to it
	}
	s.Findings, err = c.look(sight{s.File, text, to, t, credentials, d.Shell, d.root})
	if err != nil {
		s.fail(err)
	}
}

// hostOf is the host, and the port if one is given, of a URL that is called by HTTP; else "".
func hostOf(at string) string {
	u, err := url.Parse(at)
	if err != nil || u.Hostname() == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return ""
	}
	return u.Host
}

// leads reports whether a URL is one of what listens on an address. Afterglow speaks no TLS.
func leads(at, address string) bool {
	u, err := url.Parse(at)
	if err != nil || !strings.EqualFold(u.Scheme, "http") {
		return false
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return Reachable(net.JoinHostPort(strings.ToLower(u.Hostname()), port)) == Reachable(address)
}
