//go:build linux || freebsd || openbsd || netbsd

package bustest

import (
	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
)

// Watcher is the part of a panel with which tray icons register.
type Watcher struct {
	conn  *dbus.Conn
	props *prop.Properties
	// Items are the bus names of those that have registered.
	Items <-chan string
}

// Watch starts a watcher. host tells whether it knows someone who shows the icons.
func (b *Bus) Watch(host bool) *Watcher {
	b.t.Helper()
	items := make(chan string, 8)
	w := &Watcher{conn: b.Connect(), Items: items}
	register := func(_ string, sender dbus.Sender) *dbus.Error {
		items <- string(sender)
		return nil
	}
	err := w.conn.ExportMethodTable(map[string]any{"RegisterStatusNotifierItem": register}, watcherPath, watcherName)
	if err != nil {
		b.t.Fatal(err)
	}
	w.props, err = prop.Export(w.conn, watcherPath, prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: host, Emit: prop.EmitTrue},
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	reply, err := w.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		b.t.Fatalf("request name %s: reply %d, %v", watcherName, reply, err)
	}
	return w
}

// AddHost lets someone come who shows the icons.
func (w *Watcher) AddHost() error {
	w.props.SetMust(watcherName, "IsStatusNotifierHostRegistered", true)
	return w.conn.Emit(watcherPath, watcherName+".StatusNotifierHostRegistered")
}

// Stop ends the watcher, as when a panel is closed.
func (w *Watcher) Stop() error { return w.conn.Close() }
