package desktop

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/windows/registry"
)

// runPath holds what is started at login, for this user.
const runPath = `Software\Microsoft\Windows\CurrentVersion\Run`

// registryRun is the Run key.
type registryRun struct{}

func runKey() entries { return registryRun{} }

func (registryRun) read(name string) (string, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runPath, registry.QUERY_VALUE)
	if err != nil {
		return "", absent(err)
	}
	defer key.Close()
	text, _, err := key.GetStringValue(name)
	return text, absent(err)
}

func (registryRun) write(name, text string) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runPath, registry.SET_VALUE)
	if err != nil {
		return err
	}
	return errors.Join(key.SetStringValue(name, text), key.Close())
}

func (registryRun) remove(name string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, runPath, registry.SET_VALUE)
	if err != nil {
		return absent(err)
	}
	return errors.Join(absent(key.DeleteValue(name)), key.Close())
}

// absent calls what is not there by the name that it has everywhere.
func absent(err error) error {
	if errors.Is(err, registry.ErrNotExist) {
		return fs.ErrNotExist
	}
	return err
}
