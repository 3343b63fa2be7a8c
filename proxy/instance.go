package proxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"

	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// Instance is what a server says of itself in its state folder while it listens, so that the command line
// finds it.
type Instance struct {
	Address string `json:"address"` // host:port
	PID     int    `json:"pid"`
	Version string `json:"version,omitempty"`
	Ledger  string `json:"ledger,omitempty"` // absolute path of the file that its calls are kept in, "" if they are not
}

// InstancePath is the file that names the server of a state folder. One that was killed leaves it behind.
func InstancePath(dir string) string { return filepath.Join(dir, "instance.json") }

// ReadInstance reads a state folder's file. The error is fs.ErrNotExist where there is none.
func ReadInstance(dir string) (Instance, error) {
	var i Instance
	text, err := os.ReadFile(InstancePath(dir))
	if err != nil {
		return i, fmt.Errorf("read instance: %w", err)
	}
	if err := json.Unmarshal(text, &i); err != nil {
		return i, fmt.Errorf("%s: %w", InstancePath(dir), err)
	}
	if _, _, err := net.SplitHostPort(i.Address); err != nil {
		return Instance{}, fmt.Errorf("%s: address: %w", InstancePath(dir), err)
	}
	return i, nil
}

// instanceFile is the server's side of it. Its zero value writes nothing.
type instanceFile struct {
	dir     string // "" = nowhere
	version string
	ledger  string

	write sync.Mutex // held over the writing of the file
	said  Instance
}

// pathOf is where a ledger is, "" if there is none.
func pathOf(l *ledger.Ledger) string {
	if l == nil {
		return ""
	}
	path := l.Stats().Path
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return path
}

// say writes where the server listens now.
func (f *instanceFile) say(address string) error {
	f.write.Lock()
	defer f.write.Unlock()
	next := Instance{Address: address, PID: os.Getpid(), Version: f.version, Ledger: f.ledger}
	if f.dir == "" || next == f.said {
		return nil
	}
	if err := config.OwnFolder(f.dir); err != nil {
		return fmt.Errorf("write instance: %w", err)
	}
	text, err := json.Marshal(next)
	if err == nil {
		err = config.ReplaceFile(InstancePath(f.dir), append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write instance: %w", err)
	}
	f.said = next
	return nil
}

// remove takes the file away, unless another server has written it since.
func (f *instanceFile) remove() error {
	f.write.Lock()
	defer f.write.Unlock()
	if f.said == (Instance{}) {
		return nil
	}
	if now, err := ReadInstance(f.dir); err != nil || now != f.said {
		return nil
	}
	f.said = Instance{}
	if err := os.Remove(InstancePath(f.dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove instance: %w", err)
	}
	return nil
}

// announce says in the state folder where the server listens.
func (s *Server) announce() {
	s.mu.Lock()
	address := ""
	if s.listener != nil {
		address = s.listener.Addr().String()
	}
	s.mu.Unlock()
	if address == "" {
		return
	}
	if err := s.instance.say(address); err != nil {
		s.log.Warn("the command line will not find this server by itself", "error", err)
	}
}
