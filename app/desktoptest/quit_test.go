//go:build desktop && linux

package desktoptest

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// headless is the command line, which make builds too.
const headless = "../../bin/afterglowd"

// oneVendor is a configuration without a demo. Its vendor answers no call.
const oneVendor = "tiers = [\"sim\"]\n" +
	"[[vendors]]\nname = \"sim\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:1\"\nauth = \"client\"\n"

// claude is Claude Code's file in a desktop's home, as it is now.
func (d *desktop) claude() []byte {
	d.t.Helper()
	text, err := os.ReadFile(d.dir + "/.claude/settings.json")
	d.must(err)
	return text
}

// choose chooses the tray menu's item of a label, as the panel does.
func (p *program) choose(label string) {
	p.t.Helper()
	id := int32(-1)
	p.await("the menu's item "+label, func() bool {
		var revision uint32
		var layout struct {
			ID         int32
			Properties map[string]dbus.Variant
			Children   []dbus.Variant
		}
		p.must(p.menu.Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &layout))
		for _, child := range layout.Children {
			item := child.Value().([]any)
			if text, ok := item[1].(map[string]dbus.Variant)["label"]; ok && text.Value() == label {
				id = item[0].(int32)
			}
		}
		return id >= 0
	})
	p.must(p.menu.Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0)).Err)
}

// asks is where the dialog has its first button: the only thing of that colour in the lower half of a window without calls.
func (p *program) asks(name string) (at image.Point, ok bool) {
	p.t.Helper()
	if p.window() == "" {
		return at, false
	}
	shot, place := p.shot(name), p.place()
	place.Min.Y += place.Dy() / 2
	return solid(shot, place, primaryInk, 4)
}

// gone waits for the end of the program's process, which its parent, this test, has not asked for yet.
func (p *program) gone() {
	p.t.Helper()
	p.await("the end of the program", func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
		return err != nil || bytes.Contains(stat, []byte(") Z "))
	})
}

// Quitting from the tray asks while Claude Code is connected. Cancel stays; disconnecting restores the file, and the next
// start connects it again.
func TestQuitDisconnectsClientsOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	before := []byte("{\r\n\t\"theme\" : \"dark\",\r\n\t\"env\": { \"OTHER\": \"1\" } }")
	d.write(".claude/settings.json", string(before))
	config := d.write("sim.toml", oneVendor)
	p := startProgram(t, d, "--hidden", "--config", config)
	if out, err := d.run(headless, "connect", "claude-code", "--config", config); err != nil {
		t.Fatal(out, err)
	}

	p.choose("Quit Afterglow")
	p.await("the dialog", func() bool { _, ok := p.asks("quit-dialog"); return ok })
	if !bytes.Contains(d.claude(), []byte(p.base)) {
		t.Error("it is disconnected before an answer was given")
	}
	p.xdotool("windowfocus", "--sync", p.window())
	p.xdotool("key", "Escape")
	p.await("the window in the tray again", func() bool { return p.window() == "" })
	if p.get("/health") == "" || !bytes.Contains(d.claude(), []byte(p.base)) {
		t.Error("Escape quits, or disconnects")
	}

	p.choose("Quit Afterglow")
	var at image.Point
	p.await("the dialog again", func() (ok bool) { at, ok = p.asks("quit-dialog"); return ok })
	p.xdotool("mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "1")
	p.gone()
	if got := d.claude(); !bytes.Equal(got, before) {
		t.Errorf("after it the file is %q, want %q", got, before)
	}

	again := startFirst(t, d, "--hidden", "--config", config)
	d.await("the file to lead to the next start", func() bool { return bytes.Contains(d.claude(), []byte(again.base)) })
	d.must(syscall.Kill(again.pid, syscall.SIGTERM)) // as a logout does: it does not ask, and the client stays connected
	again.gone()
	if !bytes.Contains(d.claude(), []byte(again.base)) {
		t.Errorf("after a signal the file is %q", d.claude())
	}
}

// With "always" a signal disconnects, and start at login is offered to whom has a client connected.
func TestASignalDisconnectsWhereThatIsSetOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	before := []byte("{}\n")
	d.write(".claude/settings.json", string(before))
	d.write("state/afterglow/state.json", `{"version":1,"limits":{},"desktop":{"guided":true,"disconnect_on_quit":"always"}}`)
	config := d.write("sim.toml", oneVendor)
	addr := freeAddress(t)
	if out, err := d.run(headless, "connect", "claude-code", "--config", config, "--address", addr); err != nil {
		t.Fatal(out, err)
	}
	cmd := d.start("afterglow", binary, "--config", config, "--listen", addr)
	p := &program{desktop: d, base: "http://" + addr, pid: cmd.Process.Pid}
	p.await("the window", func() bool { return p.window() != "" })
	p.xdotool("windowfocus", "--sync", p.window())
	entry := d.dir + "/config/autostart/app.afterglow.Afterglow.desktop"
	p.await("the offer to be taken", func() bool {
		p.shot("login-offer")
		p.xdotool("key", "ctrl+2", "key", "ctrl+1") // without the focus anywhere
		p.press("Tab", 8)                           // over the tabs, and Dismiss
		p.xdotool("key", "space")
		_, err := os.Stat(entry)
		return err == nil
	})
	p.await("that it is remembered", func() bool {
		text, _ := os.ReadFile(d.dir + "/state/afterglow/state.json")
		return strings.Contains(string(text), `"login_offered": true`)
	})
	d.must(syscall.Kill(p.pid, syscall.SIGTERM))
	p.gone()
	if got := d.claude(); !bytes.Equal(got, before) {
		t.Errorf("after a signal the file is %q, want %q", got, before)
	}
}
