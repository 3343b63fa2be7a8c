package proxy

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"sync"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/reason"
)

// Editing is what a server may change of the configuration it came from.
type Editing struct {
	Path   string // the file; "" = nothing can be changed
	Live   bool   // the server runs what the file says, and takes what is changed
	Listen string // the command line's, which counts in place of the file's; "" if it says nothing
	// Getenv reads the environment; nil = os.Getenv.
	Getenv func(string) string
	// Keeper is where keys go; nil = the server's own.
	Keeper *credential.Keeper
}

func (e Editing) filled(keeper *credential.Keeper) Editing {
	if e.Getenv == nil {
		e.Getenv = os.Getenv
	}
	e.Keeper = cmp.Or(e.Keeper, keeper)
	return e
}

// editing is the state of that.
type editing struct {
	Editing

	mu    sync.Mutex   // held over every change of the file, from its reading to its taking
	seen  [][]string   // the chain that people look at: as it was told them last; nil before
	taken *string      // the text that is in force; nil if that is not known
	watch func() error // tries again to watch the file; nil if it is watched
}

// errNoFile says that there is nothing to edit.
var errNoFile error = reason.New(reason.NoFile, "", "there is no configuration file")

// ConfigFile is the configuration file, and whether it exists.
func (s *Server) ConfigFile() (path string, exists bool) {
	_, err := os.Stat(s.editing.Path)
	return s.editing.Path, err == nil
}

// CheckConfig reads the configuration file anew and says what is wrong with it, or nil. Nothing is taken of it.
func (s *Server) CheckConfig() error {
	f, err := s.readFile()
	if err != nil {
		return err
	}
	_, err = s.confOf(f)
	return err
}

// SetListen writes the address to listen on into the configuration file, and moves there at once. If it cannot be
// taken, the file and the address stay as they were.
func (s *Server) SetListen(addr string) error {
	if s.editing.Listen != "" {
		return reason.New(reason.ListenFlag, s.editing.Listen,
			"listen: Afterglow was started with --listen %s, which overrides the configuration file", s.editing.Listen)
	}
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, err := s.readFile()
	if err != nil {
		return err
	}
	next, err := f.WithListen(addr)
	if err == nil {
		err = s.mayListen(addr)
	}
	if err != nil {
		return err
	}
	return s.replace(f, next)
}

// mayListen tries an address where nothing is listened on yet, because its port was taken: a reload does not try there.
func (s *Server) mayListen(addr string) error {
	s.mu.Lock()
	listening := s.listener != nil
	s.mu.Unlock()
	if listening || !s.editing.Live {
		return nil
	}
	l, err := listen(addr)
	if err != nil {
		return err
	}
	return l.Close()
}

func (s *Server) readFile() (config.File, error) {
	if s.editing.Path == "" {
		return config.File{}, errNoFile
	}
	return config.ReadFile(s.editing.Path, s.editing.Getenv)
}

// confOf is what a file says, under the command line's options.
func (s *Server) confOf(f config.File) (config.Config, error) {
	conf, err := f.Config()
	if err != nil {
		return conf, err
	}
	return Setup{Listen: s.editing.Listen}.override(conf)
}

// replace writes the file and takes it. If it cannot be taken, it is put back.
func (s *Server) replace(before, next config.File) error {
	if next.Text == before.Text {
		return nil
	}
	if err := next.Write(before); err != nil {
		return err
	}
	next.Exists = true
	if s.editing.Live {
		conf, err := s.confOf(next)
		if err == nil {
			err = s.Reload(conf)
		}
		if err != nil {
			s.setFailed(nil) // what is in force is what the file says again
			return errors.Join(err, putBack(before, next))
		}
		s.log.Info("configuration changed", "file", next.Path)
	}
	s.editing.taken = &next.Text
	s.watchAgain()
	return nil
}

func putBack(before, next config.File) error {
	if before.Exists {
		return before.Write(next)
	}
	if err := os.Remove(next.Path); err != nil {
		return fmt.Errorf("put configuration back: %w", err)
	}
	return nil
}

// watchFile begins to watch the file. Where its folder is not there yet, it is tried again when it is made here.
func (s *Server) watchFile(watch func() error) {
	if err := watch(); err != nil {
		s.log.Warn("changes of the configuration by other programs will not be noticed", "error", err)
		s.editing.watch = watch
	}
}

func (s *Server) watchAgain() {
	if again := s.editing.watch; again != nil && again() == nil {
		s.editing.watch = nil
	}
}

// followFile takes the file after somebody changed it. What was changed here has been taken already.
func (s *Server) followFile() {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, err := s.readFile()
	if err == nil && (!f.Exists || s.editing.taken != nil && *s.editing.taken == f.Text) {
		return
	}
	conf := config.Config{}
	if err == nil {
		conf, err = s.confOf(f)
	}
	if err != nil {
		s.editing.taken = nil
		s.Reject(err)
		return
	}
	undo, err := s.renameSet(conf)
	if err != nil {
		s.log.Warn("limits and order of a renamed vendor are not kept over a restart", "error", err)
	}
	if err := s.Reload(conf); err != nil {
		s.editing.taken = nil
		s.log.Error("configuration not taken, the old one stays", "error", errors.Join(err, undo()))
		return
	}
	s.editing.taken = &f.Text
	s.log.Info("configuration taken", "file", f.Path)
}
