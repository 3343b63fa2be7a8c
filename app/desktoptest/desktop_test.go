//go:build desktop && linux

package desktoptest

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"strings"
	"syscall"
	"testing"
)

// knob is the colour of a slider's knob in the dark theme.
var knob = color.RGBA{0xd9, 0xd7, 0xe3, 0xff}

// The demo on a real panel, from idle over a queue and its afterglow to idle again.
func TestTheDemoOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	p := startProgram(t, d, "--demo", "--hidden")

	var quietIcon string
	var quietScreen image.Image
	p.await("a quiet moment, and its icon on the panel", func() bool {
		begun := p.concurrency()
		before := p.shot("tray-idle")
		quietIcon, quietScreen = p.pixmap(), p.shot("tray-idle")
		ground := quietScreen.At(trayArea.Min.X-100, trayArea.Min.Y+16)
		drawn := count(quietScreen, trayArea, func(c color.RGBA) bool { return c != color.RGBAModel.Convert(ground) })
		return begun.quiet() && p.concurrency().quiet() && drawn > 50 && same(before, quietScreen, trayArea)
	})
	if p.window() != "" {
		t.Error("--hidden, and yet the window is open")
	}

	// The icon's picture changes with the number in flight, on the bus and on the panel.
	p.await("a call in flight", func() bool { return p.concurrency().Total.InUse > 0 })
	p.await("another icon", func() bool { return p.pixmap() != quietIcon })
	p.await("another picture on the panel", func() bool { return !same(quietScreen, p.shot("tray-busy"), trayArea) })
	seen := map[string]int{}
	p.await("three numbers on the icon", func() bool {
		seen[p.pixmap()] = p.concurrency().Total.InUse
		return len(seen) >= 3
	})
	p.await("a tooltip that counts", func() bool { return strings.Contains(p.tooltip(), "in flight") })
	p.await("a menu that counts", func() bool {
		menu := p.menuText()
		return strings.Contains(menu, "Open") && strings.Contains(menu, "Quit") && strings.Contains(menu, "export ANTHROPIC") && strings.Contains(menu, "zhipu glm-")
	})

	// The menu, by the mouse.
	p.xdotool("mousemove", "1264", "16", "click", "3")
	before := quietScreen
	p.await("the menu on the screen", func() bool {
		now := p.shot("tray-menu")
		return !same(before, now, trayArea.Inset(-20).Add(trayArea.Min.Sub(trayArea.Max))) || count(now, now.Bounds(), func(c color.RGBA) bool { return c.R > 240 && c.G > 240 && c.B > 240 }) > 10000
	})
	p.xdotool("key", "Escape")

	// A left click opens the window.
	p.xdotool("mousemove", "1264", "16", "click", "1")
	p.await("the window", func() bool { return p.window() != "" })

	// A queue shows amber: the pill in the window, the ground of the icon.
	p.await("a queue", func() bool { return p.concurrency().Total.Pending >= 2 })
	p.await("amber in window and tray", func() bool {
		now := p.shot("queue")
		return count(now, p.pills(), amber) > 60 && count(now, trayArea, amber) > 60
	})

	// Dragging a slider changes the limit.
	limits := fmt.Sprint(p.concurrency().Accounts)
	p.await("a slider", func() bool {
		_, ok := solid(p.shot("slider"), p.place(), knob, 6)
		return ok
	})
	at, _ := solid(p.shot("slider"), p.place(), knob, 6)
	p.xdotool("mousemove", fmt.Sprint(at.X), fmt.Sprint(at.Y), "mousedown", "1")
	for step := range 10 {
		p.xdotool("mousemove", fmt.Sprint(at.X+3*(step+1)), fmt.Sprint(at.Y))
	}
	p.await("the knob to follow", func() bool {
		now, ok := solid(p.shot("dragging"), p.place(), knob, 6)
		return ok && now != at
	})
	if now := fmt.Sprint(p.concurrency().Accounts); now != limits {
		t.Errorf("the limit changed from %s to %s while the knob was held", limits, now)
	}
	p.xdotool("mouseup", "1")
	p.await("another limit", func() bool { return fmt.Sprint(p.concurrency().Accounts) != limits })

	// Afterglow once the queue has drained, and nothing of it ten seconds later.
	p.await("the afterglow", func() bool { return p.concurrency().afterglow() })
	p.shot("afterglow")
	p.await("a quiet moment", func() bool { return p.concurrency().quiet() })
	p.await("the quiet icon", func() bool { return p.pixmap() == quietIcon })
	p.await("no amber", func() bool {
		now := p.shot("quiet")
		return count(now, p.pills(), amber) == 0 && count(now, trayArea, amber) == 0
	})

	// Closing hides; the tray opens again.
	frame := p.place()
	p.xdotool("mousemove", fmt.Sprint(frame.Max.X-10), fmt.Sprint(frame.Min.Y-10), "click", "1") // the title bar's cross
	p.await("the window to hide", func() bool { return p.window() == "" })
	p.xdotool("mousemove", "1264", "16", "click", "1")
	p.await("the window again", func() bool { return p.window() != "" })
}

// Without a place for tray icons the window opens, and stays.
func TestWithoutATray(t *testing.T) {
	d := newDesktop(t, false)
	p := startProgram(t, d, "--demo", "--hidden")
	p.await("the window", func() bool { return p.window() != "" })
	p.settle()
	p.shot("no-tray")
}

// A port that is taken is said in the window, and taken over when it is free.
func TestPortTaken(t *testing.T) {
	d := newDesktop(t, true)
	first := startProgram(t, d, "--demo", "--hidden")
	d.start("second", binary, "--demo", "--state", d.dir+"/second", "--listen", strings.TrimPrefix(first.base, "http://"))
	d.await("the second program's window", func() bool { return d.window() != "" })
	d.settle()
	d.shot("port-taken")
	d.must(syscall.Kill(first.pid, syscall.SIGTERM))
	d.await("the second program at the port", func() bool {
		text, err := os.ReadFile(d.dir + "/second/instance.json")
		return err == nil && strings.Contains(string(text), strings.TrimPrefix(first.base, "http://"))
	})
}
