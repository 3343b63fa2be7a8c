package proxy

import "afterglow/proxy/config"

// Desktop returns how the desktop application should look and what it should tell.
func (s *Server) Desktop() config.Desktop { return s.desktop.Desktop() }

// ChangeDesktop edits it and keeps it. The error names the field and what was expected, and then nothing has changed; or
// it says that the state file could not be written, and the change is in force all the same.
func (s *Server) ChangeDesktop(edit func(*config.Desktop)) error {
	defer s.limiter.Notify() // the tray looks at it too
	return s.desktop.ChangeDesktop(edit)
}
