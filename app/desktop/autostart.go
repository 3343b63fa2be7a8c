package desktop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// Program is what is started when the user logs in.
type Program struct {
	ID, Name, Comment string // as the desktop entry has them
	Path              string // absolute
	Args              []string
}

// ThisProgram is the running program with arguments: the AppImage that holds it, if it came out of one.
func ThisProgram(id, name, comment string, args ...string) (Program, error) {
	p := Program{ID: id, Name: name, Comment: comment, Path: os.Getenv("APPIMAGE"), Args: args}
	if p.Path == "" {
		path, err := os.Executable()
		if err != nil {
			return p, fmt.Errorf("find this program: %w", err)
		}
		p.Path = path
	}
	if !filepath.IsAbs(p.Path) {
		return p, fmt.Errorf("find this program: expected an absolute path, got %q", p.Path)
	}
	return p, nil
}

// StartAtLogin is whether a program is started when the user logs in.
type StartAtLogin uint8

// The answers of [Autostart.State].
const (
	NotAtLogin StartAtLogin = iota
	AtLogin
	OtherAtLogin // there is an entry of ours, and it starts another file than this program: one of them has moved
)

// Autostart starts programs when the user logs in: with a desktop entry on free desktops, a LaunchAgent on macOS, a
// value of the Run key on Windows.
type Autostart struct {
	system  string
	entries entries
}

// entries keep a text under a name. A text that is not there is fs.ErrNotExist.
type entries interface {
	read(name string) (string, error)
	write(name, text string) error
	remove(name string) error
}

// NewAutostart is this system's.
func NewAutostart() (*Autostart, error) {
	switch runtime.GOOS {
	case "windows":
		return &Autostart{runtime.GOOS, runKey()}, nil
	case "darwin":
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("find home folder: %w", err)
		}
		return &Autostart{runtime.GOOS, folder(filepath.Join(home, "Library", "LaunchAgents"))}, nil
	}
	conf, err := os.UserConfigDir()
	if err != nil {
		return nil, fmt.Errorf("find configuration folder: %w", err)
	}
	return &Autostart{runtime.GOOS, folder(filepath.Join(conf, "autostart"))}, nil
}

// State tells whether p is started at login.
func (a *Autostart) State(p Program) (StartAtLogin, error) {
	text, err := a.entries.read(a.name(p))
	if errors.Is(err, fs.ErrNotExist) {
		return NotAtLogin, nil
	}
	if err != nil {
		return NotAtLogin, fmt.Errorf("read what starts at login: %w", err)
	}
	off, command := a.command(text)
	switch {
	case off:
		return NotAtLogin, nil
	case slices.Equal(command, append([]string{p.Path}, p.Args...)):
		return AtLogin, nil
	}
	return OtherAtLogin, nil
}

// Enable has p started at login. What was there of p's ID before is replaced.
func (a *Autostart) Enable(p Program) error {
	if err := a.entries.write(a.name(p), a.text(p)); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	return nil
}

// Disable undoes Enable. Where there is nothing to undo, that is no error.
func (a *Autostart) Disable(p Program) error {
	if err := a.entries.remove(a.name(p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("do not start at login: %w", err)
	}
	return nil
}

// name is where p's entry is.
func (a *Autostart) name(p Program) string {
	switch a.system {
	case "windows":
		return p.Name
	case "darwin":
		return p.ID + ".plist"
	}
	return p.ID + ".desktop"
}

// text is the entry that starts p.
func (a *Autostart) text(p Program) string {
	switch a.system {
	case "windows":
		return windowsCommand(p)
	case "darwin":
		return launchAgent(p)
	}
	return desktopEntry(p)
}

// command is what an entry starts; off says that it is switched off.
func (a *Autostart) command(text string) (off bool, command []string) {
	switch a.system {
	case "windows":
		return false, splitWindows(text)
	case "darwin":
		return launchAgentCommand(text)
	}
	return desktopEntryCommand(text)
}

// folder holds each entry in a file.
type folder string

func (f folder) read(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(string(f), name))
	return string(text), err
}

// write replaces the file as a whole, so that a login never finds half of it.
func (f folder) write(name, text string) error {
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return err
	}
	half, err := os.CreateTemp(string(f), ".afterglow-*")
	if err != nil {
		return err
	}
	_, err = half.WriteString(text)
	err = errors.Join(err, half.Chmod(0o644), half.Close())
	if err == nil {
		err = os.Rename(half.Name(), filepath.Join(string(f), name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(half.Name()))
	}
	return nil
}

func (f folder) remove(name string) error { return os.Remove(filepath.Join(string(f), name)) }
