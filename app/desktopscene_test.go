package app

import "afterglow/proxy/config"

// desktopFake keeps the desktop's choices.
type desktopFake struct {
	chosen config.Desktop

	listens  []string // what SetListen was asked
	listen   error    // what it answers
	mistake  error    // in the configuration
	noConfig bool
}

func (f *desktopFake) ConfigFile() (string, bool) {
	return "/home/lu/.config/afterglow/config.toml", !f.noConfig
}

func (f *desktopFake) CheckConfig() error { return f.mistake }

func (f *desktopFake) SetListen(addr string) error {
	f.listens = append(f.listens, addr)
	return f.listen
}

func (f *desktopFake) Desktop() config.Desktop { return f.chosen }

func (f *desktopFake) ChangeDesktop(edit func(*config.Desktop)) error {
	next := f.chosen
	edit(&next)
	if err := next.Check(); err != nil {
		return err
	}
	f.chosen = next
	return nil
}
