package app

import "afterglow/proxy/config"

// desktopFake keeps the desktop's choices.
type desktopFake struct{ chosen config.Desktop }

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
