//go:build desktop && linux

package desktoptest

import (
	"image"
	"image/color"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Language, theme and start at login, by keys alone: the first two are seen at once, without a restart.
func TestSettingsByKeyboardOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	p := startProgram(t, d, "--demo")
	p.await("the window", func() bool { return p.window() != "" })
	p.xdotool("windowfocus", "--sync", p.window())
	p.xdotool("key", "ctrl+6")
	p.await("the Settings tab in front", func() bool { return p.tab(p.shot("settings-english")) == 5 })
	if got := p.menuText(); !strings.Contains(got, "Open window") {
		t.Errorf("the menu says %s", got)
	}

	p.press("Tab", 7) // over the tabs to the language
	p.press("Right", 2)
	p.await("the tray in Chinese", func() bool { return strings.Contains(p.menuText(), "打开窗口") })
	p.await("the last tab still in front, where Chinese has it", func() bool { return p.tab(p.shot("settings-chinese")) >= 4 })

	// The ground of a light window; the dark one's texts are lighter still.
	light := func(c color.RGBA) bool { return c.R >= 0xf4 && c.R <= 0xf8 && c.B > c.R }
	if n := count(p.shot("settings-dark"), p.place(), light); n > 0 {
		t.Errorf("%d light pixels in a dark window", n)
	}
	p.press("Tab", 1)
	p.press("Right", 1)
	p.await("a light window", func() bool { return count(p.shot("settings-light"), p.place(), light) > 3000 })

	entry := filepath.Join(d.dir, "config", "autostart", "app.afterglow.Afterglow.desktop")
	p.press("Tab", 3) // over text size and tray to start at login
	p.press("Right", 1)
	p.await("an autostart entry", func() bool { _, err := os.Stat(entry); return err == nil })
	text, err := os.ReadFile(entry)
	d.must(err)
	program, err := filepath.Abs(binary)
	d.must(err)
	if want := "Exec=" + program + " --hidden\n"; !strings.Contains(string(text), want) {
		t.Errorf("want %s in\n%s", want, text)
	}
	p.press("Left", 1)
	p.await("no autostart entry", func() bool { _, err := os.Stat(entry); return os.IsNotExist(err) })
	p.shot("settings-end")
}

// Everything at twice its size, and another port, by keys alone and at once.
func TestSizeAndPortByKeyboardOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	d.write("state/afterglow/state.json", `{"version":1,"limits":{},"desktop":{"guided":true}}`)
	addr, next := freeAddress(t), freeAddress(t)
	file := d.write("config/afterglow/config.toml", "# mine\nlisten = \""+addr+"\" # a port of my own\ntiers = [\"anthropic\"]\n")
	d.start("afterglow", binary)
	p := &program{desktop: d, base: "http://" + addr}
	p.await("the window", func() bool { return p.window() != "" })
	p.xdotool("windowfocus", "--sync", p.window())
	p.xdotool("key", "ctrl+6")
	p.await("the Settings tab in front", func() bool { return p.tab(p.shot("size-100")) == 5 })

	before := p.place()
	p.press("Tab", 9) // over the tabs, language and theme to the size
	p.press("End", 1)
	p.await("the line under the tab twice as low", func() bool {
		place := p.place()
		place.Min.Y += 39
		_, ok := under(p.shot("size-200"), place, primaryInk)
		return ok
	})
	p.shot("size-200")
	screen := image.Rect(0, 0, 1280, 800)
	p.await("a window no smaller than before, and no larger than the screen", func() bool {
		now := p.place()
		return now.Dx() >= before.Dx() && now.Dx() <= screen.Dx() && now.Dy() <= screen.Dy()
	})
	p.press("Home", 1)
	p.press("Right", 1)
	p.await("the size of before", func() bool { return p.tab(p.shot("size-100")) == 5 })

	p.press("Tab", 13) // over the tray, the start, the quit and the notices to the address
	p.xdotool("key", "ctrl+a")
	p.xdotool("type", next)
	p.xdotool("key", "Return")
	p.await("the proxy at its new address", func() bool {
		resp, err := http.Get("http://" + next + "/health")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	text, err := os.ReadFile(file)
	d.must(err)
	if want := "# mine\nlisten = \"" + next + "\" # a port of my own\n"; !strings.HasPrefix(string(text), want) {
		t.Errorf("the file does not begin with %q:\n%s", want, text)
	}
}

// press presses a key some times. The window takes them in turn, also where one makes all of it anew.
func (p *program) press(key string, times int) {
	for range times {
		p.xdotool("key", key)
	}
}
