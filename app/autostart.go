package app

import (
	"sync"

	"afterglow/app/desktop"
	"afterglow/app/ui"
)

// appID is what desktops know the program by.
const appID = "app.afterglow.Afterglow"

// autostart starts this program, in the tray, when the user logs in.
type autostart struct {
	how     func() (*desktop.Autostart, error)
	program func() (desktop.Program, error)
}

func newAutostart() autostart {
	return autostart{how: sync.OnceValues(desktop.NewAutostart), program: sync.OnceValues(func() (desktop.Program, error) {
		return desktop.ThisProgram(appID, ui.AppName, "Shows how many model calls are in flight, and limits them", "--hidden")
	})}
}

// State tells whether it is, as Login says.
func (l autostart) State() (at desktop.StartAtLogin, err error) {
	err = l.with(func(a *desktop.Autostart, p desktop.Program) error {
		at, err = a.State(p)
		return err
	})
	return at, err
}

// Set has it started, or no longer.
func (l autostart) Set(on bool) error {
	return l.with(func(a *desktop.Autostart, p desktop.Program) error {
		if on {
			return a.Enable(p)
		}
		return a.Disable(p)
	})
}

func (l autostart) with(do func(*desktop.Autostart, desktop.Program) error) error {
	a, err := l.how()
	if err != nil {
		return err
	}
	p, err := l.program()
	if err != nil {
		return err
	}
	return do(a, p)
}
