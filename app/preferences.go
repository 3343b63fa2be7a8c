package app

import "afterglow/proxy/config"

// DesktopService is where the desktop application's own choices are kept.
type DesktopService interface {
	Desktop() config.Desktop
	ChangeDesktop(edit func(*config.Desktop)) error
}
