package config

import (
	"fmt"
	"slices"
	"time"
)

// Desktop is how the desktop application looks and what it tells. It is kept with the state, because it is
// the user's and not of the calls. The zero value is what there is before anybody chose.
type Desktop struct {
	Language string        `json:"language,omitempty"`     // "en", "zh-Hans"; "" = the system's
	Theme    string        `json:"theme,omitempty"`        // "light", "dark"; "" = the system's
	TextSize float32       `json:"text_size,omitempty"`    // a factor of texts and all beside them, MinTextSize to MaxTextSize; 0 = 1
	Hidden   bool          `json:"hidden,omitempty"`       // the window is not opened at start
	Tray     string        `json:"tray,omitempty"`         // "", "pending" or "busy": what the icon shows, see TrayShows
	Guided   bool          `json:"guided,omitempty"`       // the first-run guide was finished or skipped
	Silenced []string      `json:"silenced,omitempty"`     // kinds of notices that are not wanted
	Queue    int           `json:"queue,omitempty"`        // a queue longer than this is told; 0 = DefaultQueue
	QueueFor time.Duration `json:"queue_for_ns,omitempty"` // if it was that long for this; 0 = DefaultQueueFor

	DisconnectOnQuit string `json:"disconnect_on_quit,omitempty"` // "", "always" or "never": what quitting does with connected clients
	LoginOffered     bool   `json:"login_offered,omitempty"`      // start at login was offered once
}

// What quitting does with connected clients, for Desktop.DisconnectOnQuit.
const (
	QuitAsks   = ""       // the user is asked; they stay connected where a signal ends the program
	QuitAlways = "always" // they are disconnected, and connected again at the next start
	QuitNever  = "never"  // they stay connected
)

// What the tray icon's number is, for Desktop.Tray.
const (
	TrayInFlight = ""        // the calls in flight; the mark alone when there are none
	TrayPending  = "pending" // the calls in flight and those pending: "3+2"
	TrayBusy     = "busy"    // the calls in flight, and nothing but a dot when there are none
)

// Bounds of Desktop.TextSize, and when a queue is worth a notice where nobody has chosen.
const (
	MinTextSize     = 0.8
	MaxTextSize     = 2.0
	DefaultQueue    = 5
	DefaultQueueFor = time.Minute
)

// NoticeKinds are what the desktop application tells in a notice of the system, each of which Desktop.Silenced may name.
var NoticeKinds = []string{
	"vendor_out", // a vendor takes no calls, and until when
	"failover",   // a call went to another vendor than the first
	"credential", // a key or a sign-in is not taken any more
	"queue",      // more than Desktop.Queue calls wait, for Desktop.QueueFor
	"no_price",   // a model has no price
	"old_prices", // the list of prices is old
}

// Languages are those that the desktop application speaks.
var Languages = []string{"en", "zh-Hans"}

// Check says which field has a value that it cannot have, and what was expected.
func (d Desktop) Check() error {
	switch {
	case d.Language != "" && !slices.Contains(Languages, d.Language):
		return fmt.Errorf("desktop.language: expected \"\" for the system language, or %s, got %q", either(Languages), d.Language)
	case !slices.Contains([]string{"", "light", "dark"}, d.Theme):
		return fmt.Errorf("desktop.theme: expected \"\" for the system theme, \"light\" or \"dark\", got %q", d.Theme)
	case d.TextSize != 0 && !(d.TextSize >= MinTextSize && d.TextSize <= MaxTextSize):
		return fmt.Errorf("desktop.text_size: expected %v to %v, got %v", MinTextSize, MaxTextSize, d.TextSize)
	case !slices.Contains([]string{TrayInFlight, TrayPending, TrayBusy}, d.Tray):
		return fmt.Errorf("desktop.tray: expected \"\", %q or %q, got %q", TrayPending, TrayBusy, d.Tray)
	case !slices.Contains([]string{QuitAsks, QuitAlways, QuitNever}, d.DisconnectOnQuit):
		return fmt.Errorf("desktop.disconnect_on_quit: expected \"\" to ask, %q or %q, got %q", QuitAlways, QuitNever, d.DisconnectOnQuit)
	case d.Queue < 0 || d.QueueFor < 0:
		return fmt.Errorf("desktop.queue: expected a number of calls and a time, neither below 0")
	}
	return nil
}

func (d Desktop) clone() Desktop {
	d.Silenced = slices.Clone(d.Silenced)
	return d
}

// Desktop returns a copy of what was chosen.
func (s *State) Desktop() Desktop { return s.copy().Desktop }

// ChangeDesktop edits what was chosen and keeps it. The error is that of Check, and then nothing has changed, or says
// that the file could not be written.
func (s *State) ChangeDesktop(edit func(*Desktop)) error {
	s.choose.Lock()
	defer s.choose.Unlock()
	next := s.Desktop()
	edit(&next)
	if err := next.Check(); err != nil {
		return err
	}
	return s.change(func(f *stateFile) { f.Desktop = next.clone() })
}
