package credential

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"afterglow/proxy/reason"
)

// ring is the system's keyring.
type ring interface {
	get(name string) (string, error) // ErrNone
	set(name, text string) error
	delete(name string) error // ErrNone
}

// service is the name that our secrets have in the keyring.
const service = "afterglow"

// ringPatience is how long a keyring may take. One that asks its user to unlock it takes longer, and is
// answered at the next try.
const ringPatience = 5 * time.Second

// errRingSilent says that a keyring did not answer in time.
var errRingSilent error = reason.New(reason.KeyringSilent, "", "the system keyring does not respond. Unlock it and try again")

type system struct{}

// systemRing is the system's keyring, nil if there is none.
func systemRing() ring {
	if runtime.GOOS == "linux" && !hasSessionBus() {
		return nil // to ask would start a bus
	}
	if _, err := (system{}).get("probe"); err != nil && !errors.Is(err, ErrNone) {
		return nil
	}
	return system{}
}

func hasSessionBus() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

func (system) get(name string) (string, error) {
	found := make(chan string, 1)
	err := bounded(func() error {
		text, err := keyring.Get(service, name)
		found <- text
		return err
	})
	if err != nil {
		return "", err
	}
	return <-found, nil
}

func (system) set(name, text string) error {
	return bounded(func() error { return keyring.Set(service, name, text) })
}

func (system) delete(name string) error {
	return bounded(func() error { return keyring.Delete(service, name) })
}

// bounded gives up on a keyring that does not answer. What it was asked may still happen.
func bounded(ask func() error) error {
	done := make(chan error, 1)
	go func() { done <- ask() }()
	select {
	case err := <-done:
		if errors.Is(err, keyring.ErrNotFound) {
			return ErrNone
		}
		return err
	case <-time.After(ringPatience):
		return errRingSilent
	}
}
