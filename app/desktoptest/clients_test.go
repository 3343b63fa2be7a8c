//go:build desktop && linux

package desktoptest

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Claude Code is connected with the mouse and disconnected by keys, in a file that nobody would write like that.
func TestClientsOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	before := []byte("{\r\n\t\"theme\" : \"dark\",\r\n\t\"env\": { \"OTHER\": \"1\" } }")
	d.must(os.MkdirAll(d.dir+"/.claude", 0o700))
	file := d.write(".claude/settings.json", string(before))
	p := startProgram(t, d, "--demo")
	p.await("the window", func() bool { return p.window() != "" })
	p.xdotool("key", "ctrl+5")
	p.await("the Clients tab in front", func() bool { return p.tab(p.shot("page-clients")) == 4 })
	var at image.Point
	connect := func() bool {
		before := at
		now, ok := solid(p.shot("page-clients"), right(p.place()), primaryInk, 3)
		at = now
		return ok && at == before
	}
	p.await("a button to connect", connect)
	p.xdotool("mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "1")
	text := func() []byte {
		text, err := os.ReadFile(file)
		d.must(err)
		return text
	}
	p.await("the file to lead here", func() bool { return bytes.Contains(text(), []byte(p.base)) })
	if !strings.Contains(string(text()), "\"theme\" : \"dark\"") {
		t.Errorf("what was there is not: %q", text())
	}
	p.await("another button", func() bool {
		now, ok := solid(p.shot("page-clients-connected"), right(p.place()), primaryInk, 3)
		return !ok || now != at
	})
	p.xdotool("key", "ctrl+1")
	p.await("the Live tab in front", func() bool { return p.tab(p.shot("page-clients")) == 0 })
	p.xdotool("key", "ctrl+5")
	p.await("the Clients tab in front again", func() bool { return p.tab(p.shot("page-clients")) == 4 })
	p.settle()
	p.press("Tab", 8) // after the six tabs and the choice of a login comes its button
	p.xdotool("key", "space")
	p.await("the file as it was", func() bool { return bytes.Equal(text(), before) })
}

// TestEveryPageInEveryDress goes through the tabs by keys and by the mouse, in both languages and themes.
func TestEveryPageInEveryDress(t *testing.T) {
	light := color.RGBA{0x5b, 0x5b, 0xd6, 0xff}
	for _, c := range []struct {
		name, desktop string
		ink           color.RGBA
	}{
		{"en-light", `{"guided":true,"language":"en","theme":"light"}`, light},
		{"zh-dark", `{"guided":true,"language":"zh-Hans","theme":"dark"}`, primaryInk},
		{"zh-light", `{"guided":true,"language":"zh-Hans","theme":"light"}`, light},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesktop(t, true)
			d.write("state/afterglow/state.json", `{"version":1,"limits":{},"desktop":`+c.desktop+`}`)
			p := startFirst(t, d, "--demo")
			p.await("the window", func() bool { return p.window() != "" })
			var lines []image.Point // of each tab, where the line under it is
			for i, page := range []string{"live", "activity", "usage", "vendors", "clients", "settings"} {
				p.xdotool("key", "ctrl+"+strconv.Itoa(i+1))
				var at image.Point
				p.await("the page "+page, func() bool {
					line, ok := under(p.shot(page+"-"+c.name), p.place(), c.ink)
					at = line
					return ok && (len(lines) == 0 || line.X > lines[len(lines)-1].X)
				})
				lines = append(lines, at)
			}
			for i, at := range lines {
				p.xdotool("mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y-16), "click", "1")
				p.await("the tab that was clicked", func() bool {
					line, ok := under(p.shot("clicked-"+c.name), p.place(), c.ink)
					return ok && line == lines[i]
				})
			}
		})
	}
}

// under is the middle of the line under the tab in front.
func under(img image.Image, place image.Rectangle, ink color.RGBA) (image.Point, bool) {
	first, last := -1, -1
	y := place.Min.Y + 38
	for x := place.Min.X; x < place.Max.X; x++ {
		if color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) == ink {
			if first < 0 {
				first = x
			}
			last = x
		}
	}
	return image.Pt((first+last)/2, y), first >= 0
}

// right is where the cards have their buttons.
func right(place image.Rectangle) image.Rectangle {
	place.Min = image.Pt(place.Max.X-130, place.Min.Y+60)
	return place
}
