//go:build linux || freebsd || openbsd || netbsd

package desktop

import (
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"afterglow/app/desktop/bustest"
)

func TestNoticesAreShownAndClicked(t *testing.T) {
	bus := bustest.Start(t)
	daemon := bustest.ShowNotices(t, bus.Connect())
	clicked := make(chan struct{}, 8)
	n := NewNotices("app.id", "Name", func() { clicked <- struct{}{} })
	defer n.Close()
	for range 2 {
		if err := n.Send(t.Context(), "A & B", "<b>429</b> & more"); err != nil {
			t.Fatal(err)
		}
	}
	got := <-daemon.Shown
	if got.App != "Name" || got.Icon != "app.id" || got.Title != "A & B" || got.Text != "&lt;b&gt;429&lt;/b&gt; &amp; more" || got.Stays != -1 || len(got.Actions) != 2 {
		t.Errorf("%+v", got)
	}
	if err := daemon.Click(got.ID); err != nil {
		t.Fatal(err)
	}
	select {
	case <-clicked:
	case <-time.After(longest):
		t.Fatal("nobody heard the click")
	}
	signals := make(chan *dbus.Signal, 2)
	for _, id := range []uint32{99, got.ID} { // another program's, and ours
		signals <- &dbus.Signal{Name: noticesName + ".ActionInvoked", Body: []any{id, "default"}}
	}
	close(signals)
	n.listen(signals)
	if len(clicked) != 1 {
		t.Error("the click on another program's notice was taken for ours")
	}
}

func TestNoticesOnALostBus(t *testing.T) {
	bus := bustest.Start(t)
	bustest.ShowNotices(t, bus.Connect())
	n := NewNotices("app.id", "Name", func() {})
	defer n.Close()
	if err := n.Send(t.Context(), "one", ""); err != nil {
		t.Fatal(err)
	}
	bus.Stop()
	for range 3 {
		if err := n.Send(t.Context(), "two", ""); err == nil {
			t.Error("shown, though there is no bus")
		}
	}
	another := bustest.Start(t) // people log in again
	daemon := bustest.ShowNotices(t, another.Connect())
	if err := n.Send(t.Context(), "three", ""); err != nil {
		t.Fatal(err)
	}
	if got := <-daemon.Shown; got.Title != "three" {
		t.Errorf("%+v", got)
	}
}

// A desktop that never answers must not hold who sends.
func TestNoticesToADesktopThatHangs(t *testing.T) {
	bus := bustest.Start(t)
	conn := bus.Connect()
	hang := func() ([]string, *dbus.Error) { <-t.Context().Done(); return nil, nil }
	if err := conn.ExportMethodTable(map[string]any{"GetCapabilities": hang}, noticesPath, noticesName); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(noticesName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	n := NewNotices("app.id", "Name", func() {})
	defer n.Close()
	if err := n.Send(t.Context(), "one", ""); err == nil {
		t.Error("shown, though nobody answers")
	}
}
