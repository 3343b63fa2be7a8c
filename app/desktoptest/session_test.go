//go:build desktop && linux

// Package desktoptest runs the built program on a real desktop: a display server, a window manager and a
// panel with a place for tray icons, all of its own. It sees what a person sees, by screenshots and over
// the session bus, and uses the mouse.
package desktoptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// longest is how long a test waits for what must happen. A slow machine may need long, and a round of the demo takes a
// minute and a half.
const longest = 6 * time.Minute

// outDir keeps the screenshots of the last run.
const outDir = "../../out/desktop"

// desktop is a display with a panel.
type desktop struct {
	t   *testing.T
	dir string
	env []string
	bus *dbus.Conn

	busDaemon *exec.Cmd
}

// panelConfig is a panel at the screen's top, 32 pixels high, with the tray at its right end.
const panelConfig = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/><property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="icon-size" type="uint" value="24"/><property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
`

// newDesktop starts a desktop that ends with the test. With panel false there is no place for tray icons.
func newDesktop(t *testing.T, panel bool) *desktop {
	t.Helper()
	dir, err := os.MkdirTemp("", "afterglow") // t.TempDir has the test's name in it, and a bus address no commas
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &desktop{t: t, dir: dir, env: append(os.Environ(),
		"HOME="+dir, "XDG_RUNTIME_DIR="+dir+"/run", "XDG_CONFIG_HOME="+dir+"/config", "XDG_CACHE_HOME="+dir+"/cache",
		"XDG_STATE_HOME="+dir+"/state", "NO_AT_BRIDGE=1", "GTK_THEME=Adwaita", "FYNE_SCALE=1", "LIBGL_ALWAYS_SOFTWARE=1",
		"WAYLAND_DISPLAY=", "LANG=C.UTF-8", "LANGUAGE=", "LC_ALL=", "FYNE_THEME=dark", "DBUS_SESSION_BUS_ADDRESS=unix:path="+dir+"/run/bus")}
	d.write("config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml", panelConfig)
	d.must(os.MkdirAll(dir+"/run", 0o700))
	d.must(os.MkdirAll(outDir, 0o755))

	d.start("Xvfb", "sh", "-c", `exec Xvfb -displayfd 3 -screen 0 1280x800x24 -dpi 96 -nolisten tcp 3>"$XDG_RUNTIME_DIR/display"`)
	number := ""
	d.await("a display", func() bool {
		text, _ := os.ReadFile(dir + "/run/display")
		number = strings.TrimSpace(string(text))
		return strings.HasSuffix(string(text), "\n")
	})
	d.env = append(d.env, "DISPLAY=:"+number)
	d.busDaemon = d.start("dbus-daemon", "dbus-daemon", "--session", "--address=unix:path="+dir+"/run/bus", "--nofork", "--nopidfile")
	d.await("a session bus", func() bool {
		conn, err := dbus.Connect("unix:path=" + dir + "/run/bus")
		d.bus = conn
		return err == nil
	})
	t.Cleanup(func() { d.bus.Close() })
	d.start("openbox", "openbox")
	if panel {
		d.start("xfce4-panel", "xfce4-panel", "--disable-wm-check")
		d.await("a panel with a tray", func() bool { return d.hasName("org.kde.StatusNotifierWatcher") })
	}
	return d
}

// start runs a program until the test ends. What it prints is shown if the test fails.
func (d *desktop) start(name, program string, args ...string) *exec.Cmd {
	d.t.Helper()
	cmd := exec.Command(program, args...)
	var output bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = d.env, &output, &output
	d.must(cmd.Start())
	d.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		cmd.Wait()
		kill.Stop()
		if d.t.Failed() {
			d.t.Logf("%s:\n%s", name, output.Bytes()[max(0, output.Len()-4000):])
		}
	})
	return cmd
}

func (d *desktop) write(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	d.must(os.MkdirAll(filepath.Dir(path), 0o700))
	d.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (d *desktop) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// await waits until ok.
func (d *desktop) await(what string, ok func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(longest); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.shot("failed")
			d.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (d *desktop) hasName(name string) bool {
	var has bool
	err := d.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&has)
	return err == nil && has
}

// run runs a short command on the desktop and returns what it printed.
func (d *desktop) run(program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = d.env
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%s %v: %w: %s", program, args, err, failed.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

// xdotool is the mouse and the keyboard.
func (d *desktop) xdotool(args ...string) string {
	d.t.Helper()
	out, err := d.run("xdotool", args...)
	d.must(err)
	return out
}

// shot takes a screenshot, keeps it under a name and returns it.
func (d *desktop) shot(name string) image.Image {
	d.t.Helper()
	return d.capture(filepath.Join(outDir, name+".png"), "root")
}

// capture writes a picture of a window, or of the whole screen.
func (d *desktop) capture(path, window string) image.Image {
	d.t.Helper()
	_, err := d.run("import", "-window", window, path)
	d.must(err)
	f, err := os.Open(path)
	d.must(err)
	defer f.Close()
	img, err := png.Decode(f)
	d.must(err)
	return img
}
