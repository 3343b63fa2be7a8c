package credential

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"afterglow/proxy/config"
)

// ErrNone says that a store has nothing under a name.
var ErrNone = errors.New("no credential is stored")

// Token is a stored credential: a vendor's key, or what a sign-in gave. Only Access is always there.
type Token struct {
	Access  config.Secret
	Refresh config.Secret
	Expires time.Time // zero = not known
	Scope   string
}

// stored is a Token as it is written, under the names that OAuth gives them.
type stored struct {
	Access  string    `json:"access_token"`
	Refresh string    `json:"refresh_token,omitempty"`
	Expires time.Time `json:"expires_at,omitzero"`
	Scope   string    `json:"scope,omitempty"`
}

func (t Token) stored() stored {
	return stored{t.Access.Reveal(), t.Refresh.Reveal(), t.Expires, t.Scope}
}

func (s stored) token() Token {
	return Token{config.Secret(s.Access), config.Secret(s.Refresh), s.Expires, s.Scope}
}

// Store keeps credentials by name: in the system keyring, or where there is none in a file that only
// its owner can read. It is safe for concurrent use, also by several processes, which write rarely.
type Store struct {
	file string
	ring ring // nil: there is no keyring

	mu sync.Mutex // one writer of the file
}

// fileName is the store's file in the state folder.
const fileName = "credentials.json"

// Open returns the store of a state folder. It looks for a keyring at once.
func Open(dir string) *Store {
	s := &Store{file: filepath.Join(dir, fileName)}
	if r := systemRing(); r != nil {
		s.ring = r
	}
	return s
}

// OpenFile returns a store that uses the file alone.
func OpenFile(dir string) *Store { return &Store{file: filepath.Join(dir, fileName)} }

// Place says where new credentials go, for people.
func (s *Store) Place() string {
	if s.ring != nil {
		return "the system keyring"
	}
	return s.file
}

// InKeyring reports whether new credentials go to the system's keyring.
func (s *Store) InKeyring() bool { return s.ring != nil }

// Get returns what is stored under a name. The error is ErrNone, or says that the place cannot be read.
func (s *Store) Get(name string) (Token, error) {
	if s.ring != nil {
		text, err := s.ring.get(name)
		if err == nil {
			return decode(name, text)
		}
		if !errors.Is(err, ErrNone) {
			return Token{}, fmt.Errorf("read credential of %s from the keyring: %w", name, err)
		}
	}
	all, err := s.read()
	if err != nil {
		return Token{}, err
	}
	found, ok := all[name]
	if !ok {
		return Token{}, ErrNone
	}
	return found.token(), nil
}

func decode(name, text string) (Token, error) {
	var found stored
	if err := json.Unmarshal([]byte(text), &found); err != nil || found.Access == "" && found.Refresh == "" {
		return Token{}, fmt.Errorf("read credential of %s: the stored value is not valid", name)
	}
	return found.token(), nil
}

// Set stores a credential. One of the same name is replaced, wherever it is.
func (s *Store) Set(name string, t Token) error {
	if s.ring == nil {
		return s.edit(func(all map[string]stored) { all[name] = t.stored() })
	}
	text, err := json.Marshal(t.stored())
	if err != nil {
		return fmt.Errorf("encode credential: %w", err)
	}
	if err := s.ring.set(name, string(text)); err != nil {
		return fmt.Errorf("write credential of %s to the keyring: %w", name, err)
	}
	return s.forget(name)
}

// Delete removes a credential from both places. It is no error if there is none.
func (s *Store) Delete(name string) error {
	if s.ring != nil {
		if err := s.ring.delete(name); err != nil && !errors.Is(err, ErrNone) {
			return fmt.Errorf("delete credential of %s from the keyring: %w", name, err)
		}
	}
	return s.forget(name)
}

// forget removes a credential from the file, if it is there.
func (s *Store) forget(name string) error {
	all, err := s.read()
	if _, found := all[name]; err == nil && !found {
		return nil
	}
	return s.edit(func(all map[string]stored) { delete(all, name) })
}

// read returns the file's content. A file that cannot be understood is set aside, so that the next
// write loses nothing.
func (s *Store) read() (map[string]stored, error) {
	text, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]stored{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	all := map[string]stored{}
	err = json.Unmarshal(text, &all)
	if err == nil && all == nil {
		err = errors.New("null")
	}
	if err != nil {
		aside := s.file + ".broken-" + time.Now().Format("20060102-150405")
		if moved := os.Rename(s.file, aside); moved != nil {
			return nil, fmt.Errorf("%s is not valid JSON and cannot be moved: %w", s.file, moved)
		}
		return nil, fmt.Errorf("%s was not valid JSON and was moved to %s. Sign in again", s.file, aside)
	}
	return all, nil
}

// edit writes the file anew: to a temporary file that was made for its owner alone, and renamed.
func (s *Store) edit(change func(map[string]stored)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.read()
	if err != nil {
		return err
	}
	change(all)
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encode credentials: %w", err)
	}
	if err := config.OwnFolder(filepath.Dir(s.file)); err != nil {
		return fmt.Errorf("make folder of credentials: %w", err)
	}
	if err := config.ReplaceFile(s.file, append(text, '\n')); err != nil {
		return fmt.Errorf("write credentials: %w", err)
	}
	return nil
}
