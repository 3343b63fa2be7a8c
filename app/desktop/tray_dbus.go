//go:build linux || freebsd || openbsd || netbsd

package desktop

import (
	"context"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"
)

// The names of the StatusNotifierItem protocol, the tray of free desktops:
// https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
)

// trayGrace is how long there may be no place for tray icons before that counts: when people log in,
// programs may start before the panel does, and panels are started anew.
const trayGrace = 5 * time.Second

// HasTray tells whether the desktop has a place for tray icons at this moment.
func HasTray(ctx context.Context) bool {
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer conn.Close()
	return hasHost(ctx, conn)
}

// WatchTray calls changed with true when a place for tray icons is there or comes, and with false when
// there has been none for trayGrace, until ctx ends. Calls alternate. An error means that it cannot watch
// on, and that the tray is gone with the session bus.
func WatchTray(ctx context.Context, changed func(has bool)) error {
	return watchTray(ctx, trayGrace, changed)
}

func watchTray(ctx context.Context, grace time.Duration, changed func(has bool)) error {
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("connect to session bus: %w", err)
	}
	defer conn.Close()
	signals, err := hostSignals(ctx, conn)
	if err != nil {
		return fmt.Errorf("watch for a tray: %w", err)
	}
	said := unknown
	var gone <-chan time.Time // fires when there has been none for long enough
	for {
		has := hasHost(ctx, conn)
		if has {
			gone = nil
		}
		if has && said != present {
			said = present
			changed(true)
		}
		if !has && said != absent && gone == nil {
			gone = time.After(grace)
		}
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-signals:
			if !ok && ctx.Err() == nil {
				return fmt.Errorf("watch for a tray: %w", dbus.ErrClosed)
			}
		case <-gone:
			gone = nil
			said = absent
			changed(false)
		}
	}
}

// What WatchTray has said.
const (
	unknown = iota
	present
	absent
)

// hostSignals wakes after everything that can make a tray come or go. It is closed with the connection.
func hostSignals(ctx context.Context, conn *dbus.Conn) (<-chan *dbus.Signal, error) {
	// A channel with room, because godbus waits for whoever listens.
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err := conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName))
	if err != nil {
		return nil, err
	}
	return signals, conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(watcherName),
		dbus.WithMatchObjectPath(watcherPath))
}

// hasHost tells whether someone shows the icons that the watcher knows. A watcher that cannot say so
// belongs to a panel that does.
func hasHost(ctx context.Context, conn *dbus.Conn) bool {
	var owned bool
	err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcherName).Store(&owned)
	if err != nil || !owned {
		return false
	}
	var known dbus.Variant
	err = conn.Object(watcherName, watcherPath).CallWithContext(ctx,
		"org.freedesktop.DBus.Properties.Get", 0, watcherName, "IsStatusNotifierHostRegistered").Store(&known)
	registered, ok := known.Value().(bool)
	return err != nil || !ok || registered
}
