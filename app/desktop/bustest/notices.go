//go:build linux || freebsd || openbsd || netbsd

package bustest

import (
	"testing"

	"github.com/godbus/dbus/v5"
)

// Notice is one that a desktop was asked to show.
type Notice struct {
	ID                     uint32
	App, Icon, Title, Text string
	Actions                []string
	Stays                  int32 // milliseconds; -1 = as the desktop likes
}

// Notices is the part of a desktop that shows notices.
type Notices struct {
	conn *dbus.Conn
	// Shown are those that came.
	Shown <-chan Notice
}

const noticesName, noticesPath = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"

// ShowNotices starts the service on a connection.
func ShowNotices(t testing.TB, conn *dbus.Conn) *Notices {
	t.Helper()
	shown := make(chan Notice, 64)
	last := uint32(0)
	err := conn.ExportMethodTable(map[string]any{
		"GetCapabilities": func() ([]string, *dbus.Error) { return []string{"body", "body-markup", "actions"}, nil },
		"Notify": func(app string, _ uint32, icon, title, text string, actions []string, _ map[string]dbus.Variant, stays int32) (uint32, *dbus.Error) {
			last++
			shown <- Notice{last, app, icon, title, text, actions, stays}
			return last, nil
		},
	}, noticesPath, noticesName)
	if err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(noticesName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("request name %s: reply %d, %v", noticesName, reply, err)
	}
	return &Notices{conn, shown}
}

// Click tells everybody that a notice was clicked.
func (n *Notices) Click(id uint32) error {
	return n.conn.Emit(noticesPath, noticesName+".ActionInvoked", id, "default")
}
