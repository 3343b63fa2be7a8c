//go:build desktop && linux

package desktoptest

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"strings"
	"sync"
	"testing"

	"afterglow/proxy/fakevendor"
)

// A newcomer pastes a key, tries the chain, skips the rest, and puts the vendors in order: by mouse and by keys.
func TestGuideAndVendorsOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	var mu sync.Mutex
	keys := map[string]int{}
	v, err := fakevendor.Start(fakevendor.Options{Script: func(c fakevendor.Call) fakevendor.Answer {
		mu.Lock()
		keys[c.Header.Get("Authorization")]++
		mu.Unlock()
		return fakevendor.Plausible(c)
	}})
	d.must(err)
	t.Cleanup(v.Close)
	asked := func(key string) int {
		mu.Lock()
		defer mu.Unlock()
		return keys["Bearer "+key]
	}
	row := "\n[[vendors]] # %[1]s's own remark\nname = %[1]q\ndialect = \"anthropic\"\nbase_url = %[2]q\nauth = \"bearer\"\nkey = \"keyring\"\n"
	file := d.write("lab.toml", "# the user's remark\ntiers = [\"lab\"]\n"+fmt.Sprintf(row, "lab", v.URL())+fmt.Sprintf(row, "spare", v.URL()))
	p := startFirst(t, d, "--config", file)
	p.await("the window", func() bool { return p.window() != "" })
	p.xdotool("windowsize", "--sync", p.window(), "680", "740")
	p.settle()
	p.await("the guide in front", func() bool {
		now := p.shot("guide")
		_, asks := p.lowest(now)
		return p.tab(now) == 0 && asks
	})
	p.click(200, 237) // the field for a key
	p.xdotool("type", "--delay", "30", "sk-of-the-lab")
	p.xdotool("key", "Return")
	p.await("the key, saved and tried", func() bool { return asked("sk-of-the-lab") == 1 })
	p.move(300, 600)
	p.xdotool("click", "--repeat", "40", "5") // the wheel, down to the last step
	p.settle()
	var send image.Point
	p.await("a button to send a call", func() bool {
		before := send
		now, ok := p.lowest(p.shot("guide-key"))
		send = now
		return ok && send == before
	})
	p.xdotool("mousemove", fmt.Sprint(send.X), fmt.Sprint(send.Y), "click", "1")
	p.await("a call through the chain", func() bool { return asked("sk-of-the-lab") == 2 })
	p.settle()
	p.shot("guide-tried")
	p.click(630, 80) // skip
	p.await("the Live page", func() bool {
		_, asks := p.lowest(p.shot("guide-skipped"))
		return !asks
	})
	p.await("that it is kept", func() bool {
		text, _ := os.ReadFile(d.dir + "/state/afterglow/state.json")
		return strings.Contains(string(text), `"guided": true`) || strings.Contains(string(text), `"guided":true`)
	})
	p.vendors(file)
}

// vendors puts another vendor into the chain, before the first, and gives it a title.
func (p *program) vendors(file string) {
	p.t.Helper()
	p.xdotool("key", "ctrl+4")
	p.await("the Vendors tab in front", func() bool { return p.tab(p.shot("vendors")) == 3 })
	p.settle()
	p.shot("vendors")
	p.click(630, 282) // the switch of the one that is not in the chain
	p.await("two in the chain", func() bool { return p.order() == "lab spare" })
	p.settle()
	p.shot("vendors-two")
	p.xdotool("key", "shift+Tab", "shift+Tab", "shift+Tab", "Up") // switch, edit, test, grip
	p.await("the other order", func() bool { return p.order() == "spare lab" })
	p.settle()
	p.xdotool("key", "Tab", "Tab", "Return") // test, edit
	p.settle()
	p.shot("vendor")
	p.click(300, 130) // the title
	p.xdotool("key", "ctrl+a")
	p.xdotool("type", "--delay", "30", "The spare")
	p.xdotool("key", "Escape")
	p.settle()
	p.shot("vendor-asked")
	p.xdotool("key", "space") // go on
	p.click(630, 69)          // save
	p.await("the title in the file, and the remarks too", func() bool {
		text, _ := os.ReadFile(file)
		all := string(text)
		return strings.Contains(all, `"The spare"`) && strings.Contains(all, "# the user's remark") && strings.Contains(all, "# lab's own remark")
	})
	p.settle()
	p.shot("vendors-titled")
}

// lowest finds the middle of the lowest primary button at the window's left.
func (p *program) lowest(img image.Image) (image.Point, bool) {
	place := p.place()
	var found image.Rectangle
	for y := place.Max.Y - 1; y > place.Min.Y+80; y-- {
		if !found.Empty() && y < found.Max.Y-40 {
			break
		}
		for x := place.Min.X + 30; x < place.Min.X+160; x++ {
			if color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) == primaryInk {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return image.Pt((found.Min.X+found.Max.X)/2, (found.Min.Y+found.Max.Y)/2), found.Dx() > 40 && found.Dy() > 15
}
