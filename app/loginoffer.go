package app

import (
	"context"
	"slices"

	"afterglow/app/desktop"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

// watchedClients is a Service that tells when a client was connected.
type watchedClients struct {
	PagesProxy
	connected func() // on the goroutine that connected it, which may wait for files
}

// Connect is ClientService's.
func (s watchedClients) Connect(id string, with connect.Choice) error {
	err := s.PagesProxy.Connect(id, with)
	if err == nil {
		s.connected()
	}
	return err
}

// needsLogin tells that start at login is to be offered once a client is connected, without which it fails. It reads files,
// and is not for the UI's goroutine.
func (w *mainWindow) needsLogin() bool {
	if w.svc.Desktop().LoginOffered || w.svc.Status().Demo {
		return false
	}
	at, err := w.autostart.State()
	return err == nil && at == desktop.NotAtLogin
}

// clientConnected is told that a client was connected.
func (w *mainWindow) clientConnected() {
	if w.needsLogin() {
		w.Run(func() { w.offer(true) })
	}
}

// offerLogin makes the offer for clients that were connected before the app ran. Nothing is waited for when ctx ends: a home
// folder on a server may not answer.
func (f *application) offerLogin(ctx context.Context) {
	wanted := make(chan bool, 1)
	go func() {
		connected := func(c connect.Status) bool { return c.State == connect.Connected }
		wanted <- f.window.needsLogin() && slices.ContainsFunc(f.proxy.Clients(), connected)
	}()
	select {
	case <-ctx.Done():
	case yes := <-wanted:
		if yes {
			f.throttle.Do(func() { f.window.offer(true) })
		}
	}
}

// offer shows the offer above every page, or takes it away.
func (w *mainWindow) offer(on bool) {
	w.offering = on
	w.Notices.Offer(on)
}

// answerOffer does what the user has answered, and remembers that it was offered.
func (w *mainWindow) answerOffer(yes bool) {
	w.offer(false)
	w.Off(func() {
		if yes {
			if err := w.autostart.Set(true); err != nil {
				w.Run(func() {
					w.offer(true)
					w.Notices.Report(err, "offer.failed")
				})
				return
			}
		}
		if err := w.svc.ChangeDesktop(func(d *config.Desktop) { d.LoginOffered = true }); err != nil {
			w.Run(func() { w.Notices.Report(err, "settings.not_set") })
		}
	})
}
