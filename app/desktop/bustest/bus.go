//go:build linux || freebsd || openbsd || netbsd

// Package bustest gives tests a session bus of their own, and the part of a panel that takes tray icons.
package bustest

import (
	"bufio"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Bus is a private session bus. DBUS_SESSION_BUS_ADDRESS names it until the test ends.
type Bus struct {
	t    testing.TB
	Stop func() // ends the bus, as when people log out; the end of the test does it too
}

// Start starts a bus with the system's dbus-daemon. Without that program the test fails.
func Start(t testing.TB) *Bus {
	t.Helper()
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatalf("start dbus-daemon (make test installs it): %v", err)
	}
	stop := sync.OnceFunc(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait() // says that it was killed
	})
	t.Cleanup(stop)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("read address of dbus-daemon: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	return &Bus{t: t, Stop: stop}
}

// Connect opens a connection, which ends with the test.
func (b *Bus) Connect() *dbus.Conn {
	b.t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	return conn
}
