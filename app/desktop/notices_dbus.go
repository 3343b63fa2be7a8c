//go:build linux || freebsd || openbsd || netbsd

package desktop

import (
	"context"
	"fmt"
	"html"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// The notification service of free desktops:
// https://specifications.freedesktop.org/notification-spec/latest/
const (
	noticesName = "org.freedesktop.Notifications"
	noticesPath = "/org/freedesktop/Notifications"
)

// noticePatience is how long the desktop may take over one notice.
const noticePatience = 5 * time.Second

// Notices sends notices to the desktop. It is for one goroutine. Fyne would wait for the desktop without end, leave
// each notice on the screen until somebody takes it away, and not tell when one is clicked.
type Notices struct {
	id, name string
	clicked  func()
	conn     *dbus.Conn
	markup   bool // texts are markup

	mu   sync.Mutex
	ours []uint32 // the last that were sent
}

// NewNotices returns a sender for the program of this desktop entry and name; nil where Fyne has to do it. clicked is
// called on any goroutine.
func NewNotices(id, name string, clicked func()) *Notices {
	return &Notices{id: id, name: name, clicked: clicked}
}

// Send shows one notice. The error says that there is no desktop to show it; the next one tries anew.
func (n *Notices) Send(ctx context.Context, title, text string) error {
	ctx, cancel := context.WithTimeout(ctx, noticePatience)
	defer cancel()
	err := n.connect(ctx)
	if err == nil {
		err = n.notify(ctx, title, text)
	}
	if err != nil {
		n.Close()
		return fmt.Errorf("show notice: %w", err)
	}
	return nil
}

// Close leaves the bus.
func (n *Notices) Close() {
	if n.conn != nil {
		n.conn.Close()
		n.conn = nil
	}
}

func (n *Notices) connect(ctx context.Context) error {
	if n.conn != nil && n.conn.Connected() {
		return nil
	}
	n.Close()
	conn, err := dbus.ConnectSessionBus() // not bound to ctx, which ends with this notice
	if err != nil {
		return err
	}
	n.conn = conn
	var can []string
	if err := n.service().CallWithContext(ctx, noticesName+".GetCapabilities", 0).Store(&can); err != nil {
		return err
	}
	n.markup = slices.Contains(can, "body-markup")
	signals := make(chan *dbus.Signal, 16) // closed with the connection
	conn.Signal(signals)
	if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(noticesName), dbus.WithMatchMember("ActionInvoked")); err != nil {
		return err
	}
	go n.listen(signals)
	return nil
}

func (n *Notices) service() dbus.BusObject { return n.conn.Object(noticesName, noticesPath) }

func (n *Notices) notify(ctx context.Context, title, text string) error {
	if n.markup {
		text = html.EscapeString(text)
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(n.id)}
	actions := []string{"default", n.name}
	const desktopsOwn = int32(-1) // how long it stays
	var id uint32
	err := n.service().CallWithContext(ctx, noticesName+".Notify", 0, n.name, uint32(0), n.id, title, text, actions, hints, desktopsOwn).Store(&id)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ours = append(n.ours, id)
	n.ours = n.ours[max(0, len(n.ours)-32):]
	return nil
}

// listen waits for clicks on notices of ours; the desktop tells everybody of all.
func (n *Notices) listen(signals <-chan *dbus.Signal) {
	for s := range signals {
		if s.Name != noticesName+".ActionInvoked" || len(s.Body) < 2 {
			continue
		}
		id, _ := s.Body[0].(uint32)
		n.mu.Lock()
		ours := slices.Contains(n.ours, id)
		n.mu.Unlock()
		if ours && s.Body[1] == "default" {
			n.clicked()
		}
	}
}
